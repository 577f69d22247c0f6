import { and, asc, desc, eq, gt, gte, inArray, isNull, lt, lte, ne, or, sql } from 'drizzle-orm'
import type { ExchangeEvent, Outcome } from '../base/exchange.ts'
import { exchangeFromJson } from '../base/exchange-json.ts'
import { firstIdAt } from '../base/id.ts'
import type { Database } from './database.ts'
import { runs, traceProjects } from './tables.ts'

/** Where calls are traced: `gateway` of a workspace (no key), or the project of one key. */
export interface TraceProject {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly keyId: string | undefined
  readonly createdAtMs: number
}

/** Which projects; every given condition must hold. */
export interface TraceProjectFilter {
  readonly ids?: readonly string[] | undefined
  readonly name?: string | undefined
  readonly nameContains?: string | undefined
  /** The projects of these keys, and the shared one. */
  readonly keyIds?: readonly string[] | undefined
  readonly limit: number
  readonly offset: number
}

/** The trace projects of one workspace, oldest first. */
export async function listTraceProjects(
  database: Database,
  workspaceId: string,
  filter: TraceProjectFilter,
): Promise<TraceProject[]> {
  const rows = await traceProjectsStatement(database, workspaceId, filter)
  return rows.map((row) => ({
    id: row.id,
    workspaceId: row.workspaceId,
    name: row.name,
    keyId: row.keyId ?? undefined,
    createdAtMs: row.createdAt.getTime(),
  }))
}

/** The statement of {@link listTraceProjects}, for whoever wants to see how it is planned. */
export function traceProjectsStatement(
  database: Database,
  workspaceId: string,
  filter: TraceProjectFilter,
) {
  return database.orm
    .select()
    .from(traceProjects)
    .where(
      and(
        eq(traceProjects.workspaceId, workspaceId),
        filter.ids && inArray(traceProjects.id, [...filter.ids]),
        filter.keyIds &&
          or(isNull(traceProjects.keyId), inArray(traceProjects.keyId, [...filter.keyIds])),
        filter.name === undefined ? undefined : eq(traceProjects.name, filter.name),
        filter.nameContains === undefined
          ? undefined
          : sql`position(${filter.nameContains} in ${traceProjects.name}) > 0`,
      ),
    )
    .orderBy(asc(traceProjects.id))
    .limit(filter.limit)
    .offset(filter.offset)
}

/** Which runs; every given condition must hold. */
export interface RunFilter {
  readonly ids?: readonly string[] | undefined
  /** Calls of these keys only. */
  readonly keyIds?: readonly string[] | undefined
  /** 32 hex digits. */
  readonly traceId?: string | undefined
  readonly outcome?: Outcome | undefined
  /** True: calls that did not end well; false: those that did. */
  readonly failed?: boolean | undefined
  /** True: calls that asked for embeddings; false: all others. */
  readonly embeddings?: boolean | undefined
  readonly userId?: string | undefined
  /** As asked for. */
  readonly model?: string | undefined
  /** The agent's own session or conversation id. */
  readonly conversationId?: string | undefined
  /** HTTP status the caller saw. */
  readonly status?: number | undefined
  /** Calls that this policy refused. */
  readonly violatedPolicyId?: string | undefined
  /** Nanodollars; calls without a price never match. */
  readonly costFrom?: bigint | undefined
  readonly costTo?: bigint | undefined
  /** One of these, as asked for. */
  readonly models?: readonly string[] | undefined
  /** Part of the name of the model asked for, in any case. */
  readonly nameContains?: string | undefined
  readonly startedFromMs?: number | undefined
  readonly startedToMs?: number | undefined
  readonly order: 'newest' | 'oldest'
  /** The id of the last run already seen. */
  readonly after?: string | undefined
  readonly limit: number
}

/**
 * A call's id is made in the moment in which it arrives, so a time is also a range of ids: it leaves out the days of the
 * store that cannot hold it. The slack is for the moment between the two readings of the clock.
 */
const ID_SLACK_MS = 1_000

/** The runs of one workspace as the events they were built from, in order of their ids, which is that of time. */
export async function queryRuns(
  database: Database,
  workspaceId: string,
  filter: RunFilter,
): Promise<ExchangeEvent[]> {
  const { nameContains, ...rest } = filter
  const models =
    nameContains === undefined
      ? filter.models
      : await modelsLike(database, workspaceId, nameContains)
  if (models?.length === 0) return []
  const rows = await runsStatement(database, workspaceId, { ...rest, models })
  return rows.map((row) => exchangeFromJson(row.event))
}

