import type { AuditRow } from '../store/audit.ts'

/** API Activity of the Application Activity category. Source: schema.ocsf.io, version 1.7.0. */
const CLASS = { uid: 6003, name: 'API Activity', category: 6 }
const ACTIVITIES = { create: 1, read: 2, update: 3, delete: 4, other: 99 } as const

/** An entry of the audit log as an OCSF 1.7.0 event. Only successful changes are logged, hence `status_id` 1. */
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
    api: { operation: row.operation, request: { uid: row.requestId } },
    resources: [{ uid: row.resource.id, type: row.resource.kind }],
    unmapped: { workspace_id: row.workspaceId ?? null, details: row.details },
  }
}

function verbOf(operation: string): keyof typeof ACTIVITIES {
  const verb = operation.split('_')[0]
  if (verb === 'create' || verb === 'add') return 'create'
  if (verb === 'update' || verb === 'rotate') return 'update'
  if (verb === 'delete' || verb === 'remove') return 'delete'
  return 'other'
}
