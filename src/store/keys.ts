import { and, asc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import { type KeyKind, mintKey } from '../base/gateway-key.ts'
import { newId } from '../base/id.ts'
import type { World } from '../base/world.ts'
import type { Orm } from './database.ts'
import { keyProject } from './runs.ts'
import { gatewayKeys, gatewayKeyWorkspaces, traceProjects, workspaceMemberships } from './tables.ts'

/** Where a key works, and as what. */
export interface KeyRole {
  readonly workspaceId: string
  readonly roleId: string
}

/** A key to be made. The caller has checked that roles and workspaces belong to the organisation. */
export interface NewKey {
  readonly organizationId: string
  readonly kind: KeyKind
  readonly description: string
  readonly expiresAtMs?: number | undefined
  /** A personal key's person: required for that kind, absent for a service key. */
  readonly userId?: string | undefined
  /** An organisation role makes the key organisation-scoped: it manages and cannot call. */
  readonly organizationRoleId?: string | undefined
  /** For a personal key these narrow the person's own workspaces; none means all. */
  readonly workspaces: readonly KeyRole[]
}

/** A key right after it was made: the only moment its token is known. */
export interface CreatedKey {
  readonly id: string
  readonly short: string
  readonly token: string
}

/** A key as the control plane shows it. */
export interface KeyRow {
  readonly id: string
  readonly organizationId: string
  readonly short: string
  readonly kind: KeyKind
  readonly scope: 'workspace' | 'organization'
  readonly userId: string | undefined
  readonly description: string
  readonly organizationRoleId: string | undefined
  readonly workspaces: readonly KeyRole[]
  readonly createdAtMs: number
  readonly expiresAtMs: number | undefined
  readonly deactivatedAtMs: number | undefined
  readonly lastUsedAtMs: number | undefined
}

/** Makes a key and the trace projects it brings. Call inside a transaction. */
export async function createKey(orm: Orm, world: World, key: NewKey): Promise<CreatedKey> {
  const { token, short, hash } = mintKey(world.dice, key.kind)
  const id = newId(world)
  await orm.insert(gatewayKeys).values({
    id,
    organizationId: key.organizationId,
    short,
    hash,
    kind: key.kind,
    scope: key.organizationRoleId === undefined ? 'workspace' : 'organization',
    userId: key.userId ?? null,
    description: key.description,
    roleId: key.organizationRoleId ?? null,
    expiresAt: key.expiresAtMs === undefined ? null : new Date(key.expiresAtMs),
  })
  if (key.workspaces.length > 0)
    await orm
      .insert(gatewayKeyWorkspaces)
      .values(key.workspaces.map((each) => ({ keyId: id, ...each })))
  const places = await workspacesOf(orm, key)
  if (places.length > 0)
    await orm.insert(traceProjects).values(
      places.map((workspaceId) => ({
        id: newId(world),
        workspaceId,
        name: keyProject(short, id),
        keyId: id,
      })),
    )
  return { id, short, token }
}

/** The keys of an organisation, oldest first; `userId` and `kind` narrow. */
export async function listKeys(
  orm: Orm,
  organizationId: string,
  filter: { kind?: KeyKind | undefined; userId?: string | undefined } = {},
): Promise<KeyRow[]> {
  const conditions: SQL[] = [eq(gatewayKeys.organizationId, organizationId)]
  if (filter.kind) conditions.push(eq(gatewayKeys.kind, filter.kind))
  if (filter.userId) conditions.push(eq(gatewayKeys.userId, filter.userId))
  return selectKeys(orm, and(...conditions))
}

/** One key of an organisation by its id, or undefined. */
export async function readKey(
  orm: Orm,
  organizationId: string,
  id: string,
): Promise<KeyRow | undefined> {
  const [row] = await selectKeys(
    orm,
    and(eq(gatewayKeys.organizationId, organizationId), eq(gatewayKeys.id, id)),
  )
  return row
}

/** What can change without a new token. Absent fields stay; `expiresAtMs: null` lifts the expiry. */
export interface KeyChange {
  readonly description?: string | undefined
  readonly expiresAtMs?: number | null | undefined
  readonly organizationRoleId?: string | undefined
  readonly workspaces?: readonly KeyRole[] | undefined
}

/** Changes a key. False when the organisation has none of that id. */
export async function changeKey(
  orm: Orm,
  world: World,
  organizationId: string,
  id: string,
  change: KeyChange,
): Promise<boolean> {
  const { expiresAtMs } = change
  const changed = await orm
    .update(gatewayKeys)
    .set({
      updatedAt: new Date(world.clock.now()),
      ...(change.description === undefined ? {} : { description: change.description }),
      ...(change.organizationRoleId === undefined ? {} : { roleId: change.organizationRoleId }),
      ...(expiresAtMs === undefined
        ? {}
        : { expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs) }),
    })
    .where(and(eq(gatewayKeys.organizationId, organizationId), eq(gatewayKeys.id, id)))
    .returning({ id: gatewayKeys.id })
  if (changed.length === 0) return false
  if (change.workspaces) {
    await orm.delete(gatewayKeyWorkspaces).where(eq(gatewayKeyWorkspaces.keyId, id))
    if (change.workspaces.length > 0)
      await orm
        .insert(gatewayKeyWorkspaces)
        .values(change.workspaces.map((each) => ({ keyId: id, ...each })))
  }
  return true
}

