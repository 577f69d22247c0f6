import { Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import type { AnySql } from '../store/database.ts'
import { listPolicies, type PolicyFilter, policyUse } from '../store/policy-reads.ts'
import type { PolicyRow } from '../store/policy-rows.ts'
import type { AdminDeps } from './deps.ts'
import { type Caller, workspaceCaller } from './guard.ts'
import { ID_PARAMS } from './id-params.ts'
import {
  etagOf,
  namesWorkspace,
  POLICY,
  POLICY_BODY,
  POLICY_CHANGE,
  POLICY_TYPE,
  policyOnWire,
} from './policy-shape.ts'
import {
  createPolicy,
  demandEnabled,
  mustFind,
  noSuchPolicy,
  removePolicy,
  updatePolicy,
} from './policy-writes.ts'
import { type Answer, type Call, route } from './route.ts'

const PATH = '/platform/gateway-policies'
const READS =
  'Needs: `organization:read` in the organisation, or `policies:read` in a workspace for the policies that name it.'
const reading = { tag: 'policies', needs: [], needsSays: READS, scope: 'organization' } as const
const writing = { tag: 'policies', needs: ['organization:manage'], scope: 'organization' } as const
const text = t.Optional(t.String({ maxLength: 300 }))

/** Policies of the gateway: create, list, search, change, delete. */
export const POLICY_ROUTES = [
  route({
    ...reading,
    method: 'GET',
    path: PATH,
    summary: 'List policies',
    says: 'A bare array, children of defaults included, oldest first. The two matcher filters are used together only.',
    query: t.Object(
      {
        policy_type: t.Optional(POLICY_TYPE),
        subject_matcher_key: text,
        subject_matcher_value: text,
      },
      { additionalProperties: false },
    ),
    answer: { status: 200, says: 'The policies.', shape: t.Array(POLICY) },
    fails: ['permission_missing', 'invalid_request', 'gateway_disabled'],
    handle: (call) => {
      const { policy_type, subject_matcher_key, subject_matcher_value } = call.query
      const values = subject_matcher_value === undefined ? undefined : [subject_matcher_value]
      return found(call, filterOf(policy_type, subject_matcher_key, values))
    },
  }),
  route({
    ...reading,
    method: 'POST',
    path: `${PATH}/search`,
    summary: 'Search policies',
    says: 'The list, filtered by a body: for hundreds of ids.',
    repeatable: false,
    body: t.Object(
      {
        policy_type: t.Optional(t.Union([POLICY_TYPE, t.Null()])),
        subject_matcher_key: t.Optional(t.Union([t.String({ maxLength: 300 }), t.Null()])),
        subject_matcher_values: t.Optional(
          t.Union([t.Array(t.String({ maxLength: 300 }), { maxItems: 1000 }), t.Null()]),
        ),
      },
      {
        additionalProperties: false,
        examples: [
          {
            subject_matcher_key: 'workspace_id',
            subject_matcher_values: ['019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d'],
          },
        ],
      },
    ),
    answer: { status: 200, says: 'The policies.', shape: t.Array(POLICY) },
    fails: ['permission_missing', 'gateway_disabled'],
    handle: (call) => {
      const { policy_type, subject_matcher_key, subject_matcher_values } = call.body
      const filter = filterOf(
        policy_type ?? undefined,
        subject_matcher_key ?? undefined,
        subject_matcher_values ?? undefined,
      )
      return found(call, filter)
    },
  }),
  route({
    ...writing,
    method: 'POST',
    path: PATH,
    summary: 'Create or update a policy',
    says: 'A policy of the same type, matchers and window is updated in place and keeps its id. A child posted so becomes a policy of its own. Effective everywhere within a second.',
    body: POLICY_BODY,
    answer: { status: 201, says: 'The policy, also when it was updated.', shape: POLICY },
    fails: ['gateway_disabled', 'conflict'],
    handle: createPolicy,
  }),
  route({
    ...reading,
    method: 'GET',
    path: `${PATH}/:id`,
    summary: 'Read a policy',
    says: '`ETag` names its state for `If-Match`.',
    params: ID_PARAMS,
    answer: { status: 200, says: 'The policy.', shape: POLICY },
    fails: ['permission_missing', 'gateway_disabled'],
    async handle({ deps, caller, params, headers }) {
      demandEnabled(caller)
      const { sql } = deps.database
      const row = await mustFind(sql, caller, params.id)
      if (!(await sees(caller, headers, deps))(row)) throw noSuchPolicy()
      const uses = await usesOf(sql, [row])
      const body = policyOnWire(row, uses && (uses.get(row.id) ?? []))
      return { status: 200, body, headers: { etag: etagOf(row) } }
    },
  }),
  route({
    ...writing,
    method: 'PATCH',
    path: `${PATH}/:id`,
    summary: 'Change a policy',
    says: 'Absent members stay; the type cannot change. A changed default carries its config, switch and priority to its attached children; a changed child becomes a policy of its own.',
    params: ID_PARAMS,
    body: POLICY_CHANGE,
    answer: { status: 200, says: 'The policy after the change.', shape: POLICY },
    fails: ['gateway_disabled', 'conflict', 'precondition_failed'],
    handle: updatePolicy,
  }),
  route({
    ...writing,
    method: 'DELETE',
    path: `${PATH}/:id`,
    summary: 'Delete a policy',
    says: 'A default takes its attached children with it. What was counted stays on record.',
    params: ID_PARAMS,
    answer: { status: 204, says: 'It is gone.' },
    fails: ['gateway_disabled', 'precondition_failed'],
    handle: removePolicy,
  }),
]

async function found(call: Call<unknown, unknown, unknown>, filter: PolicyFilter): Promise<Answer> {
  const { deps, caller, headers } = call
  demandEnabled(caller)
  const { sql } = deps.database
  const visible = await sees(caller, headers, deps)
  const rows = (await listPolicies(sql, caller.organizationId, filter)).filter(visible)
  const uses = await usesOf(sql, rows)
  return {
    status: 200,
    body: rows.map((row) => policyOnWire(row, uses && (uses.get(row.id) ?? []))),
  }
}

/** What the policies have counted, or undefined when that cannot be known now: never a zero nobody measured. */
async function usesOf(sql: AnySql, rows: readonly PolicyRow[]) {
  const ids = rows.map((row) => row.id)
  return await policyUse(sql, ids).catch(() => undefined)
}

function filterOf(
  type: string | undefined,
  matcherKey: string | undefined,
  matcherValues: readonly string[] | undefined,
): PolicyFilter {
  if ((matcherKey === undefined) !== (matcherValues === undefined))
    throw new Failure('invalid_request', {
      says: 'subject_matcher_key and the value(s) are only used together.',
    })
  return {
    ...(type === undefined ? {} : { type }),
    ...(matcherKey === undefined || matcherValues === undefined
      ? {}
      : { matcherKey, matcherValues }),
  }
}

/** Which policies the caller may see. */
async function sees(
  caller: Caller,
  headers: Headers,
  deps: AdminDeps,
): Promise<(row: PolicyRow) => boolean> {
  if (caller.permissions.has('organization:read')) return () => true
  const tenant = headers.get('x-tenant-id')
  const orm = deps.database.orm
  const { workspaceId } = await workspaceCaller(caller.key, tenant, ['policies:read'], orm)
  return (row) => namesWorkspace(row, workspaceId)
}
