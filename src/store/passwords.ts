import { and, asc, eq, ne, sql } from 'drizzle-orm'
import type { World } from '../base/world.ts'
import type { Orm } from './database.ts'
import type { Person } from './sign-in.ts'
import { consoleSessions, memberPasswords, orgMemberships, signInTokens, users } from './tables.ts'

/** A password as it is kept: an Argon2id hash in the PHC string format. */
export interface PasswordRow extends Person {
  readonly hash: string
}

/**
 * The password that an e-mail address signs in with: in the named organisation, else in the one that the person has
 * belonged to longest of those with a password. Undefined when there is none.
 */
export async function passwordFor(
  orm: Orm,
  email: string,
  organizationId?: string,
): Promise<PasswordRow | undefined> {
  const [row] = await orm
    .select({
      organizationId: memberPasswords.organizationId,
      userId: memberPasswords.userId,
      hash: memberPasswords.hash,
    })
    .from(memberPasswords)
    .innerJoin(users, eq(users.id, memberPasswords.userId))
    .innerJoin(
      orgMemberships,
      and(
        eq(orgMemberships.userId, memberPasswords.userId),
        eq(orgMemberships.organizationId, memberPasswords.organizationId),
      ),
    )
    .where(
      and(
        eq(sql`lower(${users.email})`, email.toLowerCase()),
        organizationId === undefined
          ? undefined
          : eq(memberPasswords.organizationId, organizationId),
      ),
    )
    .orderBy(asc(orgMemberships.id))
    .limit(1)
  return row
}

/** The hash of a member's password, with the address it signs in with; `hash` is undefined when none is set. */
export async function readPassword(
  orm: Orm,
  { organizationId, userId }: Person,
): Promise<{ readonly email: string; readonly hash: string | undefined } | undefined> {
  const [row] = await orm
    .select({ email: users.email, hash: memberPasswords.hash })
    .from(orgMemberships)
    .innerJoin(users, eq(users.id, orgMemberships.userId))
    .leftJoin(
      memberPasswords,
      and(
        eq(memberPasswords.userId, orgMemberships.userId),
        eq(memberPasswords.organizationId, orgMemberships.organizationId),
      ),
    )
    .where(
      and(eq(orgMemberships.organizationId, organizationId), eq(orgMemberships.userId, userId)),
    )
  return row && { email: row.email, hash: row.hash ?? undefined }
}

/** Sets a member's password, whatever it was. */
export async function setPassword(
  orm: Orm,
  world: World,
  person: Person,
  hash: string,
): Promise<void> {
  const { organizationId, userId } = person
  const facts = { hash, updatedAt: new Date(world.clock.now()) }
  await orm
    .insert(memberPasswords)
    .values({ organizationId, userId, ...facts })
    .onConflictDoUpdate({
      target: [memberPasswords.organizationId, memberPasswords.userId],
      set: facts,
    })
}

/**
 * Sets a member's password if it is still what it was when the old one was checked. False when another change came
 * first.
 */
export async function replacePassword(
  orm: Orm,
  world: World,
  { organizationId, userId }: Person,
  hashes: { readonly before: string | undefined; readonly after: string },
): Promise<boolean> {
  const updatedAt = new Date(world.clock.now())
  const { before, after: hash } = hashes
  const rows =
    before === undefined
      ? await orm
          .insert(memberPasswords)
          .values({ organizationId, userId, hash, updatedAt })
          .onConflictDoNothing()
          .returning({ userId: memberPasswords.userId })
      : await orm
          .update(memberPasswords)
          .set({ hash, updatedAt })
          .where(
            and(
              eq(memberPasswords.organizationId, organizationId),
              eq(memberPasswords.userId, userId),
              eq(memberPasswords.hash, before),
            ),
          )
          .returning({ userId: memberPasswords.userId })
  return rows.length > 0
}

/** Ends what an old password may have opened: every session of the member but one, and every link not yet used. */
export async function endAccess(orm: Orm, person: Person, exceptSessionId?: string): Promise<void> {
  await orm
    .delete(consoleSessions)
    .where(
      and(
        eq(consoleSessions.organizationId, person.organizationId),
        eq(consoleSessions.userId, person.userId),
        exceptSessionId === undefined ? undefined : ne(consoleSessions.id, exceptSessionId),
      ),
    )
  await orm
    .delete(signInTokens)
    .where(
      and(
        eq(signInTokens.organizationId, person.organizationId),
        eq(signInTokens.userId, person.userId),
      ),
    )
}