/** Ends a key for good; effective everywhere within a second. False when there is no active one of that id. */
export async function deactivateKey(
  orm: Orm,
  world: World,
  organizationId: string,
  id: string,
): Promise<boolean> {
  const now = new Date(world.clock.now())
  const ended = await orm
    .update(gatewayKeys)
    .set({ deactivatedAt: now, updatedAt: now })
    .where(
      and(
        eq(gatewayKeys.organizationId, organizationId),
        eq(gatewayKeys.id, id),
        isNull(gatewayKeys.deactivatedAt),
      ),
    )
    .returning({ id: gatewayKeys.id })
  return ended.length > 0
}

/**
 * Gives a key a new token; the one before works for `overlapMs` more. The key stays itself: its id and public part,
 * so its caps, roles and trace project go on. Undefined when there is no active key of that id.
 */
export async function rotateKey(
  orm: Orm,
  world: World,
  organizationId: string,
  id: string,
  overlapMs: number,
): Promise<CreatedKey | undefined> {
  const old = await readKey(orm, organizationId, id)
  if (!old || old.deactivatedAtMs !== undefined) return undefined
  const { token, short, hash } = mintKey(world.dice, old.kind, old.short)
  const now = world.clock.now()
  await orm
    .update(gatewayKeys)
    .set({
      hash,
      // The right-hand side is the row as it was before.
      previousHash: overlapMs > 0 ? sql`${gatewayKeys.hash}` : null,
      previousUntil: overlapMs > 0 ? new Date(now + overlapMs) : null,
      updatedAt: new Date(now),
    })
    .where(and(eq(gatewayKeys.organizationId, organizationId), eq(gatewayKeys.id, id)))
  return { id, short, token }
}

/** Lets a deactivated key work again. False when there is none of that id. */
export async function reactivateKey(
  orm: Orm,
  world: World,
  organizationId: string,
  id: string,
): Promise<boolean> {
  const woken = await orm
    .update(gatewayKeys)
    .set({ deactivatedAt: null, updatedAt: new Date(world.clock.now()) })
    .where(and(eq(gatewayKeys.organizationId, organizationId), eq(gatewayKeys.id, id)))
    .returning({ id: gatewayKeys.id })
  return woken.length > 0
}

/** Removes a key; what it did stays on record under its id. False when there is none of that id. */
export async function deleteKey(orm: Orm, organizationId: string, id: string): Promise<boolean> {
  const gone = await orm
    .delete(gatewayKeys)
    .where(and(eq(gatewayKeys.organizationId, organizationId), eq(gatewayKeys.id, id)))
    .returning({ id: gatewayKeys.id })
  return gone.length > 0
}

async function selectKeys(orm: Orm, where: SQL | undefined): Promise<KeyRow[]> {
  const rows = await orm.select().from(gatewayKeys).where(where).orderBy(asc(gatewayKeys.id))
  const ids = rows.map((row) => row.id)
  const places = ids.length
    ? await orm
        .select()
        .from(gatewayKeyWorkspaces)
        .where(inArray(gatewayKeyWorkspaces.keyId, ids))
        .orderBy(asc(gatewayKeyWorkspaces.workspaceId))
    : []
  return rows.map((row) => ({
    id: row.id,
    organizationId: row.organizationId,
    short: row.short,
    kind: row.kind,
    scope: row.scope,
    userId: row.userId ?? undefined,
    description: row.description,
    organizationRoleId: row.roleId ?? undefined,
    workspaces: places
      .filter((each) => each.keyId === row.id)
      .map(({ workspaceId, roleId }) => ({ workspaceId, roleId })),
    createdAtMs: row.createdAt.getTime(),
    expiresAtMs: row.expiresAt?.getTime(),
    deactivatedAtMs: row.deactivatedAt?.getTime(),
    lastUsedAtMs: row.lastUsedAt?.getTime(),
  }))
}

async function workspacesOf(orm: Orm, key: NewKey): Promise<string[]> {
  if (key.workspaces.length > 0 || key.userId === undefined)
    return key.workspaces.map((each) => each.workspaceId)
  const rows = await orm
    .select({ workspaceId: workspaceMemberships.workspaceId })
    .from(workspaceMemberships)
    .where(eq(workspaceMemberships.userId, key.userId))
  return rows.map((row) => row.workspaceId)
}
