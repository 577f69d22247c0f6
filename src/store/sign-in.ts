import { createHash } from 'node:crypto'
import { and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm'
import { newId } from '../base/id.ts'
import type { Permission } from '../base/permission.ts'
import type { World } from '../base/world.ts'
import type { Orm } from './database.ts'
import { permissionSet } from './key-facts.ts'
import {
  consoleSessions,
  organizations,
  orgMemberships,
  roles,
  signInTokens,
  users,
  workspaceMemberships,
  workspaces,
} from './tables.ts'

/** What a one-time link is for. */
export type LinkPurpose = 'sign_in' | 'password'

/**
 * How long a link works. Signing in: long enough to copy it from a terminal, short enough that an old one is worth
 * nothing. A password: an administrator sends it to somebody who is not at the desk.
 */
export const LINK_MS: Readonly<Record<LinkPurpose, number>> = {
  sign_in: 15 * 60_000,
  password: 24 * 3_600_000,
}
/** A session ends after this long without a request, and in any case after a working day. */
const IDLE_MS = 30 * 60_000
const SESSION_MS = 12 * 3_600_000
/** The last use is written this often at most. */
const SEEN_EVERY_MS = 60_000
const TOKEN_BYTES = 32
const PREFIX = 'slu_su_'
const USER_AGENT_UNITS_MAX = 200

/** A person in an organisation. */
export interface Person {
  readonly organizationId: string
  readonly userId: string
}

/** Makes a token that works once, within {@link LINK_MS}. Older ones of the member for the same purpose end. */
export async function mintSignIn(
  orm: Orm,
  world: World,
  { organizationId, userId }: Person,
  purpose: LinkPurpose = 'sign_in',
): Promise<string> {
  const now = world.clock.now()
  const token = PREFIX + textOf(world)
  await orm.delete(signInTokens).where(lt(signInTokens.expiresAt, new Date(now)))
  await orm
    .delete(signInTokens)
    .where(
      and(
        eq(signInTokens.organizationId, organizationId),
        eq(signInTokens.userId, userId),
        eq(signInTokens.purpose, purpose),
      ),
    )
  const expiresAt = new Date(now + LINK_MS[purpose])
  await orm
    .insert(signInTokens)
    .values({ hash: hashOf(token), organizationId, userId, purpose, expiresAt })
  return token
}

/** The organisation's oldest member who manages it: who the first screen's link is for. */
export async function firstManager(orm: Orm, organizationId: string): Promise<Person | undefined> {
  const [row] = await orm
    .select({ userId: orgMemberships.userId })
    .from(orgMemberships)
    .innerJoin(roles, eq(roles.id, orgMemberships.roleId))
    .where(
      and(
        eq(orgMemberships.organizationId, organizationId),
        sql`'organization:manage' = any(${roles.permissions})`,
      ),
    )
    .orderBy(asc(orgMemberships.id))
    .limit(1)
  return row && { organizationId, userId: row.userId }
}

/** Whose a token is, without taking it; undefined as in {@link redeemSignIn}. */
export async function personOfLink(
  orm: Orm,
  world: World,
  token: string,
  purpose: LinkPurpose,
): Promise<Person | undefined> {
  const [row] = await orm
    .select({ organizationId: signInTokens.organizationId, userId: signInTokens.userId })
    .from(signInTokens)
    .where(isLink(world, token, purpose))
  return row
}

/** Takes a token for good and gives whose it was; undefined when it is wrong, used, late or for something else. */
export async function redeemSignIn(
  orm: Orm,
  world: World,
  token: string,
  purpose: LinkPurpose = 'sign_in',
): Promise<Person | undefined> {
  const [row] = await orm
    .delete(signInTokens)
    .where(isLink(world, token, purpose))
    .returning({ organizationId: signInTokens.organizationId, userId: signInTokens.userId })
  return row
}

function isLink(world: World, token: string, purpose: LinkPurpose) {
  return and(
    eq(signInTokens.hash, hashOf(token)),
    eq(signInTokens.purpose, purpose),
    gt(signInTokens.expiresAt, new Date(world.clock.now())),
  )
}

/** Opens a session and gives its cookie value: the only moment it is known. */
export async function openSession(
  orm: Orm,
  world: World,
  { organizationId, userId }: Person,
  userAgent: string | null,
): Promise<{ readonly id: string; readonly cookie: string; readonly expiresAtMs: number }> {
  const now = world.clock.now()
  const cookie = textOf(world)
  const id = newId(world)
  const expiresAtMs = now + SESSION_MS
  await orm.insert(consoleSessions).values({
    id,
    hash: hashOf(cookie),
    organizationId,
    userId,
    userAgent: userAgent?.slice(0, USER_AGENT_UNITS_MAX) ?? null,
    createdAt: new Date(now),
    lastSeenAt: new Date(now),
    expiresAt: new Date(expiresAtMs),
  })
  return { id, cookie, expiresAtMs }
}

/** A live session with what its person may do now. */
export interface SessionFacts extends Person {
  readonly id: string
  readonly email: string
  readonly gatewayEnabled: boolean
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly organizationPermissions: ReadonlySet<Permission>
  readonly workspaces: readonly {
    readonly workspaceId: string
    readonly permissions: ReadonlySet<Permission>
  }[]
}

/** The session of a cookie; undefined when there is none, it has ended, or its person has left. */
export async function resolveSession(
  orm: Orm,
  world: World,
  cookie: string,
): Promise<SessionFacts | undefined> {
  const now = world.clock.now()
  const [row] = await orm
    .select({
      id: consoleSessions.id,
      organizationId: consoleSessions.organizationId,
      userId: consoleSessions.userId,
      email: users.email,
      createdAt: consoleSessions.createdAt,
      lastSeenAt: consoleSessions.lastSeenAt,
      expiresAt: consoleSessions.expiresAt,
      gatewayEnabled: organizations.llmGatewayEnabled,
      permissions: roles.permissions,
    })
    .from(consoleSessions)
    .innerJoin(users, eq(users.id, consoleSessions.userId))
    .innerJoin(organizations, eq(organizations.id, consoleSessions.organizationId))
    .innerJoin(
      orgMemberships,
      and(
        eq(orgMemberships.userId, consoleSessions.userId),
        eq(orgMemberships.organizationId, consoleSessions.organizationId),
      ),
    )
    .innerJoin(roles, eq(roles.id, orgMemberships.roleId))
    .where(
      and(
        eq(consoleSessions.hash, hashOf(cookie)),
        gt(consoleSessions.expiresAt, new Date(now)),
        gt(consoleSessions.lastSeenAt, new Date(now - IDLE_MS)),
      ),
    )
  if (!row) return undefined
  if (row.lastSeenAt.getTime() < now - SEEN_EVERY_MS)
    await orm
      .update(consoleSessions)
      .set({ lastSeenAt: new Date(now) })
      .where(eq(consoleSessions.id, row.id))
  const { lastSeenAt: _, createdAt, expiresAt, permissions, ...facts } = row
  return {
    ...facts,
    createdAtMs: createdAt.getTime(),
    expiresAtMs: expiresAt.getTime(),
    organizationPermissions: permissionSet(permissions),
    workspaces: await workspacesOf(orm, row),
  }
}

async function workspacesOf(orm: Orm, { organizationId, userId }: Person) {
  const rows = await orm
    .select({ workspaceId: workspaces.id, permissions: roles.permissions })
    .from(workspaceMemberships)
    .innerJoin(workspaces, eq(workspaces.id, workspaceMemberships.workspaceId))
    .innerJoin(roles, eq(roles.id, workspaceMemberships.roleId))
    .where(
      and(eq(workspaces.organizationId, organizationId), eq(workspaceMemberships.userId, userId)),
    )
    .orderBy(asc(workspaces.id))
  return rows.map(({ workspaceId, permissions }) => ({
    workspaceId,
    permissions: permissionSet(permissions),
  }))
}

/** A session as its person sees it. */
export interface SessionRow {
  readonly id: string
  readonly userAgent: string | undefined
  readonly createdAtMs: number
  readonly lastSeenAtMs: number
}

/** More sessions than this at once are not a person's. */
const SESSIONS_LISTED_MAX = 100

/** The sessions of a person that have not ended, newest first. */
export async function listSessions(
  orm: Orm,
  world: World,
  { organizationId, userId }: Person,
): Promise<SessionRow[]> {
  const now = world.clock.now()
  const rows = await orm
    .select()
    .from(consoleSessions)
    .where(
      and(
        eq(consoleSessions.userId, userId),
        eq(consoleSessions.organizationId, organizationId),
        gt(consoleSessions.expiresAt, new Date(now)),
        gt(consoleSessions.lastSeenAt, new Date(now - IDLE_MS)),
      ),
    )
    .orderBy(desc(consoleSessions.id))
    .limit(SESSIONS_LISTED_MAX)
  return rows.map((row) => ({
    id: row.id,
    userAgent: row.userAgent ?? undefined,
    createdAtMs: row.createdAt.getTime(),
    lastSeenAtMs: row.lastSeenAt.getTime(),
  }))
}

/** Ends a session of a person. False when the person has none of that id. */
export async function closeSession(orm: Orm, person: Person, id: string): Promise<boolean> {
  const gone = await orm
    .delete(consoleSessions)
    .where(
      and(
        eq(consoleSessions.id, id),
        eq(consoleSessions.userId, person.userId),
        eq(consoleSessions.organizationId, person.organizationId),
      ),
    )
    .returning({ id: consoleSessions.id })
  return gone.length > 0
}

function textOf(world: World): string {
  return Buffer.from(world.dice.bytes(TOKEN_BYTES)).toString('base64url')
}

/** 256 random bits need no slow hash. */
function hashOf(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}
