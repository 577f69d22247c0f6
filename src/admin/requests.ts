import { Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import { usdOnWire } from '../base/wire.ts'
import { type HoldLine, holdHistory } from '../store/call-reads.ts'
import { type ExchangeRow, readExchange, readSpans, type SpanRow } from '../store/exchange-reads.ts'
import { ID_PARAMS } from './id-params.ts'
import { route } from './route.ts'
import { iso } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'

const textOrNull = (says?: string) =>
  t.Union([t.String(), t.Null()], says === undefined ? {} : { description: says })
const numberOrNull = (says?: string) =>
  t.Union([t.Number(), t.Null()], says === undefined ? {} : { description: says })

const REQUEST = t.Object({
  id: uuid(),
  state: t.Union([t.Literal('running'), t.Literal('ended')]),
  outcome: textOrNull('ok, refused, failed, aborted or interrupted; null while it runs.'),
  status: numberOrNull('The HTTP status the caller saw.'),
  error_code: textOrNull(),
  provider: t.String(),
  dialect: t.String(),
  operation: t.String(),
  method: t.String(),
  path: t.String(),
  stream: t.Boolean(),
  request_model: textOrNull(),
  response_model: textOrNull(),
  response_id: textOrNull(),
  finish_reasons: t.Array(t.String()),
  upstream_status: numberOrNull(),
  upstream_request_id: textOrNull(),
  key: t.Object({ id: uuid(), short: t.String() }),
  user_id: textOrNull(),
  session_id: textOrNull(),
  trace_id: t.String(),
  user_agent: textOrNull(),
  usage: t.Union([t.Object({}, { additionalProperties: true }), t.Null()]),
  cost_usd: numberOrNull('Dollars; null when unpriced.'),
  cost_nanos: textOrNull('The same in nanodollars.'),
  cost_basis: textOrNull('measured, counted or ceiling.'),
  policies: t.Object({
    matched: t.Array(t.Object({ id: t.String(), name: t.String() })),
    violated: t.Array(t.Object({ id: t.String(), name: t.String() })),
  }),
  findings: t.Array(
    t.Object({
      detector: t.String(),
      entity: t.String(),
      direction: t.String(),
      count: t.Integer(),
    }),
    { description: 'How often each detector hit, never what it hit.' },
  ),
  timings: t.Object({
    started_at: moment(),
    ended_at: t.Union([moment(), t.Null()]),
    duration_ms: numberOrNull(),
    first_byte_ms: numberOrNull('From arrival to the first byte of the answer.'),
    overhead_ms: numberOrNull('Spent in the gateway before forwarding.'),
  }),
  ledger: t.Array(
    t.Object({
      kind: t.String({ description: 'reserve, extend, settle, void, expire or correct.' }),
      amount_usd: t.Number(),
      amount_nanos: t.String(),
      basis: textOrNull(),
      at: moment(),
    }),
    { description: 'What was set aside for the call and what became of it, oldest first.' },
  ),
  steps: t.Array(
    t.Object({
      name: t.String(),
      kind: t.String(),
      offset_ms: t.Number(),
      duration_ms: t.Number(),
      status: t.String(),
    }),
  ),
})

/** One call in full, running or ended, without content. */
export const REQUEST_ROUTES = [
  route({
    method: 'GET',
    path: '/requests/:id',
    tag: 'traces',
    summary: 'Read one call',
    says: 'By the id in `x-gateway-request-id`: outcome, usage, cost and how it is known, policies, findings, timings. Known from the moment the call is admitted.',
    needs: ['runs:read'],
    scope: 'workspace',
    params: ID_PARAMS,
    answer: { status: 200, says: 'The call.', shape: REQUEST },
    async handle({ deps, caller, params }) {
      const row = await readExchange(deps.database, caller.workspaceId, params.id)
      if (!row) throw new Failure('not_found', { says: 'There is no such call.' })
      const [steps, lines] = await Promise.all([
        readSpans(deps.database, caller.workspaceId, row.id),
        holdHistory(deps.database, row.id),
      ])
      return { status: 200, body: requestOnWire(row, steps, lines) }
    },
  }),
]

function requestOnWire(
  row: ExchangeRow,
  steps: readonly SpanRow[],
  lines: readonly HoldLine[],
): Record<string, unknown> {
  return {
    id: row.id,
    state: row.outcome === null ? 'running' : 'ended',
    outcome: row.outcome,
    status: row.status,
    error_code: row.errorCode,
    provider: row.provider,
    dialect: row.dialect,
    operation: row.operation,
    method: row.method,
    path: row.path,
    stream: row.stream,
    request_model: row.requestModel,
    response_model: row.responseModel,
    response_id: row.responseId,
    finish_reasons: row.finishReasons ?? [],
    upstream_status: row.upstreamStatus,
    upstream_request_id: row.upstreamRequestId,
    key: { id: row.keyId, short: row.keyShort },
    user_id: row.userId,
    session_id: row.sessionId,
    trace_id: row.traceId,
    user_agent: row.userAgent,
    usage: row.usage,
    cost_usd: row.costNanos === null ? null : usdOnWire(row.costNanos),
    cost_nanos: row.costNanos === null ? null : row.costNanos.toString(),
    cost_basis: row.costBasis,
    policies: row.policies ?? { matched: [], violated: [] },
    findings: row.findings ?? [],
    timings: {
      started_at: iso(row.startedAtMs),
      ended_at: row.endedAtMs === undefined ? null : iso(row.endedAtMs),
      duration_ms: row.endedAtMs === undefined ? null : row.endedAtMs - row.startedAtMs,
      first_byte_ms: row.firstByteMs,
      overhead_ms: row.overheadMs,
    },
    ledger: lines.map((line) => ({
      kind: line.kind,
      amount_usd: usdOnWire(line.nanos),
      amount_nanos: line.nanos.toString(),
      basis: line.basis ?? null,
      at: iso(line.atMs),
    })),
    steps: steps.map((step) => ({
      name: step.name,
      kind: step.kind,
      offset_ms: step.startedAtMs - row.startedAtMs,
      duration_ms: step.endedAtMs - step.startedAtMs,
      status: step.status,
    })),
  }
}
