import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { newId } from '../base/id.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { World } from '../base/world.ts'
import type { Orm } from './database.ts'
import { auditHeads, auditLog } from './tables.ts'

/** What was done, in the original's words where it has them. */
export type AuditOperation =
  | 'update_organization'
  | 'create_workspace'
  | 'update_workspace'
  | 'delete_workspace'
  | 'create_role'
  | 'update_role'
  | 'delete_role'
  | 'add_organization_member'
  | 'update_organization_member'
  | 'remove_organization_member'
  | 'add_workspace_member'
  | 'update_workspace_member'
  | 'remove_workspace_member'
  | 'create_service_key'
  | 'update_service_key'
  | 'rotate_service_key'
  | 'delete_service_key'
  | 'create_personal_access_token'
  | 'update_personal_access_token'
  | 'rotate_personal_access_token'
  | 'delete_personal_access_token'
  | 'update_workspace_secrets'
  | 'create_gateway_policy'
  | 'update_gateway_policy'
  | 'delete_gateway_policy'
  | 'sign_in'
  | 'sign_out'
  | 'set_password'
  | 'create_password_link'
  | 'read_content'
  | 'replay_parked'
  | 'create_organization'
  | 'rewrap_secrets'
  | 'create_model_price'
  | 'update_model_price'
  | 'delete_model_price'
  | 'update_issue'

/** One thing that was done. `details` never holds a secret's value. */
export interface AuditFact {
  readonly operation: AuditOperation
  readonly workspaceId?: string
  readonly resource: { readonly kind: string; readonly id: string }
  readonly details: JsonObject
}

/** Who did it, by which request. */
export interface AuditActor {
  readonly organizationId: string
  readonly keyId: string | undefined
  readonly keyShort: string | undefined
  readonly userId: string | undefined
  readonly requestId: string
}

/** A row of the log with its place in the chain. */
export interface AuditRow {
  readonly organizationId: string
  readonly seq: number
  readonly id: string
  readonly atMs: number
  readonly operation: string
  readonly workspaceId: string | undefined
  readonly resource: { readonly kind: string; readonly id: string }
  readonly actor: Omit<AuditActor, 'organizationId' | 'requestId'>
  readonly requestId: string
  readonly details: JsonObject
}

/** What the first row of a chain continues. */
export const CHAIN_START = new Uint8Array(32)

/**
 * Appends facts to the organisation's chain, inside the transaction that makes the change. Locks the chain's head
 * last of all, so that appending can only wait, never deadlock, for another append.
 */
export async function appendAudit(
  orm: Orm,
  world: World,
  actor: AuditActor,
  facts: readonly AuditFact[],
): Promise<void> {
  if (facts.length === 0) return
  const { organizationId } = actor
  await orm
    .insert(auditHeads)
    .values({ organizationId, seq: 0, hash: CHAIN_START })
    .onConflictDoNothing()
  const ofChain = eq(auditHeads.organizationId, organizationId)
  const [head] = await orm.select().from(auditHeads).where(ofChain).for('update')
  if (!head) throw new Error('the head of an audit chain is gone')
  let { seq, hash } = head
  const rows: (typeof auditLog.$inferInsert)[] = []
  for (const fact of facts) {
    seq++
    const row: AuditRow = {
      organizationId,
      seq,
      id: newId(world),
      atMs: world.clock.now(),
      operation: fact.operation,
      workspaceId: fact.workspaceId,
      resource: fact.resource,
      actor: { keyId: actor.keyId, keyShort: actor.keyShort, userId: actor.userId },
      requestId: actor.requestId,
      details: fact.details,
    }
    const previous = hash
    hash = hashOf(previous, row)
    rows.push(columnsOf(row, previous, hash))
  }
  await orm.insert(auditLog).values(rows)
  await orm.update(auditHeads).set({ seq, hash }).where(ofChain)
}

/** SHA-256 over the row before and this row's canonical text. */
export function hashOf(previous: Uint8Array, row: AuditRow): Uint8Array {
  return createHash('sha256')
    .update(previous)
    .update(canonical(textOf(row)))
    .digest()
}

function textOf(row: AuditRow): Json {
  return {
    organization_id: row.organizationId,
    seq: row.seq,
    id: row.id,
    at: new Date(row.atMs).toISOString(),
    operation: row.operation,
    workspace_id: row.workspaceId ?? null,
    resource: { kind: row.resource.kind, id: row.resource.id },
    actor: {
      key_id: row.actor.keyId ?? null,
      key_short: row.actor.keyShort ?? null,
      user_id: row.actor.userId ?? null,
    },
    request_id: row.requestId,
    details: row.details,
  }
}

/** JSON text with sorted members, so that a round through jsonb changes nothing. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.keys(value).sort()
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(',')}}`
}

function columnsOf(
  row: AuditRow,
  previous: Uint8Array,
  hash: Uint8Array,
): typeof auditLog.$inferInsert {
  return {
    organizationId: row.organizationId,
    seq: row.seq,
    id: row.id,
    at: new Date(row.atMs),
    operation: row.operation,
    workspaceId: row.workspaceId ?? null,
    resourceKind: row.resource.kind,
    resourceId: row.resource.id,
    actorKeyId: row.actor.keyId ?? null,
    actorKeyShort: row.actor.keyShort ?? null,
    actorUserId: row.actor.userId ?? null,
    requestId: row.requestId,
    details: row.details,
    previous,
    hash,
  }
}
