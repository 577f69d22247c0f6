import { createHash } from 'node:crypto'
import { and, asc, eq, lt, notExists, sql } from 'drizzle-orm'
import type { World } from '../base/world.ts'
import type { Orm } from './database.ts'
import type { Person } from './sign-in.ts'
import { organizations, orgMemberships, spentStates, userIdentities, users } from './tables.ts'

/** Who somebody is at an identity provider: its own id of the person, which never changes hands. */
export interface IdentityName {
  readonly issuer: string
  readonly subject: string
}

/**
 * The user of an identity: the one linked to it, else the one of its verified address. `taken` when that user is
 * linked to somebody else there: the address has changed hands.
 */
export async function userOfIdentity(
  orm: Orm,
  { issuer, subject }: IdentityName,
  email: string,
): Promise<string | 'taken' | undefined> {
  const [linked] = await orm
    .select({ userId: userIdentities.userId })
    .from(userIdentities)
    .where(and(eq(userIdentities.issuer, issuer), eq(userIdentities.subject, subject)))
  if (linked) return linked.userId
  const [found] = await orm
    .select({ userId: users.id, subject: userIdentities.subject })
    .from(users)
    .leftJoin(
      userIdentities,
      and(eq(userIdentities.userId, users.id), eq(userIdentities.issuer, issuer)),
    )
    .where(eq(sql`lower(${users.email})`, email.toLowerCase()))
  if (!found) return undefined
  // The same person's other sign-in may have linked it between the two looks.
  return found.subject === null || found.subject === subject ? found.userId : 'taken'
}

/** Links a user to an identity for good. Nothing happens when it is linked already. */
export async function linkIdentity(orm: Orm, name: IdentityName, userId: string): Promise<void> {
  await orm
    .insert(userIdentities)
    .values({ ...name, userId })
    .onConflictDoNothing({ target: [userIdentities.issuer, userIdentities.subject] })
}

/** Unlinks a user who belongs nowhere any more: the address may be somebody else's by now. */
export async function unlinkStranger(orm: Orm, userId: string): Promise<void> {
  const left = orm
    .select({ id: orgMemberships.id })
    .from(orgMemberships)
    .where(eq(orgMemberships.userId, userId))
  await orm.delete(userIdentities).where(and(eq(userIdentities.userId, userId), notExists(left)))
}

/** The named organisation of a user, else the one belonged to longest; undefined when there is none. */
export async function membershipOf(
  orm: Orm,
  userId: string,
  organizationId: string | undefined,
): Promise<Person | undefined> {
  const [row] = await orm
    .select({ organizationId: orgMemberships.organizationId, userId: orgMemberships.userId })
    .from(orgMemberships)
    .where(
      and(
        eq(orgMemberships.userId, userId),
        organizationId === undefined
          ? undefined
          : eq(orgMemberships.organizationId, organizationId),
      ),
    )
    .orderBy(asc(orgMemberships.id))
    .limit(1)
  return row
}

/** The organisation of the first start: the one that newcomers join. */
export async function firstOrganization(orm: Orm): Promise<string | undefined> {
  const [row] = await orm
    .select({ id: organizations.id })
    .from(organizations)
    .orderBy(asc(organizations.id))
    .limit(1)
  return row?.id
}

/** Uses a `state` up. False when it was used before. */
export async function spendState(
  orm: Orm,
  world: World,
  state: string,
  lifeMs: number,
): Promise<boolean> {
  const nowMs = world.clock.now()
  await orm.delete(spentStates).where(lt(spentStates.expiresAt, new Date(nowMs)))
  const hash = createHash('sha256').update(state).digest()
  const rows = await orm
    .insert(spentStates)
    .values({ hash, expiresAt: new Date(nowMs + lifeMs) })
    .onConflictDoNothing()
    .returning({ hash: spentStates.hash })
  return rows.length > 0
}
