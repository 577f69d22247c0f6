import { and, desc, eq, isNull } from 'drizzle-orm'
import { firstIdAt } from '../base/id.ts'
import { type Nanos, nanos } from '../base/money.ts'
import type { Database } from './database.ts'
import { exchanges } from './tables.ts'

/** The calls under way in one workspace, newest first. Reads the small index of open calls only. */
export async function runningCalls(database: Database, workspaceId: string, limit: number) {
  return database.orm
    .select({
      id: exchanges.id,
      startedAt: exchanges.startedAt,
      keyId: exchanges.keyId,
      keyShort: exchanges.keyShort,
      userId: exchanges.userId,
      provider: exchanges.provider,
      operation: exchanges.operation,
      requestModel: exchanges.requestModel,
      sessionId: exchanges.sessionId,
      stream: exchanges.stream,
    })
    .from(exchanges)
    .where(and(isNull(exchanges.outcome), eq(exchanges.workspaceId, workspaceId)))
    .orderBy(desc(exchanges.id))
    .limit(limit)
}

/** One line of a hold's history: `reserve` places it, the rest changes or ends it. */
export interface HoldLine {
  readonly kind: string
  readonly nanos: Nanos
  readonly tokens: bigint
  /** measured, counted or ceiling; undefined where nothing was posted. */
  readonly basis: string | undefined
  readonly atMs: number
}

/** More lines than any hold has: renewals write none. */
const LINES_MAX = 100

/** The history of the hold of a call, oldest first; the caller has checked whose call it is. */
export async function holdHistory({ sql }: Database, exchangeId: string): Promise<HoldLine[]> {
  const rows = await sql<
    { kind: string; nanos: string; tokens: string; basis: string | null; at_ms: number }[]
  >`
    select kind, nanos::text, tokens::text, basis, (extract(epoch from at) * 1000)::float8 as at_ms
      from ledger_history where hold_id = ${exchangeId}
     order by at, (kind <> 'reserve') limit ${LINES_MAX}`
  return rows.map((row) => ({
    kind: row.kind,
    nanos: nanos(BigInt(row.nanos)),
    tokens: BigInt(row.tokens),
    basis: row.basis ?? undefined,
    atMs: row.at_ms,
  }))
}

/** How the calls of a while went. */
export interface CallStatistics {
  /** By outcome, of all calls of the while. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Calls whose speed and findings were looked at: the newest ones, at most the bound. */
  readonly sampled: number
  /** Milliseconds; undefined when no call of the sample has one. */
  readonly firstByteMs: Quantiles | undefined
  readonly overheadMs: Quantiles | undefined
  /** What was found by detectors in the sample, most first. */
  readonly findings: readonly { readonly entity: string; readonly count: number }[]
}

/** Half, and nineteen of twenty, were at most this. */
export interface Quantiles {
  readonly p50: number
  readonly p95: number
}

/** Enough for steady quantiles, few enough to be read while somebody waits. */
const SAMPLE_MAX = 5_000

/** Statistics of one workspace's ended calls that started at `fromMs` or later. */
export async function callStatistics(
  { sql }: Database,
  workspaceId: string,
  fromMs: number,
): Promise<CallStatistics> {
  const from = firstIdAt(fromMs)
  const outcomes = await sql<{ outcome: string; count: number }[]>`
    select outcome, count(*)::int as count from runs
     where workspace_id = ${workspaceId} and id >= ${from} group by outcome`
  const [speed] = await sql<{ sampled: number; first: number[] | null; own: number[] | null }[]>`
    select count(*)::int as sampled,
           percentile_cont(array[0.5, 0.95]) within group (order by (event #>> '{closed,firstByteMs}')::float8) as first,
           percentile_cont(array[0.5, 0.95]) within group (order by (event #>> '{closed,overheadMs}')::float8) as own
      from (select event from runs where workspace_id = ${workspaceId} and id >= ${from}
             order by id desc limit ${SAMPLE_MAX}) newest`
  const findings = await sql<{ entity: string; count: number }[]>`
    select f.value ->> 'entity' as entity, sum((f.value ->> 'count')::int)::int as count
      from (select event from runs where workspace_id = ${workspaceId} and id >= ${from}
             order by id desc limit ${SAMPLE_MAX}) newest,
           jsonb_array_elements(event #> '{closed,findings}') f
     group by 1 order by 2 desc, 1 limit 20`
  return {
    outcomes: Object.fromEntries(outcomes.map((row) => [row.outcome, row.count])),
    sampled: speed?.sampled ?? 0,
    firstByteMs: quantiles(speed?.first),
    overheadMs: quantiles(speed?.own),
    findings: findings.map(({ entity, count }) => ({ entity, count })),
  }
}

function quantiles(values: readonly (number | null)[] | null | undefined): Quantiles | undefined {
  const [p50, p95] = values ?? []
  return typeof p50 === 'number' && typeof p95 === 'number' ? { p50, p95 } : undefined
}

/** The calls that carried one session id of an agent. */
export interface Conversation {
  readonly id: string
  readonly requests: number
  readonly failed: number
  readonly tokens: number
  readonly cost: Nanos
  readonly models: readonly string[]
  readonly keyShorts: readonly string[]
  readonly startedAtMs: number
  readonly endedAtMs: number
}

/** The conversations of one workspace with a call since `fromMs`, last active first; sums are of that while. */
export async function listConversations(
  { sql }: Database,
  workspaceId: string,
  { fromMs, limit }: { readonly fromMs: number; readonly limit: number },
): Promise<Conversation[]> {
  const rows = await sql<
    {
      id: string
      requests: number
      failed: number
      tokens: number
      cost: string
      models: string[]
      keys: string[]
      started: number
      ended: number
    }[]
  >`
    select session_id as id, count(*)::int as requests, count(*) filter (where outcome <> 'ok')::int as failed,
           coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)), 0)::float8 as tokens,
           coalesce(sum(cost_nanos), 0)::text as cost,
           coalesce(array_agg(distinct request_model) filter (where request_model is not null), '{}') as models,
           array_agg(distinct key_short) as keys,
           (extract(epoch from min(started_at)) * 1000)::float8 as started,
           (extract(epoch from max(ended_at)) * 1000)::float8 as ended
      from runs
     where workspace_id = ${workspaceId} and session_id is not null and id >= ${firstIdAt(fromMs)}
     group by session_id order by max(started_at) desc, session_id limit ${limit}`
  return rows.map((row) => ({
    id: row.id,
    requests: row.requests,
    failed: row.failed,
    tokens: row.tokens,
    cost: nanos(BigInt(row.cost)),
    models: row.models,
    keyShorts: row.keys,
    startedAtMs: row.started,
    endedAtMs: row.ended,
  }))
}
