import { firstIdAt } from '../base/id.ts'
import { type Nanos, nanos } from '../base/money.ts'
import type { Subject } from '../policies/match.ts'
import type { AnySql } from './database.ts'

/** One call as the ledger knows it: by whom, when, what it held and what it cost in the end. */
export interface PastCall {
  readonly subject: Subject
  readonly atMs: number
  readonly heldNanos: Nanos
  readonly postedNanos: Nanos
  readonly heldTokens: number
  readonly postedTokens: number
}

/** What a subject had used before the first of the calls. */
export interface PastSum {
  readonly subject: Subject
  readonly nanos: Nanos
  readonly requests: number
  readonly tokens: number
}

/** Ids carry the time at which a call came in, by its process' clock: a bound on them spares reading older holds. */
const ID_SLACK_MS = 3_600_000

interface Row {
  readonly workspace_id: string
  readonly user_id: string | null
  readonly key_id: string
  readonly provider: string
  readonly model: string
  readonly request_model: string
  readonly custom: Record<string, string>
}

/** The ended and running calls of an organisation since `fromMs`, oldest first, at most `limit`. */
export async function pastCalls(
  sql: AnySql,
  organizationId: string,
  fromMs: number,
  limit: number,
): Promise<PastCall[]> {
  const rows = await sql<
    (Row & {
      at_ms: number
      held_nanos: bigint
      posted_nanos: bigint
      held_tokens: bigint
      posted_tokens: bigint
      open: boolean
    })[]
  >`
    select s.workspace_id, s.user_id, s.key_id, s.provider, s.model, s.request_model, s.custom,
           (extract(epoch from h.reserved_at) * 1000)::float8 as at_ms, h.held_nanos, h.posted_nanos,
           h.held_tokens, h.posted_tokens, h.state < 2 as open
      from ledger_holds h join ledger_subjects s on s.id = h.subject_id
     where s.organization_id = ${organizationId} and h.state <> 3
       and h.id >= ${firstIdAt(fromMs - ID_SLACK_MS)}::uuid and h.reserved_at >= ${new Date(fromMs).toISOString()}::timestamptz
     order by h.reserved_at, h.id limit ${limit}`
  return rows.map((row) => ({
    subject: subjectOf(row, organizationId),
    atMs: row.at_ms,
    heldNanos: nanos(row.held_nanos),
    // What a call under way will cost is not known: its hold is the bound.
    postedNanos: nanos(row.open ? row.held_nanos : row.posted_nanos),
    heldTokens: Number(row.held_tokens),
    postedTokens: Number(row.open ? row.held_tokens : row.posted_tokens),
  }))
}

/** What each subject used from `fromMs` until `untilMs`, to the hour. */
export async function pastSums(
  sql: AnySql,
  organizationId: string,
  fromMs: number,
  untilMs: number,
): Promise<PastSum[]> {
  const rows = await sql<(Row & { nanos: bigint; requests: bigint; tokens: bigint })[]>`
    select s.workspace_id, s.user_id, s.key_id, s.provider, s.model, s.request_model, s.custom,
           sum(o.posted_nanos + o.expired_nanos)::bigint as nanos, sum(o.requests)::bigint as requests,
           sum(o.tokens)::bigint as tokens
      from ledger_hours o join ledger_subjects s on s.id = o.subject_id
     where s.organization_id = ${organizationId}
       and o.hour >= ${new Date(fromMs).toISOString()}::timestamptz
       and o.hour < ${new Date(untilMs).toISOString()}::timestamptz
     group by s.id order by s.id`
  return rows.map((row) => ({
    subject: subjectOf(row, organizationId),
    nanos: nanos(row.nanos),
    requests: Number(row.requests),
    tokens: Number(row.tokens),
  }))
}

function subjectOf(row: Row, organizationId: string): Subject {
  return {
    organizationId,
    workspaceId: row.workspace_id,
    userId: row.user_id ?? undefined,
    keyId: row.key_id,
    provider: row.provider,
    model: row.model === '' ? undefined : row.model,
    requestModel: row.request_model === '' ? undefined : row.request_model,
    custom: new Map(Object.entries(row.custom)),
  }
}
