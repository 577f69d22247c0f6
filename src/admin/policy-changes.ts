import { Type as t } from '@sinclair/typebox'
import { isJsonObject, type JsonObject } from '../base/json.ts'
import { type PolicyChange, policyChanges } from '../store/policy-changes.ts'
import { ID_PARAMS } from './id-params.ts'
import { demandEnabled, mustFind } from './policy-writes.ts'
import { route } from './route.ts'
import { iso } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'

/** Changes of one answer: a policy that is edited more often than this is looked up in the audit log. */
const CHANGES_MAX = 100

const STATE = t.Object(
  {
    name: t.String(),
    description: t.Optional(t.String()),
    subject_matchers: t.Array(t.Object({ key: t.String(), value: t.String() })),
    config: t.Object({}, { additionalProperties: true }),
    enabled: t.Boolean(),
    priority: t.Integer(),
  },
  { additionalProperties: true },
)

/** What became of one policy over time. */
export const POLICY_CHANGE_ROUTES = [
  route({
    method: 'GET',
    path: '/platform/gateway-policies/:id/history',
    tag: 'policies',
    summary: 'Read the history of a policy',
    says: `Its newest ${CHANGES_MAX} changes from the audit log, newest first, each with the state it led to. To go back, PATCH the policy with the members of a former state.`,
    needs: ['organization:read'],
    scope: 'organization',
    params: ID_PARAMS,
    answer: {
      status: 200,
      says: 'The changes.',
      shape: t.Array(
        t.Object({
          id: uuid('Of the entry in the audit log.'),
          time: moment(),
          operation: t.String(),
          actor: t.Object({
            api_key_short: t.Union([t.String(), t.Null()]),
            user_id: t.Union([t.String(), t.Null()]),
          }),
          state: STATE,
        }),
      ),
    },
    fails: ['gateway_disabled'],
    async handle({ deps, caller, params }) {
      demandEnabled(caller)
      const { sql, orm } = deps.database
      const { id } = await mustFind(sql, caller, params.id)
      const changes = await policyChanges(orm, caller.organizationId, id, CHANGES_MAX)
      return { status: 200, body: changes.map(changeOnWire) }
    },
  }),
]

function changeOnWire(change: PolicyChange): Record<string, unknown> {
  return {
    id: change.id,
    time: iso(change.atMs),
    operation: change.operation,
    actor: { api_key_short: change.keyShort ?? null, user_id: change.userId ?? null },
    state: stateOf(change.details),
  }
}

/** A change by id notes what was before as well; the others only the outcome. */
function stateOf(details: JsonObject): JsonObject {
  const { after } = details
  return isJsonObject(after) ? after : details
}
