import { type Static, Type as t } from '@sinclair/typebox'
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
import { isOrgMember, workspaceRolesOf } from '../store/memberships.ts'
import type { Caller } from './guard.ts'
import { ID_PARAMS } from './id-params.ts'
import { managesOrganization } from './key-rules.ts'
import { expiryOf, KEY, KEY_BODY, keyOnWire, NEW_KEY, overlapMs, ROTATE_BODY } from './key-shape.ts'
import { type Call, route, unprocessable } from './route.ts'
import { uuid } from './scalar-shapes.ts'
import { write } from './write.ts'

const PATH = '/orgs/current/personal-access-tokens'
const NEEDS =
  'Needs: to be the person of the token, or `organization:manage`; creating also needs `organization:pats:create`.'
const shared = {
  tag: 'personal tokens',
  needs: [],
  needsSays: NEEDS,
  scope: 'organization',
} as const

const BODY = t.Object(
  {
    ...KEY_BODY,
    user_id: t.Optional(uuid('For somebody else: needs organization:manage.')),
  },
  { additionalProperties: false, examples: [{ description: 'My laptop' }] },
)
const CHANGE = t.Object(
  {
    description: t.Optional(t.String({ maxLength: 200 })),
    deactivated: t.Optional(t.Boolean()),
  },
  { additionalProperties: false, minProperties: 1, examples: [{ description: 'My old laptop' }] },
)

/** Keys that belong to a person and can do what the person can, at that moment. */
export const PERSONAL_TOKEN_ROUTES = [
  route({
    ...shared,
    method: 'GET',
    path: PATH,
    summary: 'List personal tokens',
    says: "A bare array, oldest first: your own, or everybody's for who manages the organisation.",
    answer: { status: 200, says: 'The tokens, without the secret.', shape: t.Array(KEY) },
    async handle({ deps, caller }) {
      const all = await listKeys(deps.database.orm, caller.organizationId, { kind: 'personal' })
      const seen = all.filter((key) => owns(caller, key))
      return { status: 200, body: seen.map((key) => keyOnWire(key)) }
    },
  }),
  route({
    ...shared,
    method: 'POST',
    path: PATH,
    summary: 'Create a personal token',
    says: 'Shown once. `workspaces` narrows it; without them it works in all workspaces of the person.',
    body: BODY,
    answer: { status: 201, says: 'The token.', shape: NEW_KEY },
    fails: ['permission_missing'],
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const { caller, body, deps } = call
        const userId = await personOf(orm, call)
        const expiresAtMs = expiryOf(body, deps.world)
        const workspaces = await narrowed(orm, caller, userId, body.workspaces)
        const created = await createKey(orm, deps.world, {
          organizationId: caller.organizationId,
          kind: 'personal',
          description: body.description ?? '',
          expiresAtMs,
          userId,
          workspaces,
        })
        note({
          operation: 'create_personal_access_token',
          resource: { kind: 'personal_access_token', id: created.id },
          details: { short_key: created.short, user_id: userId },
        })
        return { status: 201, body: keyOnWire(await ruled(orm, caller, created.id), created) }
      }),
  }),
  route({
    ...shared,
    method: 'PATCH',
    path: `${PATH}/:id`,
    summary: 'Change a personal token',
    says: 'Renames it, ends it or lets it work again; everywhere within a second.',
    params: ID_PARAMS,
    body: CHANGE,
    answer: { status: 200, says: 'The token after the change.', shape: KEY },
    fails: ['permission_missing'],
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const { caller, body, deps } = call
        const { organizationId } = caller
        const key = await ruled(orm, caller, call.params.id)
        if (body.deactivated === false) await demandNoMore(orm, caller, key)
        await changeKey(orm, deps.world, organizationId, key.id, { description: body.description })
        if (body.deactivated === true) await deactivateKey(orm, deps.world, organizationId, key.id)
        if (body.deactivated === false) await reactivateKey(orm, deps.world, organizationId, key.id)
        note({
          operation: 'update_personal_access_token',
          resource: { kind: 'personal_access_token', id: key.id },
          details: { ...body },
        })
        return { status: 200, body: keyOnWire(await ruled(orm, caller, key.id)) }
      }),
  }),
  route({
    ...shared,
    method: 'DELETE',
    path: `${PATH}/:id`,
    summary: 'Delete a personal token',
    says: 'It stops working everywhere within a second.',
    params: ID_PARAMS,
    answer: { status: 204, says: 'It is gone.' },
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const key = await ruled(orm, call.caller, call.params.id)
        await deleteKey(orm, call.caller.organizationId, key.id)
        note({
          operation: 'delete_personal_access_token',
          resource: { kind: 'personal_access_token', id: key.id },
          details: { short_key: key.short },
        })
        return { status: 204 }
      }),
  }),
  route({
    ...shared,
    method: 'POST',
    path: `${PATH}/:id/rotate`,
    summary: 'Rotate a personal token',
    says: 'A new secret for the same token; the one before works for the overlap.',
    params: ID_PARAMS,
    body: ROTATE_BODY,
    answer: { status: 200, says: 'The token with its new secret.', shape: NEW_KEY },
    fails: ['permission_missing', 'conflict'],
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const { caller, body, deps } = call
        const key = await ruled(orm, caller, call.params.id)
        await demandNoMore(orm, caller, key)
        const overlap = overlapMs(body)
        const rotated = await rotateKey(orm, deps.world, caller.organizationId, key.id, overlap)
        if (!rotated) throw new Failure('conflict', { says: 'The token is deactivated.' })
        note({
          operation: 'rotate_personal_access_token',
          resource: { kind: 'personal_access_token', id: key.id },
          details: { overlap_seconds: overlap / 1000 },
        })
        return { status: 200, body: keyOnWire(await ruled(orm, caller, key.id), rotated) }
      }),
  }),
]

