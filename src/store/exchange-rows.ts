import type { ExchangeEvent, ExchangeOpened } from '../base/exchange.ts'
import type { AnySql } from './database.ts'
import { storable } from './storable.ts'

/** Longer text from a caller or provider is cut: rows stay small whatever is sent. */
const TEXT_UNITS_MAX = 1_024

/** A row with only short texts; a longer one is looked through text by text. */
const ROW_UNITS_MAX = 4_096

/** NUL, or half a surrogate pair, as JSON escapes them. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/

const OPENED_COLUMNS = `id uuid, organization_id uuid, workspace_id uuid, key_id uuid, key_short text,
  user_id uuid, process_id uuid, started_ms float8, provider text, dialect text, operation text, method text,
  path text, request_model text, stream boolean, trace_id text, parent_span_id text, trace_state text,
  session_id text, user_agent text`

const OPENED_NAMES = `id, organization_id, workspace_id, key_id, key_short, user_id, process_id, started_at,
  provider, dialect, operation, method, path, request_model, stream, trace_id, parent_span_id, trace_state,
  session_id, user_agent`

const OPENED_VALUES = OPENED_NAMES.replace('started_at', 'to_timestamp(started_ms / 1000)')

/** Column → how it is read from the event's two halves, `o` (opened) and `c` (closed). */
const FROM_EVENT: Readonly<Record<string, string>> = {
  id: "(o->>'id')::uuid",
  organization_id: "(o->>'organizationId')::uuid",
  workspace_id: "(o->>'workspaceId')::uuid",
  key_id: "(o->>'keyId')::uuid",
  key_short: "o->>'keyShort'",
  user_id: "(o->>'userId')::uuid",
  process_id: "(o->>'processId')::uuid",
  started_at: "to_timestamp((o->>'startedAtMs')::float8 / 1000)",
  provider: "o->>'provider'",
  dialect: "o->>'dialect'",
  operation: "o->>'operation'",
  method: "o->>'method'",
  path: "o->>'path'",
  request_model: "o->>'requestModel'",
  stream: "(o->>'stream')::boolean",
  trace_id: "o->>'traceId'",
  parent_span_id: "o->>'parentSpanId'",
  trace_state: "o->>'traceState'",
  session_id: "o->>'sessionId'",
  user_agent: "o->>'userAgent'",
}

const ENDING: Readonly<Record<string, string>> = {
  ended_at: "to_timestamp((c->>'endedAtMs')::float8 / 1000)",
  outcome: "c->>'outcome'",
  status: "(c->>'status')::integer",
  error_code: "c->>'errorCode'",
  upstream_status: "(c->>'upstreamStatus')::integer",
  upstream_request_id: "c->>'upstreamRequestId'",
  response_model: "c->>'responseModel'",
  response_id: "c->>'responseId'",
  finish_reasons: "array(select jsonb_array_elements_text(c->'finishReasons'))",
  usage: "c->'usage'",
  input_tokens: "(c->'usage'->>'inputTokens')::bigint",
  output_tokens: "(c->'usage'->>'outputTokens')::bigint",
  cost_nanos: "(c->>'costNanos')::bigint",
  cost_basis: "c->>'costBasis'",
  first_byte_ms: "(c->>'firstByteMs')::float8",
  overhead_ms: "(c->>'overheadMs')::float8",
  policies: "c->'policies'",
  findings: "c->'findings'",
}

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
const CLOSE = `
  with given as materialized (
    select event, event->'opened' as o, event->'closed' as c
      from jsonb_array_elements($1::text::jsonb) as each(event)),
  closed as (
    insert into exchanges (${Object.keys({ ...FROM_EVENT, ...ENDING })})
    select ${Object.values({ ...FROM_EVENT, ...ENDING })} from given order by ${FROM_EVENT.id}
    on conflict (id) do update
       set ${Object.keys(ENDING).map((name) => `${name} = excluded.${name}`)}
     where exchanges.outcome is null
        or (exchanges.outcome = 'interrupted' and excluded.outcome <> 'interrupted')
    returning id)
  insert into outbox (exchange_id, event)
  select closed.id, given.event from given join closed on closed.id = ${FROM_EVENT.id} order by closed.id
  on conflict (exchange_id) do update
    set event = excluded.event, published_at = null, attempts = 0, parked_at = null, parked_why = null`

/** Writes the rows of calls about to be forwarded; those already there stay as they are. */
export async function insertOpened(sql: AnySql, rows: readonly ExchangeOpened[]): Promise<void> {
  await sql.unsafe(OPEN, [openedText(rows)], { prepare: true })
}

/** Rows as the JSON text that `json_to_recordset` reads; the ledger opens exchanges with its holds by it. */
export function openedText(rows: readonly ExchangeOpened[]): string {
  return `[${rows.map((row) => rowText(openedRow(row)))}]`
}

/** Ends calls and writes their outbox rows in the same statement. A call that has ended already stays as it is. */
export async function closeExchanges(sql: AnySql, events: readonly ExchangeEvent[]): Promise<void> {
  // A statement cannot touch one row twice; the first ending of a call is the one that counts.
  const once = new Map<string, ExchangeEvent>()
  for (const event of events) if (!once.has(event.closed.id)) once.set(event.closed.id, event)
  const texts = [...once.values()].map(eventText)
  await sql.unsafe(CLOSE, [`[${texts}]`], { prepare: true })
}

function openedRow(opened: ExchangeOpened) {
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
    trace_state: opened.traceState,
    session_id: opened.sessionId,
    user_agent: opened.userAgent,
  }
}

/** The event as it goes into the outbox. */
function eventText({ version, opened, closed }: ExchangeEvent): string {
  const costNanos = closed.costNanos?.toString()
  return rowText({ version, opened, closed: { ...closed, costNanos } })
}

/** JSON that Postgres can store. Nearly every row is fit as it is, and looking at each text costs the most. */
function rowText(row: object): string {
  const text = JSON.stringify(row)
  return text.length > ROW_UNITS_MAX || UNSTORABLE.test(text) ? JSON.stringify(row, clean) : text
}

/** Cut to a bound, and storable. */
function clean(key: string, value: unknown): unknown {
  const text = typeof value === 'string' ? value.slice(0, TEXT_UNITS_MAX) : value
  return storable(key, text)
}
