import type { ExchangeEvent, ExchangeOpened } from '../base/exchange.ts'
import { exchangeToJson } from '../base/exchange-json.ts'
import type { AnySql } from './database.ts'
import { storable } from './storable.ts'

/** Longer text from a caller or provider is cut: rows stay small whatever is sent. */
const TEXT_UNITS_MAX = 1_024

const OPENED_COLUMNS = `id uuid, organization_id uuid, workspace_id uuid, key_id uuid, key_short text,
  user_id uuid, process_id uuid, started_ms float8, provider text, dialect text, operation text, method text,
  path text, request_model text, stream boolean, trace_id text, parent_span_id text, trace_state text,
  session_id text, user_agent text`

const OPENED_NAMES = `id, organization_id, workspace_id, key_id, key_short, user_id, process_id, started_at,
  provider, dialect, operation, method, path, request_model, stream, trace_id, parent_span_id, trace_state,
  session_id, user_agent`

const OPENED_VALUES = OPENED_NAMES.replace('started_at', 'to_timestamp(started_ms / 1000)')

const CLOSED_COLUMNS = `ended_ms float8, outcome text, status integer, error_code text,
  upstream_status integer, upstream_request_id text, response_model text, response_id text,
  finish_reasons text[], usage jsonb, input_tokens bigint, output_tokens bigint, cost_nanos bigint,
  cost_basis text, first_byte_ms float8, overhead_ms float8, policies jsonb, findings jsonb`

const CLOSED_NAMES = `ended_at, outcome, status, error_code, upstream_status, upstream_request_id,
  response_model, response_id, finish_reasons, usage, input_tokens, output_tokens, cost_nanos, cost_basis,
  first_byte_ms, overhead_ms, policies, findings`

const CLOSED_VALUES = CLOSED_NAMES.replace('ended_at', 'to_timestamp(ended_ms / 1000)')

const CLOSED_UPDATE = CLOSED_NAMES.split(',')
  .map((name) => `${name.trim()} = excluded.${name.trim()}`)
  .join(', ')

// One parameter however many rows: the statement's text never changes, so it is prepared once. Rows go in and
// are locked in id order, here and in every other statement on this table.
const OPEN = `
  insert into exchanges (${OPENED_NAMES})
  select ${OPENED_VALUES} from json_to_recordset($1::text::json) as given(${OPENED_COLUMNS})
   order by id
  on conflict (id) do nothing`

/**
 * Ends each call once. A row that was never opened (a refusal, or an answer lost on the way) is written whole.
 * What the sweeper closed as interrupted is corrected when its process turns out to be alive after all.
 */
const CLOSE = `
  with given as materialized (
    select * from json_to_recordset($1::text::json)
      as given(${OPENED_COLUMNS}, ${CLOSED_COLUMNS}, event jsonb)),
  closed as (
    insert into exchanges (${OPENED_NAMES}, ${CLOSED_NAMES})
    select ${OPENED_VALUES}, ${CLOSED_VALUES} from given order by id
    on conflict (id) do update set ${CLOSED_UPDATE}
      where exchanges.outcome is null
         or (exchanges.outcome = 'interrupted' and excluded.outcome <> 'interrupted')
    returning id)
  insert into outbox (exchange_id, event)
  select given.id, given.event from given join closed using (id) order by id
  on conflict (exchange_id) do update
    set event = excluded.event, published_at = null, attempts = 0, parked_at = null, parked_why = null`

/** Writes the rows of calls about to be forwarded; those already there stay as they are. */
export async function insertOpened(sql: AnySql, rows: readonly ExchangeOpened[]): Promise<void> {
  await sql.unsafe(OPEN, [openedText(rows)], { prepare: true })
}

/** Rows as the JSON text that `json_to_recordset` reads; the ledger opens exchanges with its holds by it. */
export function openedText(rows: readonly ExchangeOpened[]): string {
  return JSON.stringify(rows.map(openedRow), clean)
}

/** Ends calls and writes their outbox rows in the same statement. A call that has ended already stays as it is. */
export async function closeExchanges(sql: AnySql, events: readonly ExchangeEvent[]): Promise<void> {
  // A statement cannot touch one row twice; the first ending of a call is the one that counts.
  const once = new Map<string, ExchangeEvent>()
  for (const event of events) if (!once.has(event.closed.id)) once.set(event.closed.id, event)
  const text = JSON.stringify([...once.values()].map(closedRow), clean)
  await sql.unsafe(CLOSE, [text], { prepare: true })
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

function closedRow(event: ExchangeEvent) {
  const { opened, closed } = event

  return {
    ...openedRow(opened),
    ended_ms: closed.endedAtMs,
    outcome: closed.outcome,
    status: closed.status,
    error_code: closed.errorCode,
    upstream_status: closed.upstreamStatus,
    upstream_request_id: closed.upstreamRequestId,
    response_model: closed.responseModel,
    response_id: closed.responseId,
    finish_reasons: closed.finishReasons,
    usage: closed.usage,
    input_tokens: closed.usage?.inputTokens,
    output_tokens: closed.usage?.outputTokens,
    cost_nanos: closed.costNanos?.toString(),
    cost_basis: closed.costBasis,
    first_byte_ms: closed.firstByteMs,
    overhead_ms: closed.overheadMs,
    policies: closed.policies,
    findings: closed.findings,
    event: exchangeToJson(event),
  }
}

/** Cut to a bound, and storable. */
function clean(key: string, value: unknown): unknown {
  const text = typeof value === 'string' ? value.slice(0, TEXT_UNITS_MAX) : value
  return storable(key, text)
}
