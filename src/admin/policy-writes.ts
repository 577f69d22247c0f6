import type { Static } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import type { JsonObject } from '../base/json.ts'
import { type CheckedPolicy, checkPolicy, isRefused } from '../policies/input.ts'
import type { Change } from '../store/change.ts'
import type { AnySql } from '../store/database.ts'
import { changePolicy, deletePolicy, findPolicy, savePolicy } from '../store/policies.ts'
import { policyUse } from '../store/policy-reads.ts'
import type { PolicyRow } from '../store/policy-rows.ts'
import type { Caller } from './guard.ts'
import type { ID_PARAMS } from './id-params.ts'
import {
  auditOf,
  etagOf,
  isMatched,
  type POLICY_BODY,
  type POLICY_CHANGE,
  policyOnWire,
} from './policy-shape.ts'
import type { Answer, Call } from './route.ts'
import { write } from './write.ts'

/** Creates a policy, or updates the one with the same identity. */
export function createPolicy(
  call: Call<unknown, unknown, Static<typeof POLICY_BODY>>,
): Promise<Answer> {
  const { caller, body, deps } = call
  const { organizationId, key } = caller
  demandEnabled(caller)
  const policy = checkedPolicy(body, organizationId)
  return write(call, async ({ sql, note }) => {
    await alone(sql, organizationId)
    const author = key.userId ?? key.id
    const { id, created } = await savePolicy(sql, deps.world, organizationId, policy, author)
    const row = await mustFind(sql, caller, id)
    note({
      operation: created ? 'create_gateway_policy' : 'update_gateway_policy',
      resource: { kind: 'gateway_policy', id },
      details: auditOf(row),
    })
    return await answered(sql, row, 201)
  })
}

/** Changes a policy. */
export function updatePolicy(
  call: Call<Static<typeof ID_PARAMS>, unknown, Static<typeof POLICY_CHANGE>>,
): Promise<Answer> {
  const { caller, body, params, headers } = call
  demandEnabled(caller)
  return write(call, async ({ sql, note }) => {
    await alone(sql, caller.organizationId)
    const before = await mustFind(sql, caller, params.id)
    demandMatch(headers, before)
    if (body.policy_type !== undefined && body.policy_type !== before.type)
      throw refusal([{ pointer: '/policy_type', says: 'The type of a policy cannot be changed' }])
    const policy = checked(
      {
        type: before.type,
        name: body.name ?? before.name,
        description: body.description ?? before.description,
        matchers: body.subject_matchers ?? before.matchers,
        config: body.config ?? before.config,
        enabled: body.enabled ?? before.enabled,
        priority: body.priority ?? before.priority,
      },
      caller.organizationId,
    )
    await changePolicy(sql, before, policy)
    const row = await mustFind(sql, caller, before.id)
    note({
      operation: 'update_gateway_policy',
      resource: { kind: 'gateway_policy', id: row.id },
      details: { before: auditOf(before), after: auditOf(row) },
    })
    return await answered(sql, row, 200)
  })
}

/** Deletes a policy. */
export function removePolicy(
  call: Call<Static<typeof ID_PARAMS>, unknown, unknown>,
): Promise<Answer> {
  const { caller, params, headers } = call
  demandEnabled(caller)
  return write(call, async ({ sql, note }) => {
    await alone(sql, caller.organizationId)
    const row = await mustFind(sql, caller, params.id)
    demandMatch(headers, row)
    await deletePolicy(sql, row)
    note({
      operation: 'delete_gateway_policy',
      resource: { kind: 'gateway_policy', id: row.id },
      details: auditOf(row),
    })
    return { status: 204 }
  })
}

async function answered(sql: AnySql, row: PolicyRow, status: 200 | 201): Promise<Answer> {
  const uses = await policyUse(sql, [row.id])
  return {
    status,
    body: policyOnWire(row, uses.get(row.id) ?? []),
    headers: { etag: etagOf(row) },
  }
}

/** One writer of an organisation's policies at a time: what is compared is what is changed. */
async function alone(sql: Change['sql'], organizationId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${organizationId}, 11))`
}

/** One policy of the caller's organisation. Fails with `not_found`. */
export async function mustFind(sql: AnySql, caller: Caller, id: string): Promise<PolicyRow> {
  const row = await findPolicy(sql, caller.organizationId, id)
  if (!row) throw noSuchPolicy()
  return row
}

/** The 404 of a policy. */
export function noSuchPolicy(): Failure {
  return new Failure('not_found', { says: 'There is no such policy.' })
}

/** A policy as it was sent, checked and normalised. Fails with `invalid_request` pointing at every mistake. */
export function checkedPolicy(
  body: Static<typeof POLICY_BODY>,
  organizationId: string,
): CheckedPolicy {
  const input = {
    type: body.policy_type,
    name: body.name,
    description: body.description ?? '',
    matchers: body.subject_matchers ?? [],
    config: body.config,
    enabled: body.enabled ?? true,
    priority: body.priority ?? 0,
  }
  return checked(input, organizationId)
}

function checked(input: Parameters<typeof checkPolicy>[0], organizationId: string): CheckedPolicy {
  const policy = checkPolicy(input, organizationId)
  if (isRefused(policy)) throw refusal(policy)
  return policy
}

function refusal(mistakes: readonly { pointer: string; says: string }[]): Failure {
  const [first] = mistakes
  const errors: JsonObject[] = mistakes.map(({ pointer, says }) => ({
    in: 'body',
    pointer,
    detail: says,
  }))
  return new Failure('invalid_request', {
    says: `Not valid at ${first?.pointer}: ${first?.says}.`,
    details: { errors },
  })
}

/** Policies cannot be managed while the gateway is switched off. */
export function demandEnabled(caller: Caller): void {
  if (!caller.key.gatewayEnabled) throw new Failure('gateway_disabled')
}

function demandMatch(headers: Headers, row: PolicyRow): void {
  if (!isMatched(headers.get('if-match'), row))
    throw new Failure('precondition_failed', {
      says: 'The policy has changed since it was read.',
    })
}