function owns(caller: Caller, key: KeyRow): boolean {
  return (
    managesOrganization(caller) ||
    (caller.key.userId !== undefined && key.userId === caller.key.userId)
  )
}

async function ruled(orm: Orm, caller: Caller, id: string): Promise<KeyRow> {
  const key = await readKey(orm, caller.organizationId, id)
  if (key?.kind !== 'personal' || !owns(caller, key))
    throw new Failure('not_found', { says: 'There is no such personal token.' })
  return key
}

async function personOf(
  orm: Orm,
  { caller, body }: Call<unknown, unknown, Static<typeof BODY>>,
): Promise<string> {
  const permission = 'organization:pats:create'
  if (!caller.permissions.has(permission))
    throw new Failure('permission_missing', {
      says: `The role of this key lacks the permission ${permission}.`,
      details: { permission },
    })
  const own = caller.key.userId
  const userId = body.user_id ?? own
  if (userId === undefined)
    throw unprocessable([
      { in: 'body', pointer: '/user_id', detail: 'A service key has no person: name one' },
    ])
  if (userId !== own && !managesOrganization(caller))
    throw new Failure('permission_missing', { details: { permission: 'organization:manage' } })
  if (!(await isOrgMember(orm, caller.organizationId, userId)))
    throw unprocessable([
      { in: 'body', pointer: '/user_id', detail: 'Not a member of the organisation' },
    ])
  return userId
}

/** The workspaces a new token is narrowed to; none means all of the person's. A narrowed token makes no wider one. */
async function narrowed(
  orm: Orm,
  caller: Caller,
  userId: string,
  asked: readonly string[] | undefined,
): Promise<KeyRole[]> {
  const own = await workspaceRolesOf(orm, caller.organizationId, userId)
  const reach = (id: string): boolean =>
    managesOrganization(caller) || caller.key.workspaces.some((each) => each.workspaceId === id)
  if (asked === undefined)
    return own.every((each) => reach(each.workspaceId))
      ? []
      : own.filter((each) => reach(each.workspaceId))
  return asked.map((id, index) => {
    const role = own.find((each) => each.workspaceId === id)
    if (role && reach(id)) return role
    throw unprocessable([
      { in: 'body', pointer: `/workspaces/${index}`, detail: 'Not a workspace of the person' },
    ])
  })
}

/** A narrowed token must not get hold of a wider one of the same person. */
async function demandNoMore(orm: Orm, caller: Caller, key: KeyRow): Promise<void> {
  if (managesOrganization(caller) || caller.key.id === key.id) return
  const reached =
    key.workspaces.length > 0
      ? key.workspaces
      : await workspaceRolesOf(orm, caller.organizationId, key.userId ?? '')
  for (const { workspaceId } of reached)
    if (!caller.key.workspaces.some((each) => each.workspaceId === workspaceId))
      throw new Failure('permission_missing', {
        says: 'That token reaches workspaces that yours does not.',
      })
}
