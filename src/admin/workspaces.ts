import { Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import { newId } from '../base/id.ts'
import type { Orm } from '../store/database.ts'
import { createWorkspace } from '../store/members.ts'
import {
  deleteWorkspace,
  listWorkspaces,
  readWorkspace,
  updateWorkspace,
  type WorkspaceRow,
} from '../store/workspaces.ts'
import { workspacePermissions } from './guard.ts'
import { ID_PARAMS } from './id-params.ts'
import { route } from './route.ts'
import { iso } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'
import { write } from './write.ts'

const NAME = t.String({ minLength: 1, maxLength: 200, pattern: '\\S' })

const WORKSPACE = t.Object({
  id: uuid(),
  organization_id: uuid(),
  display_name: t.String(),
  tenant_handle: t.String(),
  capture_content: t.Boolean({ description: 'Whether redacted content is kept in traces.' }),
  created_at: moment(),
})

/** Workspaces: what calls, keys and secrets belong to. */
export const WORKSPACE_ROUTES = [
  route({
    method: 'GET',
    path: '/workspaces',
    tag: 'workspaces',
    summary: 'List workspaces',
    says: 'A bare array, oldest first: all of the organisation for who reads the organisation, else those of the key.',
    needs: [],
    scope: 'organization',
    answer: { status: 200, says: 'The workspaces.', shape: t.Array(WORKSPACE) },
    async handle({ deps, caller }) {
      const all = await listWorkspaces(deps.database.orm, caller.organizationId)
      const seen = all.filter(
        ({ id }) =>
          caller.permissions.has('organization:read') ||
          workspacePermissions(caller.key, id).has('workspaces:read'),
      )
      return { status: 200, body: seen.map(workspaceOnWire) }
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces',
    tag: 'workspaces',
    summary: 'Create a workspace',
    says: 'With its trace project `gateway`, without keys and secrets.',
    needs: ['organization:manage'],
    scope: 'organization',
    body: t.Object(
      {
        display_name: NAME,
        tenant_handle: t.Optional(t.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' })),
      },
      { additionalProperties: false, examples: [{ display_name: 'Team blue' }] },
    ),
    answer: { status: 201, says: 'The workspace.', shape: WORKSPACE },
    fails: ['conflict'],
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const { caller, body, deps } = call
        const handle = body.tenant_handle ?? handleOf(body.display_name, newId(deps.world))
        const id = await createWorkspace(orm, deps.world, {
          organizationId: caller.organizationId,
          displayName: body.display_name,
          handle,
        })
        note({
          operation: 'create_workspace',
          workspaceId: id,
          resource: { kind: 'workspace', id },
          details: { display_name: body.display_name, tenant_handle: handle },
        })
        return { status: 201, body: await current(orm, caller.organizationId, id) }
      }),
  }),
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
      const found = await current(deps.database.orm, caller.organizationId, caller.workspaceId)
      return { status: 200, body: { ...found, permissions: [...caller.permissions].sort() } }
    },
  }),
  route({
    method: 'PATCH',
    path: '/workspaces/:id',
    tag: 'workspaces',
    summary: 'Change a workspace',
    says: 'Renames it, or allows traces to keep content in its redacted form.',
    needs: ['workspaces:manage'],
    scope: 'named',
    params: ID_PARAMS,
    body: t.Object(
      { display_name: t.Optional(NAME), capture_content: t.Optional(t.Boolean()) },
      { additionalProperties: false, minProperties: 1, examples: [{ display_name: 'Team red' }] },
    ),
    answer: { status: 200, says: 'The workspace after the change.', shape: WORKSPACE },
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const { caller, body, deps } = call
        const { organizationId, workspaceId } = caller
        await updateWorkspace(
          orm,
          deps.world,
          { organizationId, id: workspaceId },
          {
            displayName: body.display_name,
            captureContent: body.capture_content,
          },
        )
        note({
          operation: 'update_workspace',
          workspaceId,
          resource: { kind: 'workspace', id: workspaceId },
          details: { ...body },
        })
        return { status: 200, body: await current(orm, organizationId, workspaceId) }
      }),
  }),
  route({
    method: 'DELETE',
    path: '/workspaces/:id',
    tag: 'workspaces',
    summary: 'Delete a workspace',
    says: 'With its secrets, memberships and trace projects; keys that worked only there stop. Traces and spend stay on record. The last workspace stays.',
    needs: ['organization:manage'],
    scope: 'named',
    params: ID_PARAMS,
    answer: { status: 204, says: 'It is gone.' },
    fails: ['conflict'],
    handle: (call) =>
      write(call, async ({ orm, note }) => {
        const { organizationId, workspaceId } = call.caller
        if (!(await deleteWorkspace(orm, organizationId, workspaceId)))
          throw new Failure('conflict', { says: 'The last workspace cannot be deleted.' })
        note({
          operation: 'delete_workspace',
          workspaceId,
          resource: { kind: 'workspace', id: workspaceId },
          details: {},
        })
        return { status: 204 }
      }),
  }),
]

/** A handle from a name; two names that look alike get different ones. */
function handleOf(displayName: string, id: string): string {
  const words = displayName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return `${words.slice(0, 48)}-${id.slice(-6)}`.replace(/^-/, '')
}

async function current(
  orm: Orm,
  organizationId: string,
  id: string,
): Promise<Record<string, unknown>> {
  const found = await readWorkspace(orm, organizationId, id)
  if (!found) throw new Failure('not_found', { says: 'There is no such workspace.' })
  return workspaceOnWire(found)
}

function workspaceOnWire(row: WorkspaceRow): Record<string, unknown> {
  return {
    id: row.id,
    organization_id: row.organizationId,
    display_name: row.displayName,
    tenant_handle: row.handle,
    capture_content: row.captureContent,
    created_at: iso(row.createdAtMs),
  }
}
