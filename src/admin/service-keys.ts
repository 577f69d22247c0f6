import type { Static } from '@sinclair/typebox'
import { Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import type { Orm } from '../store/database.ts'
import {
  changeKey,
  createKey,
  deactivateKey,
  deleteKey,
  type KeyRole,
  type KeyRow,
  listKeys,
  reactivateKey,
  readKey,
  rotateKey,
} from '../store/keys.ts'
import { demandGrantable, grantedRole } from './grant.ts'
import { type Caller, workspaceCaller, workspacePermissions } from './guard.ts'
import { ID_PARAMS } from './id-params.ts'
import { demandManagesKeys, managesOrganization, ruledKey, seesKey } from './key-rules.ts'
import { expiryOf, KEY, KEY_BODY, keyOnWire, NEW_KEY, overlapMs, ROTATE_BODY } from './key-shape.ts'
import { type Call, route, unprocessable } from './route.ts'
import { uuid } from './scalar-shapes.ts'
import { write } from './write.ts'

const PATH = '/orgs/current/service-keys'
const NEEDS =
  'Needs: `workspaces:manage-keys` in every workspace of the key, or `organization:manage`. Nobody can make, change or rotate a key that can do more than they can.'

const BODY = t.Object(
  {
    ...KEY_BODY,
    role_id: t.Optional(uuid('Default WORKSPACE_ADMIN.')),
    org_role_id: t.Optional(
      uuid('Makes the key organisation-scoped: it manages, and cannot call models.'),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ description: 'CI of team blue', expires_at: '2027-01-01T00:00:00Z' }],
  },
)

const CHANGE = t.Object(
  {
    description: t.Optional(t.String({ maxLength: 200 })),
    deactivated: t.Optional(t.Boolean()),
    role_id: t.Optional(uuid()),
  },
  { additionalProperties: false, minProperties: 1, examples: [{ deactivated: true }] },
)

