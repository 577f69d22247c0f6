import { Type as t } from '@sinclair/typebox'
import type { ExchangeEvent, Outcome } from '../base/exchange.ts'
import { FAILURES } from '../base/failure.ts'
import { usdOnWire } from '../base/wire.ts'
import type { TraceProject } from '../store/trace-reads.ts'
import { moment, uuid } from './scalar-shapes.ts'

/** One call as the original's clients know a run: fields they read by name, our facts below `extra.metadata`. */
export const RUN = t.Object(
  {
    id: uuid('Also the id of the call.'),
    trace_id: uuid(),
    name: t.String(),
    run_type: t.String(),
    start_time: moment(),
    end_time: moment(),
    first_token_time: t.Union([moment(), t.Null()]),
    status: t.Union([t.Literal('success'), t.Literal('error')]),
    error: t.Union([t.String(), t.Null()]),
    prompt_tokens: t.Union([t.Integer(), t.Null()]),
    completion_tokens: t.Union([t.Integer(), t.Null()]),
    total_tokens: t.Union([t.Integer(), t.Null()]),
    total_cost: t.Union([t.Number(), t.Null()], { description: 'Dollars; null when unpriced.' }),
    cost_usd: t.Union([t.Number(), t.Null()]),
    cost_nanos: t.Union([t.String(), t.Null()]),
    cost_basis: t.Union([t.String(), t.Null()], {
      description: 'measured, counted or ceiling: how the amount is known.',
    }),
    session_id: uuid('The trace project it was asked in.'),
    session_name: t.String(),
    session_names: t.Array(t.String(), { description: 'Every trace project it belongs to.' }),
    extra: t.Object({}, { additionalProperties: true }),
  },
  { additionalProperties: true },
)

/** The projects a run can belong to in its workspace. */
export interface RunProjects {
  readonly shared: TraceProject | undefined
  /** By key id. */
  readonly byKey: ReadonlyMap<string, TraceProject>
}

/**
 * A run on the wire. `asked` is the project it was found by, which is then its `session_id`; else the shared one.
 * `inputs` and `outputs` are empty: content is not captured.
 */
export function runOnWire(
  { opened, closed }: ExchangeEvent,
  projects: RunProjects,
  asked?: TraceProject,
): Record<string, unknown> {
  const own = projects.byKey.get(opened.keyId)
  const session = asked ?? projects.shared ?? own
  const usage = closed.usage
  const cost = closed.costNanos
  const started = iso(opened.startedAtMs)
  return {
    id: opened.id,
    trace_id: opened.id,
    name: opened.requestModel ? `${opened.operation} ${opened.requestModel}` : opened.operation,
    run_type: opened.operation === 'embeddings' ? 'embedding' : 'llm',
    start_time: started,
    end_time: iso(closed.endedAtMs),
    first_token_time:
      closed.firstByteMs === undefined ? null : iso(opened.startedAtMs + closed.firstByteMs),
    status: closed.outcome === 'ok' ? 'success' : 'error',
    error: errorOf(closed.outcome, closed.errorCode),
    inputs: {},
    outputs: null,
    events: [],
    tags: [],
    feedback_stats: {},
    parent_run_id: null,
    parent_run_ids: [],
    child_run_ids: [],
    reference_example_id: null,
    in_dataset: false,
    app_path: null,
    dotted_order: `${started.replace(/[-:.]/g, '').slice(0, -1)}000Z${opened.id}`,
    prompt_tokens: usage?.inputTokens ?? null,
    completion_tokens: usage?.outputTokens ?? null,
    total_tokens: usage ? usage.inputTokens + usage.outputTokens : null,
    prompt_cost: null,
    completion_cost: null,
    total_cost: cost === undefined ? null : usdOnWire(cost),
    cost_usd: cost === undefined ? null : usdOnWire(cost),
    cost_nanos: cost === undefined ? null : cost.toString(),
    cost_basis: closed.costBasis ?? null,
    session_id: session?.id ?? null,
    session_name: session?.name ?? null,
    session_names: [projects.shared?.name, own?.name].filter((each) => each !== undefined),
    extra: { metadata: metadataOf({ version: 1, opened, closed }) },
  }
}

/** Why a call did not end well: its failure code and our own sentence for it, never a provider's text. */
export function errorOf(outcome: Outcome, code: string | undefined): string | null {
  if (outcome === 'ok') return null
  if (code === undefined) return outcome
  return `${code}: ${isFailureCode(code) ? FAILURES[code].says : outcome}`
}

function isFailureCode(code: string): code is keyof typeof FAILURES {
  return Object.hasOwn(FAILURES, code)
}

function metadataOf({ opened, closed }: ExchangeEvent): Record<string, unknown> {
  return {
    ls_provider: opened.provider,
    ls_model_name: closed.responseModel ?? opened.requestModel ?? null,
    ls_model_type: 'chat',
    thread_id: opened.sessionId ?? null,
    organization_id: opened.organizationId,
    workspace_id: opened.workspaceId,
    user_id: opened.userId ?? null,
    api_key_id: opened.keyId,
    api_key_short: opened.keyShort,
    user_agent: opened.userAgent ?? null,
    'gateway.provider': opened.provider,
    'gateway.dialect': opened.dialect,
    'gateway.operation': opened.operation,
    'gateway.outcome': closed.outcome,
    'gateway.status': closed.status,
    'gateway.error_code': closed.errorCode ?? null,
    'gateway.stream': opened.stream,
    'gateway.request_model': opened.requestModel ?? null,
    'gateway.response_model': closed.responseModel ?? null,
    'gateway.upstream_status': closed.upstreamStatus ?? null,
    'gateway.upstream_request_id': closed.upstreamRequestId ?? null,
    'gateway.finish_reasons': closed.finishReasons,
    'gateway.first_byte_ms': closed.firstByteMs ?? null,
    'gateway.overhead_ms': closed.overheadMs ?? null,
    'gateway.cost_basis': closed.costBasis ?? null,
    'gateway.otel_trace_id': opened.traceId,
    'gateway.policy.matched_ids': closed.policies.matched.map((each) => each.id),
    'gateway.policy.matched_names': closed.policies.matched.map((each) => each.name),
    'gateway.policy.violated_ids': closed.policies.violated.map((each) => each.id),
    'gateway.policy.violated_names': closed.policies.violated.map((each) => each.name),
    'gateway.findings': closed.findings,
    usage: closed.usage ?? null,
  }
}

/** A moment as RFC 3339 in UTC. */
export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
