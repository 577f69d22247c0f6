import type { ExchangeEvent } from '../base/exchange.ts'
import { exchangeText } from '../base/exchange-json.ts'
import { storable, UNSTORABLE } from './storable.ts'

/** Longer text from a caller or provider is cut: rows stay small whatever is sent. */
const TEXT_UNITS_MAX = 1_024

/** A row with only short texts; a longer one is looked through text by text. */
const ROW_UNITS_MAX = 4_096

/** Events as rows: `event` whole, its halves as `o` and `c`. One parameter, however many there are. */
export const EVENTS = `
  select event, event->'opened' as o, event->'closed' as c
    from jsonb_array_elements($1::text::jsonb) as each(event)`

/** Column → how it is read from the event's two halves, `o` (opened) and `c` (closed). */
export const FROM_EVENT: Readonly<Record<string, string>> = {
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

/** The same for what is known only at the end. */
export const ENDING: Readonly<Record<string, string>> = {
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

/** Events as the one parameter of {@link EVENTS}, storable and with their amounts as decimal strings. */
export function eventsText(events: readonly ExchangeEvent[]): string {
  return `[${events.map((event) => storableText(exchangeText(event)))}]`
}

/** A row as JSON that Postgres can store. */
export function rowText(row: object): string {
  return storableText(JSON.stringify(row))
}

/** Nearly every row is fit as it is, and looking at each of its texts costs the most. */
function storableText(text: string): string {
  const fit = text.length <= ROW_UNITS_MAX && !UNSTORABLE.test(text)
  return fit ? text : JSON.stringify(JSON.parse(text), clean)
}

/** Cut to a bound, and storable. */
function clean(key: string, value: unknown): unknown {
  const text = typeof value === 'string' ? value.slice(0, TEXT_UNITS_MAX) : value
  return storable(key, text)
}
