import type { JsonObject } from '../base/json.ts'
import { type AuditRow, CHAIN_START, hashOf } from './audit.ts'
import type { Database } from './database.ts'

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

interface Stored {
  readonly organization_id: string
  readonly seq: bigint
  readonly id: string
  readonly at: Date
  readonly operation: string
  readonly workspace_id: string | null
  readonly resource_kind: string
  readonly resource_id: string
  readonly actor_key_id: string | null
  readonly actor_key_short: string | null
  readonly actor_user_id: string | null
  readonly request_id: string
  readonly details: JsonObject
  readonly previous: Uint8Array
  readonly hash: Uint8Array
}

/** The newest rows of an organisation first. */
export async function listAudit(
  database: Database,
  organizationId: string,
  filter: AuditFilter,
): Promise<AuditRow[]> {
  const { sql } = database
  const from = filter.fromMs === undefined ? sql`` : sql`and at >= ${new Date(filter.fromMs)}`
  const to = filter.toMs === undefined ? sql`` : sql`and at < ${new Date(filter.toMs)}`
  const kinds = filter.operations
    ? sql`and operation = any(${[...filter.operations]}::text[])`
    : sql``
  const where = filter.workspaceId ? sql`and workspace_id = ${filter.workspaceId}` : sql``
  const before = filter.before === undefined ? sql`` : sql`and seq < ${filter.before}`
  const rows = await sql<Stored[]>`
    select * from audit_log where organization_id = ${organizationId}
    ${from} ${to} ${kinds} ${where} ${before} order by seq desc limit ${filter.limit}`
  return rows.map(rowOf)
}

function rowOf(row: Stored): AuditRow {
  return {
    organizationId: row.organization_id,
    seq: Number(row.seq),
    id: row.id,
    atMs: row.at.getTime(),
    operation: row.operation,
    workspaceId: row.workspace_id ?? undefined,
    resource: { kind: row.resource_kind, id: row.resource_id },
    actor: {
      keyId: row.actor_key_id ?? undefined,
      keyShort: row.actor_key_short ?? undefined,
      userId: row.actor_user_id ?? undefined,
    },
    requestId: row.request_id,
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

/** Recomputes every chain from its start: no row missing, changed, moved or cut off the end. */
export async function verifyAudit(database: Database): Promise<AuditVerdict> {
  const heads = await database.sql<{ organization_id: string; seq: bigint; hash: Uint8Array }[]>`
    select coalesce(h.organization_id, l.organization_id) as organization_id,
           coalesce(h.seq, 0) as seq, coalesce(h.hash, ${CHAIN_START}) as hash
      from audit_heads h
      full join (select distinct organization_id from audit_log) l using (organization_id)
     order by 1`
  let rows = 0
  const broken: { organizationId: string; seq: number; why: string }[] = []
  for (const head of heads) {
    const found = await verifyChain(database, head.organization_id, Number(head.seq), head.hash)
    rows += found.rows
    if (found.fault) broken.push({ organizationId: head.organization_id, ...found.fault })
  }
  return { organizations: heads.length, rows, broken }
}

async function verifyChain(
  database: Database,
  organizationId: string,
  lastSeq: number,
  lastHash: Uint8Array,
): Promise<{ rows: number; fault?: { seq: number; why: string } }> {
  let previous: Uint8Array = CHAIN_START
  let seq = 0
  for (;;) {
    const batch = await database.sql<Stored[]>`
      select * from audit_log where organization_id = ${organizationId} and seq > ${seq}
       order by seq limit ${VERIFY_BATCH}`
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
