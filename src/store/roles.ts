import { newId } from '../base/id.ts'
import type { Permission } from '../base/permission.ts'
import type { World } from '../base/world.ts'
import type { AnySql } from './database.ts'
import { permissionSet } from './key-facts.ts'

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

interface Stored {
  readonly id: string
  readonly name: string | null
  readonly display_name: string
  readonly description: string
  readonly access_scope: AccessScope
  readonly permissions: string[]
  readonly built_in: boolean
}

/** Every role of an organisation, built-in ones first. */
export async function listRoles(sql: AnySql, organizationId: string): Promise<RoleRow[]> {
  const rows = await sql<Stored[]>`
    select id, name, display_name, description, access_scope, permissions, built_in
      from roles where organization_id = ${organizationId} order by built_in desc, id limit 1000`
  return rows.map(roleOf)
}

/** One role of an organisation, found by its id or, for a built-in one, its name. */
export async function readRole(
  sql: AnySql,
  organizationId: string,
  by: { readonly id: string } | { readonly name: string },
): Promise<RoleRow | undefined> {
  const which = 'id' in by ? sql`id = ${by.id}` : sql`name = ${by.name}`
  const [row] = await sql<Stored[]>`
    select id, name, display_name, description, access_scope, permissions, built_in
      from roles where organization_id = ${organizationId} and ${which}`
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
  sql: AnySql,
  world: World,
  organizationId: string,
  facts: RoleFacts,
): Promise<string> {
  const id = newId(world)
  await sql`
    insert into roles (id, organization_id, display_name, description, access_scope, permissions)
    values (${id}, ${organizationId}, ${facts.displayName}, ${facts.description},
            ${facts.accessScope}, ${[...facts.permissions]}::text[])`
  return id
}

/** Rewrites a custom role; a built-in one is never touched. */
export async function updateRole(
  sql: AnySql,
  organizationId: string,
  id: string,
  facts: Omit<RoleFacts, 'accessScope'>,
): Promise<void> {
  await sql`
    update roles set display_name = ${facts.displayName}, description = ${facts.description},
                     permissions = ${[...facts.permissions]}::text[], updated_at = now()
     where organization_id = ${organizationId} and id = ${id} and not built_in`
}

/** Removes a custom role. One that is still held is SQLSTATE 23503. */
export async function deleteRole(sql: AnySql, organizationId: string, id: string): Promise<void> {
  await sql`delete from roles where organization_id = ${organizationId} and id = ${id} and not built_in`
}

function roleOf(row: Stored): RoleRow {
  return {
    id: row.id,
    name: row.name ?? undefined,
    displayName: row.display_name,
    description: row.description,
    accessScope: row.access_scope,
    permissions: permissionSet(row.permissions),
    builtIn: row.built_in,
  }
}
