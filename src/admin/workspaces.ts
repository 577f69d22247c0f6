import { Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import { readWorkspace, type WorkspaceRow } from '../store/workspaces.ts'
import { type Route, route } from './route.ts'
import { iso } from './run-shape.ts'

const WORKSPACE = t.Object({
  id: t.String({ format: 'uuid' }),
  organization_id: t.String({ format: 'uuid' }),
  display_name: t.String(),
  tenant_handle: t.String(),
  capture_content: t.Boolean({ description: 'Whether redacted content is kept in traces.' }),
  created_at: t.String({ format: 'date-time' }),
})

/** The workspace a key is bound to. */
export const WORKSPACE_ROUTES: readonly Route[] = [
  route({
    method: 'GET',
    path: '/workspaces/current',
    tag: 'workspaces',
    summary: 'Read the current workspace',
    says: 'The workspace this request is about, and what the key may do in it.',
    needs: ['workspaces:read'],
    scope: 'workspace',
    answer: {
      status: 200,
      says: 'The workspace.',
      shape: t.Composite([WORKSPACE, t.Object({ permissions: t.Array(t.String()) })]),
    },
    async handle({ deps, caller }) {
      const found = await readWorkspace(deps.database, caller.organizationId, caller.workspaceId)
      if (!found) throw new Failure('not_found', { says: 'There is no such workspace.' })
      return {
        status: 200,
        body: { ...workspaceOnWire(found), permissions: [...caller.permissions].sort() },
      }
    },
  }),
]

/** A workspace on the wire. */
export function workspaceOnWire(row: WorkspaceRow): Record<string, unknown> {
  return {
    id: row.id,
    organization_id: row.organizationId,
    display_name: row.displayName,
    tenant_handle: row.handle,
    capture_content: row.captureContent,
    created_at: iso(row.createdAtMs),
  }
}