/** Keys that belong to nobody: for programs. */
export const SERVICE_KEY_ROUTES = [
  route({
    method: 'GET',
    path: PATH,
    tag: 'service keys',
    summary: 'List service keys',
    says: 'A bare array, oldest first: the keys of the workspaces in which you manage keys.',
    needs: [],
    needsSays: NEEDS,
    scope: 'organization',
    answer: { status: 200, says: 'The keys, without their tokens.', shape: t.Array(KEY) },
    async handle({ deps, caller }) {
      const all = await listKeys(deps.database.orm, caller.organizationId, { kind: 'service' })
      const seen = all.filter((key) => seesKey(caller, key))
      return { status: 200, body: seen.map((key) => keyOnWire(key)) }
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    tag: 'service keys',
    summary: 'Create a service key',
    says: 'Its token is in this answer and nowhere else. Without `workspaces` it works in the workspace of this request.',
    needs: [],
    needsSays: NEEDS,
    scope: 'organization',
    body: BODY,
    answer: { status: 201, says: 'The key with its token.', shape: NEW_KEY },
    fails: ['permission_missing', 'not_found'],
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const { caller, body, deps } = call
        const expiresAtMs = expiryOf(body, deps.world)
        const place = await placeOf(orm, call)
        const created = await createKey(orm, deps.world, {
          organizationId: caller.organizationId,
          kind: 'service',
          description: body.description ?? '',
          expiresAtMs,
          ...place,
        })
        note({
          operation: 'create_service_key',
          resource: { kind: 'service_key', id: created.id },
          details: {
            short_key: created.short,
            workspaces: place.workspaces.map((each) => each.workspaceId),
            role_id: place.workspaces[0]?.roleId ?? place.organizationRoleId ?? null,
          },
        })
        const row = await mustRead(orm, caller, created.id)
        return { status: 201, body: keyOnWire(row, created) }
      }),
  }),
  route({
    method: 'PATCH',
    path: `${PATH}/:id`,
    tag: 'service keys',
    summary: 'Change a service key',
    says: 'Renames it, gives it another workspace role, ends it or lets it work again; everywhere within a second. Running streams of an ended key stop at their next event.',
    needs: [],
    needsSays: NEEDS,
    scope: 'organization',
    params: ID_PARAMS,
    body: CHANGE,
    answer: { status: 200, says: 'The key after the change.', shape: KEY },
    fails: ['permission_missing'],
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const { caller, body, deps, params } = call
        const empowers = body.role_id !== undefined || body.deactivated === false
        const key = await ruledKey(orm, caller, params.id, empowers ? 'powers' : 'no powers')
        const workspaces = await rolesOf(orm, caller, key, body.role_id)
        await changeKey(orm, deps.world, caller.organizationId, key.id, {
          description: body.description,
          workspaces,
        })
        if (body.deactivated === true)
          await deactivateKey(orm, deps.world, caller.organizationId, key.id)
        if (body.deactivated === false)
          await reactivateKey(orm, deps.world, caller.organizationId, key.id)
        note({
          operation: 'update_service_key',
          resource: { kind: 'service_key', id: key.id },
          details: { ...body },
        })
        return { status: 200, body: keyOnWire(await mustRead(orm, caller, key.id)) }
      }),
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/:id`,
    tag: 'service keys',
    summary: 'Delete a service key',
    says: 'It stops working everywhere within a second; its traces and its spend stay.',
    needs: [],
    needsSays: NEEDS,
    scope: 'organization',
    params: ID_PARAMS,
    answer: { status: 204, says: 'It is gone.' },
    fails: ['permission_missing'],
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const key = await ruledKey(orm, call.caller, call.params.id, 'no powers')
        await deleteKey(orm, call.caller.organizationId, key.id)
        note({
          operation: 'delete_service_key',
          resource: { kind: 'service_key', id: key.id },
          details: { short_key: key.short },
        })
        return { status: 204 }
      }),
  }),
  route({
    method: 'POST',
    path: `${PATH}/:id/rotate`,
    tag: 'service keys',
    summary: 'Rotate a service key',
    says: 'A new token for the same key: its id, role, caps and trace project go on. The token before works for the overlap.',
    needs: [],
    needsSays: NEEDS,
    scope: 'organization',
    params: ID_PARAMS,
    body: ROTATE_BODY,
    answer: { status: 200, says: 'The key with its new token.', shape: NEW_KEY },
    fails: ['permission_missing', 'conflict'],
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const { caller, body, deps } = call
        const key = await ruledKey(orm, caller, call.params.id, 'powers')
        const overlap = overlapMs(body)
        const rotated = await rotateKey(orm, deps.world, caller.organizationId, key.id, overlap)
        if (!rotated) throw new Failure('conflict', { says: 'The key is deactivated.' })
        note({
          operation: 'rotate_service_key',
          resource: { kind: 'service_key', id: key.id },
          details: { overlap_seconds: overlap / 1000 },
        })
        return { status: 200, body: keyOnWire(await mustRead(orm, caller, key.id), rotated) }
      }),
  }),
]

async function mustRead(orm: Orm, caller: Caller, id: string): Promise<KeyRow> {
  const key = await readKey(orm, caller.organizationId, id)
  if (!key) throw new Failure('not_found', { says: 'There is no such service key.' })
  return key
}

/** Where a new key works and as what; the caller may grant it. */
async function placeOf(
  orm: Orm,
  { caller, body, headers }: Call<unknown, unknown, Static<typeof BODY>>,
): Promise<{ organizationRoleId?: string; workspaces: KeyRole[] }> {
  const { organizationId } = caller
  if (body.org_role_id !== undefined) {
    if (body.workspaces || body.role_id)
      throw unprocessable([
        { in: 'body', pointer: '/org_role_id', detail: 'Not together with workspaces or role_id' },
      ])
    if (!managesOrganization(caller))
      throw new Failure('permission_missing', { details: { permission: 'organization:manage' } })
    const by = { id: body.org_role_id }
    const role = await grantedRole(orm, organizationId, by, 'organization', '/org_role_id')
    demandGrantable(caller.permissions, role.permissions)
    return { organizationRoleId: role.id, workspaces: [] }
  }
  const asked = body.workspaces ?? [headers.get('x-tenant-id')]
  const by = body.role_id ? { id: body.role_id } : { name: 'WORKSPACE_ADMIN' }
  const role = await grantedRole(orm, organizationId, by, 'workspace', '/role_id')
  const workspaces: KeyRole[] = []
  for (const tenant of asked) {
    const { workspaceId, permissions } = await workspaceCaller(caller.key, tenant, [], orm)
    demandManagesKeys(caller, workspaceId)
    demandGrantable(permissions, role.permissions)
    workspaces.push({ workspaceId, roleId: role.id })
  }
  return { workspaces }
}

/** The key's workspaces with another role, or undefined when the role stays. */
async function rolesOf(
  orm: Orm,
  caller: Caller,
  key: KeyRow,
  roleId: string | undefined,
): Promise<KeyRole[] | undefined> {
  if (roleId === undefined) return undefined
  if (key.scope === 'organization')
    throw unprocessable([
      {
        in: 'body',
        pointer: '/role_id',
        detail: 'An organisation-scoped key has no workspace role',
      },
    ])
  const by = { id: roleId }
  const role = await grantedRole(orm, caller.organizationId, by, 'workspace', '/role_id')
  return key.workspaces.map(({ workspaceId }) => {
    demandGrantable(workspacePermissions(caller.key, workspaceId), role.permissions)
    return { workspaceId, roleId: role.id }
  })
}
