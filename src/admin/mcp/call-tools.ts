import { Type as t } from '@sinclair/typebox'
import { FAILURES } from '../../base/failure.ts'
import { type Json, member, textMember } from '../../base/json.ts'
import { POLICY_ROUTES } from '../policies.ts'
import { REQUEST_ROUTES } from '../requests.ts'
import { iso } from '../run-shape.ts'
import { RUN_ROUTES } from '../runs.ts'
import { uuid } from '../scalar-shapes.ts'
import { type Asker, ask, routeAt } from './ask.ts'
import { explanationOf } from './explain.ts'
import { type Tool, tool, WORKSPACE } from './tool.ts'

const QUERY = routeAt(RUN_ROUTES, 'POST', '/runs/query')
const REQUEST = routeAt(REQUEST_ROUTES, 'GET', '/requests/:id')
const POLICY = routeAt(POLICY_ROUTES, 'GET', '/platform/gateway-policies/:id')
const HOUR_MS = 3_600_000
/** Pages of a hundred unsuccessful calls that are looked through: refusals are most of them. */
const PAGES_MAX = 5
const POLICIES_SHOWN = 10

/** What became of calls, and why. */
export const CALL_TOOLS: readonly Tool[] = [
  tool({
    name: 'recent_blocks',
    title: 'Recent blocks',
    says: 'Calls that policies refused, newest first: when, which key and model, the status and code the caller saw, and the policies that said no. Ask explain_request about one of them.',
    needs: '`runs:read`',
    shape: t.Object(
      {
        ...WORKSPACE,
        hours: t.Optional(t.Integer({ minimum: 1, maximum: 720, description: 'Default: 24.' })),
        limit: t.Optional(t.Integer({ minimum: 1, maximum: 100, description: 'Default: 20.' })),
      },
      { additionalProperties: false },
    ),
    async run({ workspace_id: workspaceId, hours = 24, limit = 20 }, asker) {
      const since = iso(asker.deps.world.clock.now() - hours * HOUR_MS)
      const blocks: Record<string, Json>[] = []
      let cursor: string | undefined
      let complete = false
      for (let page = 0; page < PAGES_MAX && blocks.length < limit && !complete; page++) {
        const body = { error: true, start_time: since, limit: 100, ...(cursor ? { cursor } : {}) }
        const found = await ask(asker, QUERY, { workspaceId, body })
        const runs = member(found, 'runs')
        for (const run of Array.isArray(runs) ? runs : []) {
          const block = blockOf(run)
          if (block) blocks.push(block)
        }
        cursor = textMember(member(found, 'cursors'), 'next')
        complete = cursor === undefined
      }
      return {
        since,
        blocks: blocks.slice(0, limit),
        complete: complete && blocks.length <= limit,
      }
    },
  }),
  tool({
    name: 'explain_request',
    title: 'Explain one request',
    says: 'What happened to one call and why: outcome, the policies that looked at it and what they said, how its cost is known, what was redacted (kinds and counts, never the text), and where its time went. The id is in the answer header x-gateway-request-id.',
    needs:
      '`runs:read`; what the policies have counted needs `organization:read` or `policies:read` too',
    shape: t.Object(
      { ...WORKSPACE, id: uuid('The id of the call.') },
      { additionalProperties: false },
    ),
    async run({ workspace_id: workspaceId, id }, asker) {
      const call = await ask(asker, REQUEST, { workspaceId, params: { id } })
      const policies = await policiesOf(asker, workspaceId, call)
      return { explanation: explanationOf(call, policies), call, policies }
    },
  }),
]

/** A run that a policy refused, in short; undefined for one that failed otherwise. */
function blockOf(run: unknown): Record<string, Json> | undefined {
  const facts = member(member(run, 'extra'), 'metadata')
  const code = textMember(facts, 'gateway.error_code')
  const violated = member(facts, 'gateway.policy.violated_names') ?? []
  const byPolicy = code !== undefined && isFailureCode(code) && FAILURES[code].owner === 'policy'
  if (!byPolicy && (!Array.isArray(violated) || violated.length === 0)) return undefined
  return {
    id: textMember(run, 'id') ?? '',
    at: textMember(run, 'start_time') ?? '',
    status: member(facts, 'gateway.status') ?? null,
    code: code ?? null,
    policies: violated,
    model: member(facts, 'gateway.request_model') ?? null,
    provider: member(facts, 'gateway.provider') ?? null,
    api_key_id: member(facts, 'api_key_id') ?? null,
    api_key_short: member(facts, 'api_key_short') ?? null,
    user_id: member(facts, 'user_id') ?? null,
  }
}

/** The policies that looked at the call as they stand now; those the key may not see are left out. */
async function policiesOf(
  asker: Asker,
  workspaceId: string | undefined,
  call: unknown,
): Promise<readonly unknown[]> {
  const outcome = member(call, 'policies')
  const named = [member(outcome, 'violated'), member(outcome, 'matched')].flatMap((list) =>
    Array.isArray(list) ? list.flatMap((each) => textMember(each, 'id') ?? []) : [],
  )
  const ids = [...new Set(named)].slice(0, POLICIES_SHOWN)
  const found = await Promise.all(
    ids.map((id) => ask(asker, POLICY, { workspaceId, params: { id } }).catch(() => undefined)),
  )
  return found.filter((each) => each !== undefined)
}

function isFailureCode(code: string): code is keyof typeof FAILURES {
  return Object.hasOwn(FAILURES, code)
}