/** The statement of {@link queryRuns}; its plan must never read a day from end to end. */
export function runsStatement(
  database: Database,
  workspaceId: string,
  filter: Omit<RunFilter, 'nameContains'>,
) {
  const newest = filter.order === 'newest'
  return database.orm
    .select({ event: runs.event })
    .from(runs)
    .where(
      and(
        eq(runs.workspaceId, workspaceId),
        filter.ids && inArray(runs.id, [...filter.ids]),
        filter.keyIds && inArray(runs.keyId, [...filter.keyIds]),
        filter.traceId === undefined ? undefined : eq(runs.traceId, filter.traceId),
        filter.outcome === undefined
          ? undefined
          : and(filter.outcome === 'ok' ? undefined : UNWELL, eq(runs.outcome, filter.outcome)),
        filter.failed === undefined ? undefined : filter.failed ? UNWELL : eq(runs.outcome, 'ok'),
        filter.embeddings === undefined
          ? undefined
          : filter.embeddings
            ? EMBEDDINGS
            : ne(runs.operation, 'embeddings'),
        filter.userId === undefined ? undefined : eq(runs.userId, filter.userId),
        filter.model === undefined ? undefined : eq(runs.requestModel, filter.model),
        filter.conversationId === undefined ? undefined : eq(runs.sessionId, filter.conversationId),
        filter.status === undefined
          ? undefined
          : and(isUnwell(filter.status) ? UNWELL : undefined, eq(runs.status, filter.status)),
        filter.violatedPolicyId === undefined
          ? undefined
          : and(
              UNWELL,
              sql`${runs.event} -> 'closed' -> 'policies' -> 'violated' @> ${JSON.stringify([{ id: filter.violatedPolicyId }])}::jsonb`,
            ),
        filter.costFrom === undefined ? undefined : gte(runs.costNanos, filter.costFrom),
        filter.costTo === undefined ? undefined : lte(runs.costNanos, filter.costTo),
        filter.models && inArray(runs.requestModel, [...filter.models]),
        filter.startedFromMs === undefined
          ? undefined
          : and(
              gte(runs.startedAt, new Date(filter.startedFromMs)),
              gte(runs.id, firstIdAt(Math.max(0, filter.startedFromMs - ID_SLACK_MS))),
            ),
        filter.startedToMs === undefined
          ? undefined
          : and(
              lte(runs.startedAt, new Date(filter.startedToMs)),
              lt(runs.id, firstIdAt(Math.max(0, filter.startedToMs + ID_SLACK_MS))),
            ),
        filter.after === undefined
          ? undefined
          : newest
            ? lt(runs.id, filter.after)
            : gt(runs.id, filter.after),
      ),
    )
    .orderBy(newest ? desc(runs.id) : asc(runs.id))
    .limit(filter.limit)
}

// Written out and not as parameters: an index of some rows only serves a statement that says so by itself.
const UNWELL = sql`${runs.outcome} <> 'ok'`
const EMBEDDINGS = sql`${runs.operation} = 'embeddings'`

/** Statuses of calls that cannot have ended well. */
function isUnwell(status: number): boolean {
  return status < 200 || status >= 400
}

/** Different models of one workspace that are looked through; real ones have some dozens. */
const MODELS_MAX = 1_000

/**
 * The models that a workspace's calls asked for with `part` in their name, in any case. Goes from name to name in the index and
 * reads one row for each, not the runs.
 */
export async function modelsLike(
  database: Database,
  workspaceId: string,
  part: string,
): Promise<string[]> {
  const pattern = `%${part.replace(/[\\%_]/g, '\\$&')}%`
  const rows = await database.sql<{ name: string }[]>`
    with recursive names as (
      (select request_model as name from runs
        where workspace_id = ${workspaceId} and request_model is not null order by request_model limit 1)
      union all
      select (select request_model from runs where workspace_id = ${workspaceId}
                 and request_model > names.name order by request_model limit 1)
        from names where names.name is not null),
    known as (select name from names where name is not null limit ${MODELS_MAX})
    select name from known where name ilike ${pattern}`
  return rows.map(({ name }) => name)
}

/** The run of one call, or undefined when this workspace has none of that id. */
export async function readRun(
  database: Database,
  workspaceId: string,
  id: string,
): Promise<ExchangeEvent | undefined> {
  const [row] = await database.orm
    .select({ event: runs.event })
    .from(runs)
    .where(and(eq(runs.workspaceId, workspaceId), eq(runs.id, id)))
  return row && exchangeFromJson(row.event)
}
