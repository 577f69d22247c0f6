import type { AuditRow } from '../store/audit.ts'

/** API Activity of the Application Activity category. Source: schema.ocsf.io, version 1.7.0. */
const CLASS = { uid: 6003, name: 'API Activity', category: 6 }
const ACTIVITIES = { create: 1, read: 2, update: 3, delete: 4, other: 99 } as const

/** An entry of the audit log as an OCSF 1.7.0 event. Only what succeeded is logged, hence `status_id` 1. */
export function ocsfOf(row: AuditRow): Record<string, unknown> {
  const activity = ACTIVITIES[verbOf(row.operation)]
  return {
    category_uid: CLASS.category,
    class_uid: CLASS.uid,
    class_name: CLASS.name,
    activity_id: activity,
    type_uid: CLASS.uid * 100 + activity,
    severity_id: 1,
    status_id: 1,
    time: row.atMs,
    metadata: {
      version: '1.7.0',
      uid: row.id,
      sequence: row.seq,
      product: { name: 'Sluice', vendor_name: 'Sluice' },
    },
    actor: {
      user: {
        uid: row.actor.userId ?? row.actor.keyId ?? null,
        type_id: row.actor.userId === undefined ? 3 : 1,
        org: { uid: row.organizationId },
        credential_uid: row.actor.keyId ?? null,
      },
    },
    src_endpoint: { name: sourceOf(row) },
    api: { operation: row.operation, request: { uid: row.requestId } },
    resources: [{ uid: row.resource.id, type: row.resource.kind }],
    unmapped: { workspace_id: row.workspaceId ?? null, details: row.details },
  }
}

/** The class wants to know from where; addresses are not kept, but the way in is. */
function sourceOf({ actor }: AuditRow): string {
  if (actor.keyShort === 'session') return 'console'
  if (actor.keyId !== undefined) return 'api'
  return actor.userId === undefined ? 'command line' : 'sign-in'
}

/** By the first word of an operation. */
const VERBS: Readonly<Record<string, keyof typeof ACTIVITIES>> = {
  create: 'create',
  add: 'create',
  read: 'read',
  update: 'update',
  rotate: 'update',
  set: 'update',
  rewrap: 'update',
  delete: 'delete',
  remove: 'delete',
}

function verbOf(operation: string): keyof typeof ACTIVITIES {
  return VERBS[operation.split('_')[0] ?? ''] ?? 'other'
}
