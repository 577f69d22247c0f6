import { Type as t } from '@sinclair/typebox'
import type { ExchangeEvent } from '../base/exchange.ts'
import { usdOnWire } from '../base/wire.ts'
import { callStatistics, listConversations, runningCalls } from '../store/call-reads.ts'
import { queryRuns } from '../store/trace-reads.ts'
import { cursorOf, pageAsked, pageShape } from './page-shape.ts'
import { route } from './route.ts'
import { iso } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const CALLS_MAX = 500
const CONVERSATIONS_MAX = 500

const textOrNull = (description?: string) =>
  t.Union([t.String(), t.Null()], description === undefined ? {} : { description })
const numberOrNull = (description?: string) =>
  t.Union([t.Number(), t.Null()], description === undefined ? {} : { description })

const OUTCOMES = ['ok', 'refused', 'failed', 'aborted', 'interrupted'] as const

const CALL = t.Object({
  id: uuid(),
  started_at: moment(),
  key: t.Object({ id: uuid(), short: t.String() }),
  user_id: textOrNull(),
  session_id: textOrNull('The conversation, when the agent named one.'),
  provider: t.String(),
  operation: t.String(),
  stream: t.Boolean(),
  request_model: textOrNull(),
  response_model: textOrNull(),
  state: t.Union([t.Literal('running'), t.Literal('ended')]),
  outcome: textOrNull('ok, refused, failed, aborted or interrupted; null while it runs.'),
  status: numberOrNull('The HTTP status the caller saw.'),
  error_code: textOrNull(),
  blocked_by: t.Array(t.String(), { description: 'Names of the policies that refused it.' }),
  findings: t.Integer({ description: 'How often detectors hit.' }),
  input_tokens: numberOrNull(),
  output_tokens: numberOrNull(),
  cost_nanos: textOrNull('Nanodollars; null when unpriced or running.'),
  cost_basis: textOrNull(),
  first_byte_ms: numberOrNull(),
  duration_ms: numberOrNull(),
})

const QUERY = t.Object(
  {
    limit: t.Optional(t.Integer({ minimum: 1, maximum: CALLS_MAX, description: 'Default 100.' })),
    cursor: t.Optional(t.String({ maxLength: 200 })),
    ids: t.Optional(t.Array(uuid(), { maxItems: 100 })),
    state: t.Optional(
      t.Literal('running', {
        description: 'Only the calls under way, on one page; the other filters do not apply.',
      }),
    ),
    api_key_id: t.Optional(uuid()),
    user_id: t.Optional(uuid()),
    session_id: t.Optional(t.String({ maxLength: 200 })),
    outcome: t.Optional(t.Union(OUTCOMES.map((each) => t.Literal(each)))),
    status: t.Optional(t.Integer({ minimum: 0, maximum: 599 })),
    policy_id: t.Optional(uuid('Calls that this policy refused.')),
    name_contains: t.Optional(
      t.String({
        maxLength: 200,
        description: 'Part of the name of the model, the operation or the provider.',
      }),
    ),
    from: t.Optional(moment()),
    to: t.Optional(moment()),
  },
  { additionalProperties: false },
)

const QUANTILES = t.Union([t.Object({ p50: t.Number(), p95: t.Number() }), t.Null()], {
  description: 'Milliseconds.',
})

const tagged = { tag: 'traces', needs: ['runs:read'], scope: 'workspace' } as const

