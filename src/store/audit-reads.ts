import { and, asc, desc, eq, gt, gte, inArray, lt } from 'drizzle-orm'
import { type AuditRow, CHAIN_START, hashOf } from './audit.ts'
import type { Orm } from './database.ts'
import { auditHeads, auditLog } from './tables.ts'

/** Which rows; every given condition must hold. */
export interface AuditFilter {
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
  readonly operations?: readonly string[] | undefined
  readonly workspaceId?: string | undefined
  /** The sequence number of the last row already seen. */
  readonly before?: number | undefined
  readonly limit: number
}

/** The newest rows of an organisation first. */
export async function listAudit(
  orm: Orm,
  organizationId: string,
  filter: AuditFilter,
): Promise<AuditRow[]> {
  const rows = await orm
    .select()
    .from(auditLog)
    .where(
      and(
        eq(auditLog.organizationId, organizationId),
        filter.fromMs === undefined ? undefined : gte(auditLog.at, new Date(filter.fromMs)),
        filter.toMs === undefined ? undefined : lt(auditLog.at, new Date(filter.toMs)),
        filter.operations && inArray(auditLog.operation, [...filter.operations]),
        filter.workspaceId === undefined ? undefined : eq(auditLog.workspaceId, filter.workspaceId),
        filter.before === undefined ? undefined : lt(auditLog.seq, filter.before),
      ),
    )
    .orderBy(desc(auditLog.seq))
    .limit(filter.limit)
  return rows.map(rowOf)
}

type Stored = typeof auditLog.$inferSelect

function rowOf(row: Stored): AuditRow {
  return {
    organizationId: row.organizationId,
    seq: row.seq,
    id: row.id,
    atMs: row.at.getTime(),
    operation: row.operation,
    workspaceId: row.workspaceId ?? undefined,
    resource: { kind: row.resourceKind, id: row.resourceId },
    actor: {
      keyId: row.actorKeyId ?? undefined,
      keyShort: row.actorKeyShort ?? undefined,
      userId: row.actorUserId ?? undefined,
    },
    requestId: row.requestId,
    details: row.details,
  }
}

/** What checking the chains found. */
export interface AuditVerdict {
  readonly organizations: number
  readonly rows: number
  /** The first fault of each broken chain. */
  readonly broken: readonly {
    readonly organizationId: string
    readonly seq: number
    readonly why: string
  }[]
}

const VERIFY_BATCH = 1000

/**
 * Recomputes every chain, or that of one organisation, from its start: no row missing, changed, moved or cut off the end.
 */
export async function verifyAudit(orm: Orm, organizationId?: string): Promise<AuditVerdict> {
  const only = (column: typeof auditHeads.organizationId | typeof auditLog.organizationId) =>
    organizationId === undefined ? undefined : eq(column, organizationId)
  const heads = await orm
    .select()
    .from(auditHeads)
    .where(only(auditHeads.organizationId))
    .orderBy(asc(auditHeads.organizationId))
  const chains = await orm
    .selectDistinct({ organizationId: auditLog.organizationId })
    .from(auditLog)
    .where(only(auditLog.organizationId))
  const broken: { organizationId: string; seq: number; why: string }[] = []
  for (const { organizationId } of chains)
    if (!heads.some((head) => head.organizationId === organizationId))
      broken.push({ organizationId, seq: 0, why: 'the head of the chain is missing' })
  let rows = 0
  for (const head of heads) {
    const found = await verifyChain(orm, head.organizationId, head.seq, head.hash)
    rows += found.rows
    if (found.fault) broken.push({ organizationId: head.organizationId, ...found.fault })
  }
  return { organizations: heads.length, rows, broken }
}

async function verifyChain(
  orm: Orm,
  organizationId: string,
  lastSeq: number,
  lastHash: Uint8Array,
): Promise<{ rows: number; fault?: { seq: number; why: string } }> {
  let previous: Uint8Array = CHAIN_START
  let seq = 0
  for (;;) {
    const batch = await orm
      .select()
      .from(auditLog)
      .where(and(eq(auditLog.organizationId, organizationId), gt(auditLog.seq, seq)))
      .orderBy(asc(auditLog.seq))
      .limit(VERIFY_BATCH)
    for (const stored of batch) {
      const row = rowOf(stored)
      if (row.seq !== seq + 1) return { rows: seq, fault: { seq: seq + 1, why: 'row is missing' } }
      if (!same(stored.previous, previous))
        return { rows: seq, fault: { seq: row.seq, why: 'does not continue the row before' } }
      if (!same(stored.hash, hashOf(previous, row)))
        return { rows: seq, fault: { seq: row.seq, why: 'row was changed' } }
      previous = stored.hash
      seq = row.seq
    }
    if (batch.length < VERIFY_BATCH) break
  }
  if (seq !== lastSeq || !same(previous, lastHash))
    return { rows: seq, fault: { seq: lastSeq, why: 'rows were cut off the end' } }
  return { rows: seq }
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0
}
