import { type Static, Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import type { AuditOperation } from '../store/audit.ts'
import type { Orm } from '../store/database.ts'
import {
  deleteMember,
  insertMember,
  isOrgMember,
  listMembers,
  type MemberPlace,
  type MemberRow,
  otherManagers,
  readMember,
  updateMember,
  userOf,
} from '../store/memberships.ts'
import { type RoleRow, readRole } from '../store/roles.ts'
import { demandGrantable, grantedRole } from './grant.ts'
import type { Caller } from './guard.ts'
import { ID_PARAMS } from './id-params.ts'
import { PAGE_QUERY, pageAsked, pageOf, pageShape } from './page-shape.ts'
import { type Call, route } from './route.ts'
import { iso } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'
import { write } from './write.ts'

const ID = '019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d'
const MEMBER = t.Object(
  {
    id: uuid(),
    user_id: uuid(),
    email: t.String(),
    full_name: t.String(),
    role_id: uuid(),
    role_name: t.String(),
    created_at: moment(),
  },
  {
    examples: [
      {
        id: ID,
        user_id: ID,
        email: 'ada@example.com',
        full_name: 'Ada',
        role_id: ID,
        role_name: 'Organization User',
        created_at: '2026-11-22T07:00:00.000Z',
      },
    ],
  },
)
const ADD = t.Object(
  {
    email: t.String({ maxLength: 254, pattern: '^[^\\s@<>"]+@[^\\s@<>"]+$' }),
    full_name: t.Optional(t.String({ maxLength: 200 })),
    role_id: uuid(),
  },
  { additionalProperties: false, examples: [{ email: 'ada@example.com', role_id: ID }] },
)
const CHANGE = t.Object(
  { role_id: uuid() },
  { additionalProperties: false, examples: [{ role_id: ID }] },
)

/** People of the organisation, and of a workspace. */
export const MEMBER_ROUTES = [
  ...routesAt('organization', '/orgs/current/members'),
  ...routesAt('workspace', '/workspaces/current/members'),
]

function routesAt<const P extends string>(scope: 'organization' | 'workspace', path: P) {
  const of = scope === 'organization' ? 'the organisation' : 'the workspace'
  const manage =
    scope === 'organization' ? 'organization:manage' : ('workspaces:manage-members' as const)
  const read = scope === 'organization' ? 'organization:read' : ('workspaces:read' as const)
  const told = { tag: 'members', scope } as const
  return [
    route({
      ...told,
      method: 'GET',
      path,
      summary: `List members of ${of}`,
      says: 'In order of joining.',
      needs: [read],
      query: t.Object(PAGE_QUERY, { additionalProperties: false }),
      answer: { status: 200, says: 'One page of members.', shape: pageShape(MEMBER) },
      async handle({ deps, caller, query }) {
        const asked = pageAsked(query)
        const rows = await listMembers(deps.database.orm, placeOf(scope, caller), asked)
        return { status: 200, body: pageOf(rows, asked, (row) => row.id, memberOnWire) }
      },
    }),
    route({
      ...told,
      method: 'POST',
      path,
      summary: `Add a member to ${of}`,
      says: 'By e-mail address. You cannot give a role that holds more than you do.',
      needs: [manage],
      body: ADD,
      answer: { status: 201, says: 'The member.', shape: MEMBER },
      fails: ['conflict'],
      handle: (call) => add(call, scope),
    }),
    route({
      ...told,
      method: 'PATCH',
      path: `${path}/:id`,
      summary: `Give a member of ${of} another role`,
      says: 'Effective within a second, also for the personal tokens of the person.',
      needs: [manage],
      params: ID_PARAMS,
      body: CHANGE,
      answer: { status: 200, says: 'The member after the change.', shape: MEMBER },
      fails: ['conflict'],
      handle: (call) => changeRole(call, scope),
    }),
    route({
      ...told,
      method: 'DELETE',
      path: `${path}/:id`,
      summary: `Remove a member from ${of}`,
      says:
        scope === 'organization'
          ? 'Also from its workspaces, with the personal tokens of the person. The last one who manages the organisation stays.'
          : 'The person stays in the organisation.',
      needs: [manage],
      params: ID_PARAMS,
      answer: { status: 204, says: 'Removed.' },
      fails: ['conflict'],
      handle: (call) => remove(call, scope),
    }),
  ]
}

type Scope = 'organization' | 'workspace'

function placeOf(scope: Scope, { organizationId, workspaceId }: Caller): MemberPlace {
  return { organizationId, workspaceId: scope === 'workspace' ? workspaceId : undefined }
}

function add(call: Call<unknown, unknown, Static<typeof ADD>>, scope: Scope) {
  const { caller, body, deps } = call
  const place = placeOf(scope, caller)
  return write(call, async ({ orm, note }) => {
    const role = await roleFor(orm, caller, body.role_id, scope)
    const userId = await userOf(orm, deps.world, body.email, body.full_name ?? '')
    if (scope === 'workspace') await joinOrganization(orm, call, userId)
    const id = await insertMember(orm, deps.world, place, { userId, roleId: role.id })
    note(factOf(scope, 'add', place, id, { email: body.email, role_id: role.id }))
    return { status: 201, body: memberOnWire(await mustRead(orm, place, id)) }
  })
}

function changeRole(
  call: Call<Static<typeof ID_PARAMS>, unknown, Static<typeof CHANGE>>,
  scope: Scope,
) {
  const { caller, body, params } = call
  const place = placeOf(scope, caller)
  return write(call, async ({ orm, note }) => {
    const member = await mustRead(orm, place, params.id)
    const role = await roleFor(orm, caller, body.role_id, scope)
    if (scope === 'organization' && !role.permissions.has('organization:manage'))
      await demandManagerLeft(orm, caller, member.id)
    await updateMember(orm, place, member.id, role.id)
    const details = { role_id: role.id, before: member.roleId }
    note(factOf(scope, 'update', place, member.id, details))
    return { status: 200, body: memberOnWire(await mustRead(orm, place, member.id)) }
  })
}

function remove(call: Call<Static<typeof ID_PARAMS>, unknown, unknown>, scope: Scope) {
  const { caller, params } = call
  const place = placeOf(scope, caller)
  return write(call, async ({ orm, note }) => {
    const member = await mustRead(orm, place, params.id)
    if (scope === 'organization') await demandManagerLeft(orm, caller, member.id)
    await deleteMember(orm, place, member)
    note(factOf(scope, 'remove', place, member.id, { email: member.email }))
    return { status: 204 }
  })
}

async function roleFor(orm: Orm, caller: Caller, id: string, scope: Scope): Promise<RoleRow> {
  const role = await grantedRole(orm, caller.organizationId, { id }, scope, '/role_id')
  demandGrantable(caller.permissions, role.permissions)
  return role
}

/** Who works in a workspace belongs to the organisation; a newcomer gets the role that may do least there. */
async function joinOrganization(
  orm: Orm,
  { caller, deps }: Call<unknown, unknown, unknown>,
  userId: string,
): Promise<void> {
  const { organizationId } = caller
  if (await isOrgMember(orm, organizationId, userId)) return
  const role = await readRole(orm, organizationId, { name: 'ORGANIZATION_VIEWER' })
  if (!role) throw new Failure('conflict', { says: 'Add the person to the organisation first.' })
  const place = { organizationId, workspaceId: undefined }
  await insertMember(orm, deps.world, place, { userId, roleId: role.id })
}

/** An organisation that nobody manages could only be repaired from outside. */
async function demandManagerLeft(orm: Orm, caller: Caller, exceptId: string): Promise<void> {
  if ((await otherManagers(orm, caller.organizationId, exceptId)) === 0)
    throw new Failure('conflict', { says: 'Somebody must be left who manages the organisation.' })
}

function factOf(
  scope: Scope,
  verb: 'add' | 'update' | 'remove',
  place: MemberPlace,
  id: string,
  details: Record<string, string>,
) {
  const operation: AuditOperation = `${verb}_${scope}_member`
  return {
    operation,
    ...(place.workspaceId === undefined ? {} : { workspaceId: place.workspaceId }),
    resource: { kind: `${scope}_member`, id },
    details,
  }
}

async function mustRead(orm: Orm, place: MemberPlace, id: string): Promise<MemberRow> {
  const member = await readMember(orm, place, id)
  if (!member) throw new Failure('not_found', { says: 'There is no such member.' })
  return member
}

function memberOnWire(row: MemberRow): Record<string, unknown> {
  return {
    id: row.id,
    user_id: row.userId,
    email: row.email,
    full_name: row.displayName,
    role_id: row.roleId,
    role_name: row.roleName,
    created_at: iso(row.createdAtMs),
  }
}
