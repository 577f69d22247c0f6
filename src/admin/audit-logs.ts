import { Type as t } from '@sinclair/typebox'
import type { AuditRow } from '../store/audit.ts'
import { listAudit, verifyAudit } from '../store/audit-reads.ts'
import type { AdminDeps } from './deps.ts'
import { type Caller, workspaceCaller } from './guard.ts'
import { ocsfOf } from './ocsf.ts'
import { PAGE_MAX, PAGE_QUERY, pageShape } from './page-shape.ts'
import { route, unprocessable } from './route.ts'
import { iso } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'

const ID = '019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d'
const ENTRY = t.Object(
  {
    id: uuid(),
    seq: t.Integer({ description: '1, 2, 3, … without gaps in the organisation.' }),
    time: moment(),
    operation: t.String(),
    workspace_id: t.Union([t.String(), t.Null()]),
    resource: t.Object({ kind: t.String(), id: t.String() }),
    actor: t.Object({
      api_key_id: t.Union([t.String(), t.Null()]),
      api_key_short: t.Union([t.String(), t.Null()]),
      user_id: t.Union([t.String(), t.Null()]),
    }),
    request_id: t.String(),
    details: t.Object({}, { additionalProperties: true }),
  },
  {
    additionalProperties: true,
    examples: [
      {
        id: ID,
        seq: 1,
        time: '2026-11-22T07:00:00.000Z',
        operation: 'create_service_key',
        workspace_id: null,
        resource: { kind: 'service_key', id: ID },
        actor: { api_key_id: ID, api_key_short: 'a1B2c3D4e5F6', user_id: null },
        request_id: ID,
        details: {},
      },
    ],
  },
)

/** Who changed what. */
export const AUDIT_ROUTES = [
  route({
    method: 'GET',
    path: '/audit-logs',
    tag: 'audit',
    summary: 'Read the audit log',
    says: 'Newest first. `format=ocsf` gives each entry as OCSF 1.7.0 API Activity (class 6003).',
    needs: [],
    needsSays:
      'Needs: `audit:read` in the organisation, or in a workspace for the entries of that workspace.',
    scope: 'organization',
    query: t.Object(
      {
        ...PAGE_QUERY,
        start_time: t.Optional(moment()),
        end_time: t.Optional(moment()),
        operations: t.Optional(t.Array(t.String({ maxLength: 100 }), { maxItems: 50 })),
        workspace_id: t.Optional(uuid()),
        format: t.Optional(t.Union([t.Literal('plain'), t.Literal('ocsf')])),
      },
      { additionalProperties: false },
    ),
    answer: { status: 200, says: 'One page of entries.', shape: pageShape(ENTRY) },
    fails: ['permission_missing', 'not_found'],
    async handle({ deps, caller, query, headers }) {
      const workspaceId = caller.permissions.has('audit:read')
        ? query.workspace_id
        : await ownWorkspace(caller, headers, deps)
      const limit = query.limit ?? PAGE_MAX
      const rows = await listAudit(deps.database.orm, caller.organizationId, {
        fromMs: query.start_time === undefined ? undefined : Date.parse(query.start_time),
        toMs: query.end_time === undefined ? undefined : Date.parse(query.end_time),
        operations: query.operations,
        workspaceId,
        before: query.cursor === undefined ? undefined : seqOf(query.cursor),
        limit: limit + 1,
      })
      const page = rows.slice(0, limit)
      const more = rows.length > limit
      const last = page.at(-1)
      const onWire = query.format === 'ocsf' ? ocsfOf : entryOnWire
      return {
        status: 200,
        body: {
          data: page.map(onWire),
          next_cursor: more && last ? Buffer.from(String(last.seq)).toString('base64url') : null,
          has_more: more,
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/audit-logs/verify',
    tag: 'audit',
    summary: 'Check the chain of the audit log',
    says: 'Recomputes the hash of every entry of the organisation from the first on: tells when one was changed, moved, taken out or cut off the end.',
    needs: ['audit:read'],
    scope: 'organization',
    answer: {
      status: 200,
      says: 'What was found.',
      shape: t.Object({
        intact: t.Boolean(),
        rows: t.Integer({ description: 'Entries that were checked and are as they were written.' }),
        fault: t.Union([t.Object({ seq: t.Integer(), why: t.String() }), t.Null()]),
      }),
    },
    async handle({ deps, caller }) {
      const { rows, broken } = await verifyAudit(deps.database.orm, caller.organizationId)
      const [first] = broken
      const fault = first ? { seq: first.seq, why: first.why } : null
      return { status: 200, body: { intact: fault === null, rows, fault } }
    },
  }),
]

/** The only workspace whose entries this caller may read. */
async function ownWorkspace(caller: Caller, headers: Headers, deps: AdminDeps): Promise<string> {
  const tenant = headers.get('x-tenant-id')
  const own = await workspaceCaller(caller.key, tenant, ['audit:read'], deps.database.orm)
  return own.workspaceId
}

function seqOf(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString()
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw unprocessable([{ in: 'query', pointer: '/cursor', detail: 'Not a cursor of this list' }])
}

function entryOnWire(row: AuditRow): Record<string, unknown> {
  return {
    id: row.id,
    seq: row.seq,
    time: iso(row.atMs),
    operation: row.operation,
    workspace_id: row.workspaceId ?? null,
    resource: row.resource,
    actor: {
      api_key_id: row.actor.keyId ?? null,
      api_key_short: row.actor.keyShort ?? null,
      user_id: row.actor.userId ?? null,
    },
    request_id: row.requestId,
    details: row.details,
  }
}
