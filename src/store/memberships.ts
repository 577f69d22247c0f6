import { newId } from '../base/id.ts'
import type { World } from '../base/world.ts'
import type { AnySql } from './database.ts'

/** A person in an organisation or in a workspace, with the role held there. */
export interface MemberRow {
  readonly id: string
  readonly userId: string
  readonly email: string
  readonly displayName: string
  readonly roleId: string
  readonly roleName: string
  readonly createdAtMs: number
}

interface Stored {
  readonly id: string
  readonly user_id: string
  readonly email: string
  readonly display_name: string
  readonly role_id: string
  readonly role_name: string
  readonly created_at: Date
}

/** People belong to an organisation, and with a role of their own to workspaces of it. */
export type MemberPlace =
  | { readonly organizationId: string }
  | { readonly organizationId: string; readonly workspaceId: string }

/** One page of members in order of joining, after the membership `after`. */
export async function listMembers(
  sql: AnySql,
  place: MemberPlace,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<MemberRow[]> {
  const after = page.after === undefined ? sql`` : sql`and m.id > ${page.after}`
  const rows = await sql<Stored[]>`
    select ${columns(sql)} from ${joined(sql, place)} ${after} order by m.id limit ${page.limit}`
  return rows.map(memberOf)
}

/** One membership by its id. */
export async function readMember(
  sql: AnySql,
  place: MemberPlace,
  id: string,
): Promise<MemberRow | undefined> {
  const [row] = await sql<Stored[]>`
    select ${columns(sql)} from ${joined(sql, place)} and m.id = ${id}`
  return row && memberOf(row)
}

function columns(sql: AnySql) {
  return sql`m.id, m.user_id, u.email, u.display_name, m.role_id, r.display_name as role_name, m.created_at`
}

function joined(sql: AnySql, place: MemberPlace) {
  const people = sql`join users u on u.id = m.user_id join roles r on r.id = m.role_id`
  return 'workspaceId' in place
    ? sql`workspace_memberships m ${people} join workspaces w on w.id = m.workspace_id
          where w.organization_id = ${place.organizationId} and m.workspace_id = ${place.workspaceId}`
    : sql`org_memberships m ${people} where m.organization_id = ${place.organizationId}`
}

/** The user of an e-mail address, made when there is none. */
export async function userOf(
  sql: AnySql,
  world: World,
  email: string,
  displayName: string,
): Promise<string> {
  const [made] = await sql<{ id: string }[]>`
    insert into users (id, email, display_name) values (${newId(world)}, ${email}, ${displayName})
    on conflict (lower(email)) do nothing returning id`
  if (made) return made.id
  const [found] = await sql<{ id: string }[]>`
    select id from users where lower(email) = lower(${email})`
  if (!found) throw new Error('a user was removed while being added')
  return found.id
}

/** True when the person belongs to the organisation. */
export async function isOrgMember(
  sql: AnySql,
  organizationId: string,
  userId: string,
): Promise<boolean> {
  const rows = await sql`
    select 1 from org_memberships where organization_id = ${organizationId} and user_id = ${userId}`
  return rows.length > 0
}

/** Adds a membership and gives its id. A person who is there already is SQLSTATE 23505. */
export async function insertMember(
  sql: AnySql,
  world: World,
  place: MemberPlace,
  userId: string,
  roleId: string,
): Promise<string> {
  const id = newId(world)
  if ('workspaceId' in place)
    await sql`insert into workspace_memberships (id, workspace_id, user_id, role_id)
              values (${id}, ${place.workspaceId}, ${userId}, ${roleId})`
  else
    await sql`insert into org_memberships (id, organization_id, user_id, role_id)
              values (${id}, ${place.organizationId}, ${userId}, ${roleId})`
  return id
}

/** Gives a membership another role. */
export async function updateMember(
  sql: AnySql,
  place: MemberPlace,
  id: string,
  roleId: string,
): Promise<void> {
  if ('workspaceId' in place)
    await sql`update workspace_memberships set role_id = ${roleId}
               where id = ${id} and workspace_id = ${place.workspaceId}`
  else
    await sql`update org_memberships set role_id = ${roleId}
               where id = ${id} and organization_id = ${place.organizationId}`
}

/** Ends a membership; leaving an organisation also ends every one in its workspaces and the person's keys there. */
export async function deleteMember(
  sql: AnySql,
  place: MemberPlace,
  member: Pick<MemberRow, 'id' | 'userId'>,
): Promise<void> {
  if ('workspaceId' in place) {
    await sql`delete from workspace_memberships
               where id = ${member.id} and workspace_id = ${place.workspaceId}`
    return
  }
  const { organizationId } = place
  await sql`delete from workspace_memberships m using workspaces w
             where w.id = m.workspace_id and w.organization_id = ${organizationId}
               and m.user_id = ${member.userId}`
  await sql`delete from gateway_keys
             where organization_id = ${organizationId} and user_id = ${member.userId}`
  await sql`delete from org_memberships
             where id = ${member.id} and organization_id = ${organizationId}`
}

/** How many people of the organisation, other than `exceptId`, hold a role that manages it. */
export async function otherManagers(
  sql: AnySql,
  organizationId: string,
  exceptId: string,
): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from org_memberships m join roles r on r.id = m.role_id
     where m.organization_id = ${organizationId} and m.id <> ${exceptId}
       and 'organization:manage' = any(r.permissions)`
  return row?.count ?? 0
}

function memberOf(row: Stored): MemberRow {
  return {
    id: row.id,
    userId: row.user_id,
    email: row.email,
    displayName: row.display_name,
    roleId: row.role_id,
    roleName: row.role_name,
    createdAtMs: row.created_at.getTime(),
  }
}
