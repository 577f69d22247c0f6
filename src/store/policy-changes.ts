import { and, desc, eq } from 'drizzle-orm'
import type { JsonObject } from '../base/json.ts'
import type { Orm } from './database.ts'
import { auditLog } from './tables.ts'

/** One change of a policy, as the audit log keeps it. */
export interface PolicyChange {
  readonly id: string
  readonly atMs: number
  readonly operation: string
  readonly keyShort: string | undefined
  readonly userId: string | undefined
  readonly details: JsonObject
}

/** The newest changes of one policy of an organisation first, at most `limit`. */
export async function policyChanges(
  orm: Orm,
  organizationId: string,
  policyId: string,
  limit: number,
): Promise<PolicyChange[]> {
  const rows = await orm
    .select()
    .from(auditLog)
    .where(
      and(
        eq(auditLog.organizationId, organizationId),
        eq(auditLog.resourceKind, 'gateway_policy'),
        eq(auditLog.resourceId, policyId),
      ),
    )
    .orderBy(desc(auditLog.seq))
    .limit(limit)
  return rows.map((row) => ({
    id: row.id,
    atMs: row.at.getTime(),
    operation: row.operation,
    keyShort: row.actorKeyShort ?? undefined,
    userId: row.actorUserId ?? undefined,
    details: row.details,
  }))
}
