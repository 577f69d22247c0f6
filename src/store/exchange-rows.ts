import type { ExchangeEvent, ExchangeOpened } from '../base/exchange.ts'
import type { AnySql } from './database.ts'
import { ENDING, EVENTS, eventsText, FROM_EVENT, rowText } from './event-columns.ts'

const OPENED_COLUMNS = `id uuid, organization_id uuid, workspace_id uuid, key_id uuid, key_short text,
  user_id uuid, process_id uuid, started_ms float8, provider text, dialect text, operation text, method text,
  path text, request_model text, stream boolean, trace_id text, parent_span_id text, trace_state text,
  session_id text, user_agent text`

const OPENED_NAMES = `id, organization_id, workspace_id, key_id, key_short, user_id, process_id, started_at,
  provider, dialect, operation, method, path, request_model, stream, trace_id, parent_span_id, trace_state,
  session_id, user_agent`

const OPENED_VALUES = OPENED_NAMES.replace('started_at', 'to_timestamp(started_ms / 1000)')

// One parameter however many rows: the statement's text never changes, so it is prepared once. Rows go in and
// are locked in id order, here and in every other statement on this table.
const OPEN = `
  insert into exchanges (${OPENED_NAMES})
  select ${OPENED_VALUES} from json_to_recordset($1::text::json) as given(${OPENED_COLUMNS})
   order by id
  on conflict (id) do nothing`

/**
 * Ends each call once. A row that was never opened (a refusal, or an answer lost on the way) is written whole.
 * What the sweeper closed as interrupted is corrected when its process turns out to be alive after all. Columns
 * are read from the event itself: sending them beside it took twice the server's time.
 */
const CLOSING = `
  closed as (
    insert into exchanges (${Object.keys({ ...FROM_EVENT, ...ENDING })})
    select ${Object.values({ ...FROM_EVENT, ...ENDING })} from given order by ${FROM_EVENT.id}
    on conflict (id) do update
       set ${Object.keys(ENDING).map((name) => `${name} = excluded.${name}`)}
     where exchanges.outcome is null
        or (exchanges.outcome = 'interrupted' and excluded.outcome <> 'interrupted')
    returning id),
  posted as (
    insert into outbox (exchange_id, event)
    select closed.id, given.event from given join closed on closed.id = ${FROM_EVENT.id} order by closed.id
    on conflict (exchange_id) do update
      set event = excluded.event, published_at = null, attempts = 0, parked_at = null, parked_why = null)`

const CLOSE = `with given as materialized (${EVENTS}), ${CLOSING} select`

/**
 * `statement` and the ending of calls in one commit and one round trip: its rows are the answer, and it is done with
 * before the first call is ended, so that locks are taken in its order first. `$1` is {@link closingText}.
 */
export function closingWith(statement: string): string {
  const events = EVENTS.replace('from ', 'from first cross join ')
  return `with first as materialized (${statement}), given as materialized (${events}), ${CLOSING}
    select * from first`
}

/** Writes the rows of calls about to be forwarded; those already there stay as they are. */
export async function insertOpened(sql: AnySql, rows: readonly ExchangeOpened[]): Promise<void> {
  await sql.unsafe(OPEN, [openedText(rows)], { prepare: true })
}

/** Rows as the JSON text that `json_to_recordset` reads. */
function openedText(rows: readonly ExchangeOpened[]): string {
  return `[${rows.map((row) => rowText(openedRow(row)))}]`
}

/** Ends calls and writes their outbox rows in the same statement. A call that has ended already stays as it is. */
export async function closeExchanges(sql: AnySql, events: readonly ExchangeEvent[]): Promise<void> {
  await sql.unsafe(CLOSE, [closingText(events)], { prepare: true })
}

/** The events of endings as one parameter. */
export function closingText(events: readonly ExchangeEvent[]): string {
  // A statement cannot touch one row twice; the first ending of a call is the one that counts.
  const once = new Map<string, ExchangeEvent>()
  for (const event of events) if (!once.has(event.closed.id)) once.set(event.closed.id, event)
  return eventsText([...once.values()])
}

/** A call's row by column, its start in epoch milliseconds; the ledger opens calls with their holds by it. */
export function openedRow(opened: ExchangeOpened) {
  return {
    id: opened.id,
    organization_id: opened.organizationId,
    workspace_id: opened.workspaceId,
    key_id: opened.keyId,
    key_short: opened.keyShort,
    user_id: opened.userId,
    process_id: opened.processId,
    started_ms: opened.startedAtMs,
    provider: opened.provider,
    dialect: opened.dialect,
    operation: opened.operation,
    method: opened.method,
    path: opened.path,
    request_model: opened.requestModel,
    stream: opened.stream,
    trace_id: opened.traceId,
    parent_span_id: opened.parentSpanId,
    trace_state: keptTraceState(opened),
    session_id: opened.sessionId,
    user_agent: opened.userAgent,
  }
}

/**
 * The caller's trace state as its row keeps it, with an entry of ours (W3C Trace Context §3.3.1.3) where the caller asked not to
 * export its trace: should the gateway die, the sweeper knows it too.
 */
function keptTraceState({ traceState, unsampled }: ExchangeOpened): string | undefined {
  if (!unsampled) return traceState
  return traceState === undefined ? UNSAMPLED : `${UNSAMPLED},${traceState}`
}

/** What a row kept of a caller's trace context: the state as it came, and its wish. */
export function readTraceState(
  kept: string | null,
): Pick<ExchangeOpened, 'traceState' | 'unsampled'> {
  if (kept === null || !(kept === UNSAMPLED || kept.startsWith(`${UNSAMPLED},`)))
    return { traceState: kept ?? undefined }
  return { traceState: kept.slice(UNSAMPLED.length + 1) || undefined, unsampled: true }
}

const UNSAMPLED = 'sluice=unsampled'
