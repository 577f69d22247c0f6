import { and, asc, eq } from 'drizzle-orm'
import type { Database } from './database.ts'
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
  database: Database,
  organizationId: string,
  id: string,
): Promise<boolean> {
  return (await readWorkspace(database, organizationId, id)) !== undefined
}

/** The organisation's only workspace, or undefined when it has none or several. */
export async function soleWorkspace(
  database: Database,
  organizationId: string,
): Promise<string | undefined> {
  const rows = await database.orm
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(eq(workspaces.organizationId, organizationId))
    .limit(2)
  return rows.length === 1 ? rows[0]?.id : undefined
}

/** One workspace of an organisation. */
export async function readWorkspace(
  database: Database,
  organizationId: string,
  id: string,
): Promise<WorkspaceRow | undefined> {
  const [row] = await database.orm
    .select()
    .from(workspaces)
    .where(and(eq(workspaces.organizationId, organizationId), eq(workspaces.id, id)))
  return row && workspaceOf(row)
}

/** An organisation with more workspaces than this is not served by one list; it needs cursors first. */
const WORKSPACES_MAX = 1000

/** Every workspace of an organisation, oldest first. */
export async function listWorkspaces(
  database: Database,
  organizationId: string,
): Promise<WorkspaceRow[]> {
  const rows = await database.orm
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
