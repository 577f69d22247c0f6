import type { ExchangeEvent, ExchangeOpened } from '../base/exchange.ts'
import { NO_POLICIES } from '../base/exchange.ts'
import { nanos } from '../base/money.ts'
import type { World } from '../base/world.ts'
import type { Database } from './database.ts'
import { closeExchanges, readTraceState } from './exchange-rows.ts'

/** Rows of one transaction: small, so that a sweep never stands in the way of calls. */
const BATCH_MAX = 200

interface OpenRow {
  readonly id: string
  readonly organization_id: string
  readonly workspace_id: string
  readonly key_id: string
  readonly key_short: string
  readonly user_id: string | null
  readonly process_id: string
  readonly started_ms: number
  readonly provider: string
  readonly dialect: string
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly request_model: string | null
  readonly stream: boolean
  readonly trace_id: string
  readonly parent_span_id: string | null
  readonly trace_state: string | null
  readonly session_id: string | null
  readonly user_agent: string | null
  readonly held_nanos: bigint | null
}

/**
 * Closes the open calls of processes that are gone (they left, or their heartbeat is older than `deadAfterMs`)
 * as `interrupted`, with their outbox rows. Gives how many. Several sweepers at once share the work.
 */
export async function sweepInterrupted(
  database: Database,
  world: World,
  deadAfterMs: number,
): Promise<number> {
  let total = 0
  for (;;) {
    const swept = await sweepBatch(database, world, deadAfterMs)
    total += swept
    if (swept < BATCH_MAX) break
  }
  await forgetProcesses(database)
  return total
}

function sweepBatch(database: Database, world: World, deadAfterMs: number): Promise<number> {
  return database.sql.begin(async (sql) => {
    // A row without a process row is an orphan only when it is old: its process may be about to register.
    const rows = await sql<OpenRow[]>`
      select e.id, e.organization_id, e.workspace_id, e.key_id, e.key_short, e.user_id, e.process_id,
             (extract(epoch from e.started_at) * 1000)::float8 as started_ms, e.provider, e.dialect,
             e.operation, e.method, e.path, e.request_model, e.stream, e.trace_id, e.parent_span_id,
             e.trace_state, e.session_id, e.user_agent, h.held_nanos
        from exchanges e
        left join ledger_holds h on h.id = e.id and h.state < 2
       where e.outcome is null
         and not exists (
           select 1 from processes p where p.id = e.process_id and p.left_at is null
              and p.heartbeat_at > now() - make_interval(secs => ${deadAfterMs / 1000}))
         and (exists (select 1 from processes p where p.id = e.process_id)
              or e.started_at < now() - make_interval(secs => ${deadAfterMs / 1000}))
       order by e.id
       limit ${BATCH_MAX}
         for update of e skip locked`
    if (rows.length === 0) return 0
    const endedAtMs = world.clock.now()
    await closeExchanges(
      sql,
      rows.map((row) => interrupted(openedOf(row), endedAtMs, row.held_nanos ?? 0n)),
    )
    return rows.length
  })
}

/** Processes that are long gone and own nothing: the table stays as small as the fleet. */
async function forgetProcesses(database: Database): Promise<void> {
  await database.sql`
    delete from processes p
     where p.heartbeat_at < now() - interval '1 day'
       and not exists (select 1 from exchanges e where e.process_id = p.id and e.outcome is null)`
}

function interrupted(opened: ExchangeOpened, endedAtMs: number, heldNanos: bigint): ExchangeEvent {
  return {
    version: 1,
    opened,
    closed: {
      id: opened.id,
      endedAtMs: Math.max(endedAtMs, opened.startedAtMs),
      outcome: 'interrupted',
      // Nobody knows what the caller saw; most likely a broken connection.
      status: 0,
      errorCode: 'internal',
      upstreamStatus: undefined,
      upstreamRequestId: undefined,
      responseModel: undefined,
      responseId: undefined,
      finishReasons: [],
      usage: undefined,
      // Nobody is left to tell the bill: the hold stays counted in full, so that is what the call cost.
      costNanos: heldNanos > 0n ? nanos(heldNanos) : undefined,
      costBasis: heldNanos > 0n ? 'ceiling' : undefined,
      firstByteMs: undefined,
      overheadMs: undefined,
      policies: NO_POLICIES,
      findings: [],
    },
  }
}

function openedOf(row: OpenRow): ExchangeOpened {
  return {
    id: row.id,
    organizationId: row.organization_id,
    workspaceId: row.workspace_id,
    keyId: row.key_id,
    keyShort: row.key_short,
    userId: row.user_id ?? undefined,
    processId: row.process_id,
    startedAtMs: row.started_ms,
    provider: row.provider,
    dialect: row.dialect,
    operation: row.operation,
    method: row.method,
    path: row.path,
    requestModel: row.request_model ?? undefined,
    stream: row.stream,
    traceId: row.trace_id,
    parentSpanId: row.parent_span_id ?? undefined,
    ...readTraceState(row.trace_state),
    sessionId: row.session_id ?? undefined,
    userAgent: row.user_agent ?? undefined,
  }
}
