import { and, eq } from 'drizzle-orm'
import { newId } from '../base/id.ts'
import { PERMISSIONS, type Permission } from '../base/permission.ts'
import type { World } from '../base/world.ts'
import type { Orm } from './database.ts'
import { GATEWAY_PROJECT } from './runs.ts'
import {
  organizations,
  orgMemberships,
  roles,
  traceProjects,
  users,
  workspaceMemberships,
  workspaces,
} from './tables.ts'

/** A role that every organisation has and nobody can change. */
export interface BuiltInRole {
  readonly name: string
  readonly displayName: string
  readonly description: string
  readonly accessScope: 'organization' | 'workspace'
  readonly permissions: readonly Permission[]
}

const workspacePermissions = PERMISSIONS.filter((each) => !each.startsWith('organization:'))

/** The built-in roles. Only a workspace's admins can call; an organisation's admins manage, but do not call. */
export const BUILT_IN_ROLES = [
  {
    name: 'WORKSPACE_ADMIN',
    displayName: 'Workspace Admin',
    description: 'Everything in a workspace, calls included',
    accessScope: 'workspace',
    permissions: workspacePermissions,
  },
  {
    name: 'WORKSPACE_USER',
    displayName: 'Workspace User',
    description: 'Reads traces and usage of a workspace',
    accessScope: 'workspace',
    permissions: ['workspaces:read', 'projects:read', 'runs:read', 'usage:read'],
  },
  {
    name: 'WORKSPACE_VIEWER',
    displayName: 'Workspace Viewer',
    description: 'Reads traces of a workspace',
    accessScope: 'workspace',
    permissions: ['workspaces:read', 'projects:read', 'runs:read'],
  },
  {
    name: 'ORGANIZATION_ADMIN',
    displayName: 'Organization Admin',
    description: 'Manages the organization and all its workspaces',
    accessScope: 'organization',
    permissions: PERMISSIONS.filter((each) => each !== 'gateway:invoke'),
  },
  {
    name: 'ORGANIZATION_USER',
    displayName: 'Organization User',
    description: 'Belongs to the organization and may create personal access tokens',
    accessScope: 'organization',
    permissions: ['organization:read', 'organization:pats:create'],
  },
  {
    name: 'ORGANIZATION_VIEWER',
    displayName: 'Organization Viewer',
    description: 'Belongs to the organization',
    accessScope: 'organization',
    permissions: ['organization:read'],
  },
] as const satisfies readonly BuiltInRole[]

export type BuiltInRoleName = (typeof BUILT_IN_ROLES)[number]['name']

/** Creates an organisation with its built-in roles. Gives its id. */
export async function createOrganization(
  orm: Orm,
  world: World,
  displayName: string,
): Promise<string> {
  const id = newId(world)
  await orm.insert(organizations).values({ id, displayName })
  await ensureBuiltInRoles(orm, world, id)
  return id
}

/** Brings the built-in roles of an organisation to what this version says they are. */
export async function ensureBuiltInRoles(
  orm: Orm,
  world: World,
  organizationId: string,
): Promise<void> {
  const found = await orm
    .select()
    .from(roles)
    .where(and(eq(roles.organizationId, organizationId), eq(roles.builtIn, true)))
  for (const role of BUILT_IN_ROLES) {
    const { name, displayName, description, accessScope } = role
    const permissions = [...role.permissions]
    const known = found.find((each) => each.name === name)
    const row = { displayName, description, accessScope, permissions }
    if (!known) {
      const identity = { id: newId(world), organizationId, name, builtIn: true }
      await orm.insert(roles).values({ ...identity, ...row })
    } else if (known.permissions.join() !== permissions.join())
      // Not written when nothing changed: each write tells every process to forget its keys.
      await orm.update(roles).set(row).where(eq(roles.id, known.id))
  }
}

/** The id of a built-in role. Throws when the organisation has none: it was not made by {@link createOrganization}. */
export async function builtInRole(
  orm: Orm,
  organizationId: string,
  name: BuiltInRoleName,
): Promise<string> {
  const [row] = await orm
    .select({ id: roles.id })
    .from(roles)
    .where(and(eq(roles.organizationId, organizationId), eq(roles.name, name)))
  if (!row) throw new Error(`organization ${organizationId} has no role ${name}`)
  return row.id
}

/** Creates a workspace with its trace project `gateway`. The handle is unique in the organisation. Gives its id. */
export async function createWorkspace(
  orm: Orm,
  world: World,
  workspace: { organizationId: string; displayName: string; handle: string },
): Promise<string> {
  const id = newId(world)
  await orm.insert(workspaces).values({ id, ...workspace })
  await orm
    .insert(traceProjects)
    .values({ id: newId(world), workspaceId: id, name: GATEWAY_PROJECT })
  return id
}

/** Creates a person. Gives its id. */
export async function createUser(
  orm: Orm,
  world: World,
  user: { email: string; displayName: string },
): Promise<string> {
  const id = newId(world)
  await orm.insert(users).values({ id, ...user })
  return id
}

/** Gives a person an organisation role, replacing the one it had. */
export async function setOrganizationRole(
  orm: Orm,
  world: World,
  membership: { organizationId: string; userId: string; roleId: string },
): Promise<void> {
  await orm
    .insert(orgMemberships)
    .values({ id: newId(world), ...membership })
    .onConflictDoUpdate({
      target: [orgMemberships.organizationId, orgMemberships.userId],
      set: { roleId: membership.roleId },
    })
}

/** Gives a person a role in a workspace, replacing the one it had. */
export async function setWorkspaceRole(
  orm: Orm,
  world: World,
  membership: { workspaceId: string; userId: string; roleId: string },
): Promise<void> {
  await orm
    .insert(workspaceMemberships)
    .values({ id: newId(world), ...membership })
    .onConflictDoUpdate({
      target: [workspaceMemberships.workspaceId, workspaceMemberships.userId],
      set: { roleId: membership.roleId },
    })
}
