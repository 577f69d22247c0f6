import { Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import { PERMISSIONS, type Permission } from '../base/permission.ts'
import type { Orm } from '../store/database.ts'
import {
  type AccessScope,
  deleteRole,
  insertRole,
  listRoles,
  type RoleRow,
  readRole,
  updateRole,
} from '../store/roles.ts'
import { demandGrantable } from './grant.ts'
import { ID_PARAMS } from './id-params.ts'
import { route, unprocessable } from './route.ts'
import { uuid } from './scalar-shapes.ts'
import { write } from './write.ts'

const SCOPE = t.Union([t.Literal('workspace'), t.Literal('organization')])
const LISTED = t.Array(t.Union(PERMISSIONS.map((each) => t.Literal(each))), {
  minItems: 1,
  maxItems: PERMISSIONS.length,
  uniqueItems: true,
})
const EXAMPLE = {
  display_name: 'Gateway user',
  description: 'May call models',
  access_scope: 'workspace',
  permissions: ['workspaces:read', 'gateway:invoke'],
}

const ROLE = t.Object(
  {
    id: uuid(),
    name: t.String({ description: 'The constant of a built-in role, else CUSTOM.' }),
    display_name: t.String(),
    description: t.String(),
    access_scope: SCOPE,
    permissions: t.Array(t.String()),
    built_in: t.Boolean({ description: 'Built-in roles never change.' }),
  },
  {
    examples: [
      { id: '019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d', name: 'CUSTOM', ...EXAMPLE, built_in: false },
    ],
  },
)

/** Sets of permissions: built-in ones, and the organisation's own. */
export const ROLE_ROUTES = [
  route({
    method: 'GET',
    path: '/orgs/current/roles',
    tag: 'roles',
    summary: 'List roles',
    says: 'A bare array, built-in roles first.',
    needs: ['organization:read'],
    scope: 'organization',
    answer: { status: 200, says: 'The roles.', shape: t.Array(ROLE) },
    async handle({ deps, caller }) {
      const found = await listRoles(deps.database.orm, caller.organizationId)
      return { status: 200, body: found.map(roleOnWire) }
    },
  }),
  route({
    method: 'POST',
    path: '/orgs/current/roles',
    tag: 'roles',
    summary: 'Create a role',
    says: 'A custom role from the permission list. Nobody can make a role that holds more than they do.',
    needs: ['organization:manage'],
    scope: 'organization',
    body: t.Object(
      {
        display_name: t.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
        description: t.Optional(t.String({ maxLength: 500 })),
        access_scope: t.Optional(SCOPE),
        permissions: LISTED,
      },
      { additionalProperties: false, examples: [EXAMPLE] },
    ),
    answer: { status: 201, says: 'The role.', shape: ROLE },
    fails: ['conflict'],
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const { caller, body, deps } = call
        const scope = body.access_scope ?? 'workspace'
        demandScope(scope, body.permissions)
        demandGrantable(caller.permissions, body.permissions)
        const id = await insertRole(orm, deps.world, caller.organizationId, {
          displayName: body.display_name,
          description: body.description ?? '',
          accessScope: scope,
          permissions: body.permissions,
        })
        note({
          operation: 'create_role',
          resource: { kind: 'role', id },
          details: { display_name: body.display_name, permissions: [...body.permissions] },
        })
        return { status: 201, body: roleOnWire(await existing(orm, caller.organizationId, id)) }
      }),
  }),
  route({
    method: 'PATCH',
    path: '/orgs/current/roles/:id',
    tag: 'roles',
    summary: 'Change a role',
    says: 'Absent members stay. Every holder has the new permissions within a second.',
    needs: ['organization:manage'],
    scope: 'organization',
    params: ID_PARAMS,
    body: t.Object(
      {
        display_name: t.Optional(t.String({ minLength: 1, maxLength: 100, pattern: '\\S' })),
        description: t.Optional(t.String({ maxLength: 500 })),
        permissions: t.Optional(LISTED),
      },
      {
        additionalProperties: false,
        minProperties: 1,
        examples: [{ permissions: ['workspaces:read', 'gateway:invoke', 'runs:read'] }],
      },
    ),
    answer: { status: 200, says: 'The role after the change.', shape: ROLE },
    fails: ['conflict'],
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const { caller, body, deps, params } = call
        const { organizationId } = caller
        const role = await custom(orm, organizationId, params.id)
        const permissions = body.permissions ?? [...role.permissions]
        demandScope(role.accessScope, permissions)
        demandGrantable(caller.permissions, permissions)
        await updateRole(
          orm,
          deps.world,
          { organizationId, id: role.id },
          {
            displayName: body.display_name ?? role.displayName,
            description: body.description ?? role.description,
            permissions,
          },
        )
        note({
          operation: 'update_role',
          resource: { kind: 'role', id: role.id },
          details: { before: [...role.permissions], ...body },
        })
        return { status: 200, body: roleOnWire(await existing(orm, organizationId, role.id)) }
      }),
  }),
  route({
    method: 'DELETE',
    path: '/orgs/current/roles/:id',
    tag: 'roles',
    summary: 'Delete a role',
    says: 'Only a custom role that nobody holds.',
    needs: ['organization:manage'],
    scope: 'organization',
    params: ID_PARAMS,
    answer: { status: 204, says: 'It is gone.' },
    fails: ['conflict'],
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const { organizationId } = call.caller
        const role = await custom(orm, organizationId, call.params.id)
        await deleteRole(orm, { organizationId, id: role.id })
        note({
          operation: 'delete_role',
          resource: { kind: 'role', id: role.id },
          details: { display_name: role.displayName },
        })
        return { status: 204 }
      }),
  }),
]

/** A workspace role cannot hold permissions over the organisation. */
function demandScope(scope: AccessScope, permissions: readonly Permission[]): void {
  const misplaced = permissions.findIndex((each) => each.startsWith('organization:'))
  if (scope === 'workspace' && misplaced >= 0)
    throw unprocessable([
      {
        in: 'body',
        pointer: `/permissions/${misplaced}`,
        detail: 'Organisation permissions belong to roles of access_scope organization',
      },
    ])
}

async function existing(orm: Orm, organizationId: string, id: string): Promise<RoleRow> {
  const role = await readRole(orm, organizationId, { id })
  if (!role) throw new Failure('not_found', { says: 'There is no such role.' })
  return role
}

async function custom(orm: Orm, organizationId: string, id: string): Promise<RoleRow> {
  const role = await existing(orm, organizationId, id)
  if (role.builtIn)
    throw new Failure('conflict', { says: 'Built-in roles cannot be changed or deleted.' })
  return role
}

/** A role on the wire. */
function roleOnWire(role: RoleRow): Record<string, unknown> {
  return {
    id: role.id,
    name: role.name ?? 'CUSTOM',
    display_name: role.displayName,
    description: role.description,
    access_scope: role.accessScope,
    permissions: [...role.permissions],
    built_in: role.builtIn,
  }
}
