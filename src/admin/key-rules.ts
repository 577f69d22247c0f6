import { Failure } from '../base/failure.ts'
import type { Orm } from '../store/database.ts'
import { type KeyRow, readKey } from '../store/keys.ts'
import { readRole } from '../store/roles.ts'
import { demandGrantable } from './grant.ts'
import { type Caller, workspacePermissions } from './guard.ts'

/** True when the caller may make and end service keys of this workspace. */
export function managesKeys(caller: Caller, workspaceId: string): boolean {
  return workspacePermissions(caller.key, workspaceId).has('workspaces:manage-keys')
}

/** True when the caller may do everything in the organisation. */
export function managesOrganization(caller: Caller): boolean {
  return caller.permissions.has('organization:manage')
}

/** True when the caller may know of this service key: it works where the caller manages keys. */
export function seesKey(caller: Caller, key: KeyRow): boolean {
  return (
    managesOrganization(caller) ||
    (key.scope === 'workspace' && key.workspaces.some((at) => managesKeys(caller, at.workspaceId)))
  )
}

/**
 * The service key `id`, when the caller manages every place it works in. With `powers`, the caller must also hold
 * everything the key can do, because it is about to get hold of that power or to hand it on.
 * Fails with `not_found`, `permission_missing`.
 */
export async function ruledKey(
  orm: Orm,
  caller: Caller,
  id: string,
  powers: 'powers' | 'no powers',
): Promise<KeyRow> {
  const key = await readKey(orm, caller.organizationId, id)
  if (key?.kind !== 'service' || !seesKey(caller, key))
    throw new Failure('not_found', { says: 'There is no such service key.' })
  if (!managesOrganization(caller))
    for (const { workspaceId } of key.workspaces) demandManagesKeys(caller, workspaceId)
  if (powers === 'powers') await demandPowers(orm, caller, key)
  return key
}

/** Fails with `permission_missing` naming the workspace. */
export function demandManagesKeys(caller: Caller, workspaceId: string): void {
  if (!managesKeys(caller, workspaceId))
    throw new Failure('permission_missing', {
      says: `Your key lacks workspaces:manage-keys in workspace ${workspaceId}.`,
      details: { permission: 'workspaces:manage-keys', workspace_id: workspaceId },
    })
}

async function demandPowers(orm: Orm, caller: Caller, key: KeyRow): Promise<void> {
  const { organizationId } = caller
  if (key.organizationRoleId !== undefined) {
    const role = await readRole(orm, organizationId, { id: key.organizationRoleId })
    demandGrantable(caller.permissions, role?.permissions ?? [])
  }
  for (const { workspaceId, roleId } of key.workspaces) {
    const role = await readRole(orm, organizationId, { id: roleId })
    demandGrantable(workspacePermissions(caller.key, workspaceId), role?.permissions ?? [])
  }
}
