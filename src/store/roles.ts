import { and, asc, desc, eq } from 'drizzle-orm'
import { newId } from '../base/id.ts'
import type { Permission } from '../base/permission.ts'
import type { World } from '../base/world.ts'
import type { Orm } from './database.ts'
import { permissionSet } from './key-facts.ts'
import { roles } from './tables.ts'

export type AccessScope = 'organization' | 'workspace'

/** A set of permissions. A built-in one has a `name` and never changes. */
export interface RoleRow {
  readonly id: string
  readonly name: string | undefined
  readonly displayName: string
  readonly description: string
  readonly accessScope: AccessScope
  readonly permissions: ReadonlySet<Permission>
  readonly builtIn: boolean
}

/** An organisation with more roles than this needs a list with pages first. */
export const ROLES_MAX = 1000

/** Every role of an organisation, built-in ones first. */
export async function listRoles(orm: Orm, organizationId: string): Promise<RoleRow[]> {
  const rows = await orm
    .select()
    .from(roles)
    .where(eq(roles.organizationId, organizationId))
    .orderBy(desc(roles.builtIn), asc(roles.id))
    .limit(ROLES_MAX)
  return rows.map(roleOf)
}

/** One role of an organisation, by its id or, for a built-in one, its name. Locked against change until the commit. */
export async function readRole(
  orm: Orm,
  organizationId: string,
  by: { readonly id: string } | { readonly name: string },
): Promise<RoleRow | undefined> {
  const [row] = await orm
    .select()
    .from(roles)
    .where(
      and(
        eq(roles.organizationId, organizationId),
        'id' in by ? eq(roles.id, by.id) : eq(roles.name, by.name),
      ),
    )
    .for('share')
  return row && roleOf(row)
}

/** What a custom role is made of. */
export interface RoleFacts {
  readonly displayName: string
  readonly description: string
  readonly accessScope: AccessScope
  readonly permissions: readonly Permission[]
}

/** Makes a custom role and gives its id. A display name that is taken is SQLSTATE 23505. */
export async function insertRole(
  orm: Orm,
  world: World,
  organizationId: string,
  facts: RoleFacts,
): Promise<string> {
  const id = newId(world)
  await orm
    .insert(roles)
    .values({ id, organizationId, ...facts, permissions: [...facts.permissions] })
  return id
}

/** Rewrites a custom role; a built-in one is never touched. */
export async function updateRole(
  orm: Orm,
  world: World,
  role: { readonly organizationId: string; readonly id: string },
  facts: Omit<RoleFacts, 'accessScope'>,
): Promise<void> {
  await orm
    .update(roles)
    .set({
      ...facts,
      permissions: [...facts.permissions],
      updatedAt: new Date(world.clock.now()),
    })
    .where(customRole(role))
}

/** Removes a custom role. One that is still held is SQLSTATE 23503. */
export async function deleteRole(
  orm: Orm,
  role: { readonly organizationId: string; readonly id: string },
): Promise<void> {
  await orm.delete(roles).where(customRole(role))
}

function customRole(role: { readonly organizationId: string; readonly id: string }) {
  return and(
    eq(roles.organizationId, role.organizationId),
    eq(roles.id, role.id),
    eq(roles.builtIn, false),
  )
}

function roleOf(row: typeof roles.$inferSelect): RoleRow {
  return {
    id: row.id,
    name: row.name ?? undefined,
    displayName: row.displayName,
    description: row.description,
    accessScope: row.accessScope,
    permissions: permissionSet(row.permissions),
    builtIn: row.builtIn,
  }
}
