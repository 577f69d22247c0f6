import { and, asc, eq, gt, inArray, ne, sql } from 'drizzle-orm'
import { newId } from '../base/id.ts'
import type { World } from '../base/world.ts'
import type { Orm } from './database.ts'
import { unlinkStranger } from './identities.ts'
import { endAccess } from './passwords.ts'
import {
  gatewayKeys,
  orgMemberships,
  roles,
  users,
  workspaceMemberships,
  workspaces,
} from './tables.ts'

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

/** People belong to an organisation, and with a role of their own to workspaces of it. */
export interface MemberPlace {
  readonly organizationId: string
  /** Undefined: the organisation itself. */
  readonly workspaceId: string | undefined
}

/** One page of members in order of joining. */
export async function listMembers(
  orm: Orm,
  place: MemberPlace,
  page: { readonly after?: string | undefined; readonly id?: string; readonly limit: number },
): Promise<MemberRow[]> {
  const table = tableOf(place)
  const rows = await orm
    .select({
      id: table.id,
      userId: users.id,
      email: users.email,
      displayName: users.displayName,
      roleId: roles.id,
      roleName: roles.displayName,
      createdAt: table.createdAt,
    })
    .from(table)
    .innerJoin(users, eq(users.id, table.userId))
    .innerJoin(roles, eq(roles.id, table.roleId))
    .where(
      and(
        placed(place),
        page.after === undefined ? undefined : gt(table.id, page.after),
        page.id === undefined ? undefined : eq(table.id, page.id),
      ),
    )
    .orderBy(asc(table.id))
    .limit(page.limit)
  return rows.map(({ createdAt, ...row }) => ({ ...row, createdAtMs: createdAt.getTime() }))
}

/** One membership by its id. */
export async function readMember(
  orm: Orm,
  place: MemberPlace,
  id: string,
): Promise<MemberRow | undefined> {
  return (await listMembers(orm, place, { id, limit: 1 }))[0]
}

function tableOf(place: MemberPlace) {
  return place.workspaceId === undefined ? orgMemberships : workspaceMemberships
}

/** The roles of the organisation are the second wall: a workspace of another one has none of them. */
function placed({ organizationId, workspaceId }: MemberPlace) {
  return workspaceId === undefined
    ? eq(orgMemberships.organizationId, organizationId)
    : and(
        eq(workspaceMemberships.workspaceId, workspaceId),
        eq(roles.organizationId, organizationId),
      )
}

/** The user of an e-mail address, made when there is none. */
export async function userOf(
  orm: Orm,
  world: World,
  email: string,
  displayName: string,
): Promise<string> {
  const [made] = await orm
    .insert(users)
    .values({ id: newId(world), email, displayName })
    .onConflictDoNothing()
    .returning({ id: users.id })
  if (made) return made.id
  const [found] = await orm
    .select({ id: users.id })
    .from(users)
    .where(eq(sql`lower(${users.email})`, email.toLowerCase()))
  if (!found) throw new Error('a user was removed while being added')
  return found.id
}

/** True when the person belongs to the organisation. */
export async function isOrgMember(
  orm: Orm,
  organizationId: string,
  userId: string,
): Promise<boolean> {
  const rows = await orm
    .select({ id: orgMemberships.id })
    .from(orgMemberships)
    .where(
      and(eq(orgMemberships.organizationId, organizationId), eq(orgMemberships.userId, userId)),
    )
  return rows.length > 0
}

/** The member of an e-mail address: of the named organisation, else of the oldest one with such a member. */
export async function memberCalled(
  orm: Orm,
  email: string,
  organizationId?: string,
): Promise<{ readonly organizationId: string; readonly userId: string } | undefined> {
  const [row] = await orm
    .select({ organizationId: orgMemberships.organizationId, userId: users.id })
    .from(orgMemberships)
    .innerJoin(users, eq(users.id, orgMemberships.userId))
    .where(
      and(
        eq(sql`lower(${users.email})`, email.toLowerCase()),
        organizationId === undefined
          ? undefined
          : eq(orgMemberships.organizationId, organizationId),
      ),
    )
    .orderBy(asc(orgMemberships.organizationId))
    .limit(1)
  return row
}

