import { and, asc, eq } from 'drizzle-orm'
import type { World } from '../base/world.ts'
import type { Orm } from './database.ts'
import { workspaces } from './tables.ts'

/** A workspace as the control plane shows it. */
export interface WorkspaceRow {
  readonly id: string
  readonly organizationId: string
  readonly displayName: string
  readonly handle: string
  readonly captureContent: boolean
  readonly createdAtMs: number
}

/** True when the organisation has this workspace. */
export async function workspaceExists(
  orm: Orm,
  organizationId: string,
  id: string,
): Promise<boolean> {
  return (await readWorkspace(orm, organizationId, id)) !== undefined
}

/** The organisation's only workspace, or undefined when it has none or several. */
export async function soleWorkspace(orm: Orm, organizationId: string): Promise<string | undefined> {
  const rows = await orm
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(eq(workspaces.organizationId, organizationId))
    .limit(2)
  return rows.length === 1 ? rows[0]?.id : undefined
}

/** One workspace of an organisation. */
export async function readWorkspace(
  orm: Orm,
  organizationId: string,
  id: string,
): Promise<WorkspaceRow | undefined> {
  const [row] = await orm
    .select()
    .from(workspaces)
    .where(and(eq(workspaces.organizationId, organizationId), eq(workspaces.id, id)))
  return row && workspaceOf(row)
}

/** An organisation with more workspaces than this is not served by one list; it needs cursors first. */
const WORKSPACES_MAX = 1000

/** Every workspace of an organisation, oldest first. */
export async function listWorkspaces(orm: Orm, organizationId: string): Promise<WorkspaceRow[]> {
  const rows = await orm
    .select()
    .from(workspaces)
    .where(eq(workspaces.organizationId, organizationId))
    .orderBy(asc(workspaces.id))
    .limit(WORKSPACES_MAX)
  return rows.map(workspaceOf)
}

function workspaceOf(row: typeof workspaces.$inferSelect): WorkspaceRow {
  return {
    id: row.id,
    organizationId: row.organizationId,
    displayName: row.displayName,
    handle: row.handle,
    captureContent: row.captureContent,
    createdAtMs: row.createdAt.getTime(),
  }
}

/** Makes a change to a workspace; absent facts stay. A handle that is taken is SQLSTATE 23505. */
export async function updateWorkspace(
  orm: Orm,
  world: World,
  place: { readonly organizationId: string; readonly id: string },
  facts: {
    readonly displayName?: string | undefined
    readonly captureContent?: boolean | undefined
  },
): Promise<void> {
  await orm
    .update(workspaces)
    .set({
      updatedAt: new Date(world.clock.now()),
      ...(facts.displayName === undefined ? {} : { displayName: facts.displayName }),
      ...(facts.captureContent === undefined ? {} : { captureContent: facts.captureContent }),
    })
    .where(and(eq(workspaces.organizationId, place.organizationId), eq(workspaces.id, place.id)))
}

/**
 * Removes a workspace with its secrets, memberships and trace projects; keys lose it, traces and spend stay on record.
 * False when it is the organisation's last one. Locks the organisation's workspaces, so that two removals cannot
 * both see the other one left.
 */
export async function deleteWorkspace(
  orm: Orm,
  organizationId: string,
  id: string,
): Promise<boolean> {
  const rows = await orm
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(eq(workspaces.organizationId, organizationId))
    .orderBy(asc(workspaces.id))
    .for('update')
  if (rows.length < 2) return false
  await orm
    .delete(workspaces)
    .where(and(eq(workspaces.organizationId, organizationId), eq(workspaces.id, id)))
  return true
}