/** Calls as lists and sums: what a person looks through before reading one. */
export const CALL_ROUTES = [
  route({
    ...tagged,
    method: 'GET',
    path: '/requests',
    summary: 'List calls',
    says: 'Newest first, ended ones; a call appears when its trace is stored, a moment after its end. `state=running` lists those under way.',
    query: QUERY,
    answer: { status: 200, says: 'One page of calls.', shape: pageShape(CALL) },
    async handle({ deps, caller, query }) {
      if (query.state === 'running') {
        const rows = await runningCalls(deps.database, caller.workspaceId, CALLS_MAX)
        return {
          status: 200,
          body: { data: rows.map(runningOnWire), next_cursor: null, has_more: false },
        }
      }
      const limit = query.limit ?? 100
      const { after } = pageAsked(query.cursor === undefined ? {} : { cursor: query.cursor })
      const found = await queryRuns(deps.database, caller.workspaceId, {
        order: 'newest',
        limit: limit + 1,
        after,
        ids: query.ids,
        keyIds: query.api_key_id === undefined ? undefined : [query.api_key_id],
        userId: query.user_id,
        conversationId: query.session_id,
        outcome: query.outcome,
        status: query.status,
        violatedPolicyId: query.policy_id,
        nameContains: query.name_contains,
        startedFromMs: query.from === undefined ? undefined : Date.parse(query.from),
        startedToMs: query.to === undefined ? undefined : Date.parse(query.to),
      })
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const more = found.length > page.length && last !== undefined
      return {
        status: 200,
        body: {
          data: page.map(callOnWire),
          next_cursor: more ? cursorOf(last.opened.id) : null,
          has_more: more,
        },
      }
    },
  }),
  route({
    ...tagged,
    method: 'GET',
    path: '/requests/statistics',
    summary: 'Read how calls went',
    says: 'Outcomes of all calls since `from`; speed and findings of the newest 5 000 of them.',
    query: t.Object(
      { from: t.Optional(moment('Default: 24 hours ago.')) },
      { additionalProperties: false },
    ),
    answer: {
      status: 200,
      says: 'The statistics.',
      shape: t.Object({
        from: moment(),
        outcomes: t.Record(t.String(), t.Integer()),
        sampled: t.Integer(),
        first_byte_ms: QUANTILES,
        overhead_ms: QUANTILES,
        findings: t.Array(t.Object({ entity: t.String(), count: t.Integer() })),
      }),
    },
    async handle({ deps, caller, query }) {
      const fromMs = startOf(query.from, deps.world.clock.now() - DAY_MS)
      const found = await callStatistics(deps.database, caller.workspaceId, fromMs)
      return {
        status: 200,
        body: {
          from: iso(fromMs),
          outcomes: found.outcomes,
          sampled: found.sampled,
          first_byte_ms: found.firstByteMs ?? null,
          overhead_ms: found.overheadMs ?? null,
          findings: found.findings,
        },
      }
    },
  }),
  route({
    ...tagged,
    method: 'GET',
    path: '/conversations',
    summary: 'List conversations',
    says: 'Calls grouped by the session id that agents send, last active first; at most 500.',
    query: t.Object(
      { from: t.Optional(moment('Default: 7 days ago.')) },
      { additionalProperties: false },
    ),
    answer: {
      status: 200,
      says: 'The conversations, with sums since `from`. A bare array.',
      shape: t.Array(
        t.Object({
          id: t.String(),
          requests: t.Integer(),
          failed: t.Integer({ description: 'Calls that did not end well.' }),
          tokens: t.Integer(),
          cost_usd: t.Number(),
          cost_nanos: t.String(),
          models: t.Array(t.String()),
          keys: t.Array(t.String(), { description: 'Short forms.' }),
          started_at: moment(),
          ended_at: moment(),
        }),
      ),
    },
    async handle({ deps, caller, query }) {
      const rows = await listConversations(deps.database, caller.workspaceId, {
        fromMs: startOf(query.from, deps.world.clock.now() - 7 * DAY_MS),
        limit: CONVERSATIONS_MAX,
      })
      return {
        status: 200,
        body: rows.map((row) => ({
          id: row.id,
          requests: row.requests,
          failed: row.failed,
          tokens: row.tokens,
          cost_usd: usdOnWire(row.cost),
          cost_nanos: row.cost.toString(),
          models: row.models,
          keys: row.keyShorts,
          started_at: iso(row.startedAtMs),
          ended_at: iso(row.endedAtMs),
        })),
      }
    },
  }),
]

/** Never before the epoch: ids of calls cannot say it. */
function startOf(from: string | undefined, otherwiseMs: number): number {
  return Math.max(0, from === undefined ? otherwiseMs : Date.parse(from))
}

function callOnWire({ opened, closed }: ExchangeEvent) {
  return {
    id: opened.id,
    started_at: iso(opened.startedAtMs),
    key: { id: opened.keyId, short: opened.keyShort },
    user_id: opened.userId ?? null,
    session_id: opened.sessionId ?? null,
    provider: opened.provider,
    operation: opened.operation,
    stream: opened.stream,
    request_model: opened.requestModel ?? null,
    response_model: closed.responseModel ?? null,
    state: 'ended',
    outcome: closed.outcome,
    status: closed.status,
    error_code: closed.errorCode ?? null,
    blocked_by: closed.policies.violated.map((each) => each.name),
    findings: closed.findings.reduce((sum, each) => sum + each.count, 0),
    input_tokens: closed.usage?.inputTokens ?? null,
    output_tokens: closed.usage?.outputTokens ?? null,
    cost_nanos: closed.costNanos?.toString() ?? null,
    cost_basis: closed.costBasis ?? null,
    first_byte_ms: closed.firstByteMs ?? null,
    duration_ms: closed.endedAtMs - opened.startedAtMs,
  }
}

function runningOnWire(row: Awaited<ReturnType<typeof runningCalls>>[number]) {
  return {
    id: row.id,
    started_at: iso(row.startedAt.getTime()),
    key: { id: row.keyId, short: row.keyShort },
    user_id: row.userId,
    session_id: row.sessionId,
    provider: row.provider,
    operation: row.operation,
    stream: row.stream,
    request_model: row.requestModel,
    response_model: null,
    state: 'running',
    outcome: null,
    status: null,
    error_code: null,
    blocked_by: [],
    findings: 0,
    input_tokens: null,
    output_tokens: null,
    cost_nanos: null,
    cost_basis: null,
    first_byte_ms: null,
    duration_ms: null,
  }
}