/** Adds a membership and gives its id. A person who is there already is SQLSTATE 23505. */
export async function insertMember(
  orm: Orm,
  world: World,
  { organizationId, workspaceId }: MemberPlace,
  member: { readonly userId: string; readonly roleId: string },
): Promise<string> {
  const id = newId(world)
  if (workspaceId === undefined)
    await orm.insert(orgMemberships).values({ id, organizationId, ...member })
  else await orm.insert(workspaceMemberships).values({ id, workspaceId, ...member })
  return id
}

/** Gives a membership another role. The caller has read it in this place. */
export async function updateMember(
  orm: Orm,
  place: MemberPlace,
  id: string,
  roleId: string,
): Promise<void> {
  if (place.workspaceId === undefined)
    await orm.update(orgMemberships).set({ roleId }).where(eq(orgMemberships.id, id))
  else await orm.update(workspaceMemberships).set({ roleId }).where(eq(workspaceMemberships.id, id))
}

/**
 * Ends a membership the caller has read in this place; leaving an organisation also ends every one in its workspaces,
 * and the person's keys, password and sessions there.
 */
export async function deleteMember(
  orm: Orm,
  { organizationId, workspaceId }: MemberPlace,
  member: Pick<MemberRow, 'id' | 'userId'>,
): Promise<void> {
  if (workspaceId !== undefined) {
    await orm.delete(workspaceMemberships).where(eq(workspaceMemberships.id, member.id))
    return
  }
  const theirs = orm
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(eq(workspaces.organizationId, organizationId))
  await orm
    .delete(workspaceMemberships)
    .where(
      and(
        eq(workspaceMemberships.userId, member.userId),
        inArray(workspaceMemberships.workspaceId, theirs),
      ),
    )
  await orm
    .delete(gatewayKeys)
    .where(
      and(eq(gatewayKeys.organizationId, organizationId), eq(gatewayKeys.userId, member.userId)),
    )
  await orm.delete(orgMemberships).where(eq(orgMemberships.id, member.id))
  // Who is added again later starts anew: the password went with the membership.
  await endAccess(orm, { organizationId, userId: member.userId })
  await unlinkStranger(orm, member.userId)
}

/** How many people of the organisation, other than `exceptId`, hold a role that manages it. Locks their memberships. */
export async function otherManagers(
  orm: Orm,
  organizationId: string,
  exceptId: string,
): Promise<number> {
  const rows = await orm
    .select({ id: orgMemberships.id })
    .from(orgMemberships)
    .innerJoin(roles, eq(roles.id, orgMemberships.roleId))
    .where(
      and(
        eq(orgMemberships.organizationId, organizationId),
        ne(orgMemberships.id, exceptId),
        sql`'organization:manage' = any(${roles.permissions})`,
      ),
    )
    .orderBy(asc(orgMemberships.id))
    .for('update', { of: orgMemberships })
  return rows.length
}

/** In which workspaces of the organisation a person works, and as what. */
export async function workspaceRolesOf(
  orm: Orm,
  organizationId: string,
  userId: string,
): Promise<{ readonly workspaceId: string; readonly roleId: string }[]> {
  return await orm
    .select({
      workspaceId: workspaceMemberships.workspaceId,
      roleId: workspaceMemberships.roleId,
    })
    .from(workspaceMemberships)
    .innerJoin(workspaces, eq(workspaces.id, workspaceMemberships.workspaceId))
    .where(
      and(eq(workspaces.organizationId, organizationId), eq(workspaceMemberships.userId, userId)),
    )
    .orderBy(asc(workspaceMemberships.workspaceId))
}
