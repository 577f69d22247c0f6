import type { World } from '../base/world.ts'
import type { Orm } from './database.ts'
import { createKey } from './keys.ts'
import {
  builtInRole,
  createOrganization,
  createWorkspace,
  setOrganizationRole,
  setWorkspaceRole,
} from './members.ts'
import { userOf } from './memberships.ts'
import type { Person } from './sign-in.ts'

/** An organisation right after it was made: the only moment its key is known. */
export interface NewOrganization extends Person {
  readonly workspaceId: string
  readonly adminKey: string
}

/**
 * Makes a further organisation with its built-in roles, one workspace, an administrator and the administrator's key.
 * Nobody of another organisation gets anything in it. Call inside a transaction.
 */
export async function addOrganization(
  orm: Orm,
  world: World,
  facts: { readonly displayName: string; readonly email: string; readonly fullName: string },
): Promise<NewOrganization> {
  const organizationId = await createOrganization(orm, world, facts.displayName)
  const workspaceId = await createWorkspace(orm, world, {
    organizationId,
    displayName: 'Default',
    handle: 'default',
  })
  const userId = await userOf(orm, world, facts.email, facts.fullName)
  const adminRole = await builtInRole(orm, organizationId, 'ORGANIZATION_ADMIN')
  await setOrganizationRole(orm, world, { organizationId, userId, roleId: adminRole })
  const roleId = await builtInRole(orm, organizationId, 'WORKSPACE_ADMIN')
  await setWorkspaceRole(orm, world, { workspaceId, userId, roleId })
  const key = await createKey(orm, world, {
    organizationId,
    kind: 'service',
    description: 'First admin key',
    organizationRoleId: adminRole,
    workspaces: [],
  })
  return { organizationId, workspaceId, userId, adminKey: key.token }
}
