import { Failure } from '../base/failure.ts'
import type { Permission } from '../base/permission.ts'
import type { Orm } from '../store/database.ts'
import { type AccessScope, type RoleRow, readRole } from '../store/roles.ts'
import { unprocessable } from './route.ts'

/** Nobody hands out what they do not hold. Fails with `permission_missing`. */
export function demandGrantable(
  held: ReadonlySet<Permission>,
  granted: Iterable<Permission>,
): void {
  for (const permission of granted)
    if (!held.has(permission))
      throw new Failure('permission_missing', {
        says: `You cannot grant ${permission}: your own key does not hold it.`,
        details: { permission },
      })
}

/** The role to be given, of this organisation and for this scope. Fails with `unprocessable`. */
export async function grantedRole(
  orm: Orm,
  organizationId: string,
  by: { readonly id: string } | { readonly name: string },
  scope: AccessScope,
  pointer: string,
): Promise<RoleRow> {
  const role = await readRole(orm, organizationId, by)
  if (!role || role.accessScope !== scope)
    throw unprocessable([
      {
        in: 'body',
        pointer,
        detail: `Not the id of a role for ${scope === 'workspace' ? 'a workspace' : 'the organisation'}`,
      },
    ])
  return role
}
