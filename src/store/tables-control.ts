import { bigint, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import type { JsonObject } from '../base/json.ts'
import { bytea } from './tables-credentials.ts'
import { moment } from './tables-tenancy.ts'

/**
 * Who changed what: one chain of hashes per organisation, written in the transaction of the change. Triggers refuse
 * to change or remove rows. No foreign keys: the record outlives what it tells of.
 */
export const auditLog = pgTable(
  'audit_log',
  {
    organizationId: uuid('organization_id').notNull(),
    /** 1, 2, 3, … without gaps. */
    seq: bigint('seq', { mode: 'number' }).notNull(),
    id: uuid('id').notNull(),
    at: moment('at').notNull(),
    operation: text('operation').notNull(),
    workspaceId: uuid('workspace_id'),
    resourceKind: text('resource_kind').notNull(),
    resourceId: text('resource_id').notNull(),
    actorKeyId: uuid('actor_key_id'),
    actorKeyShort: text('actor_key_short'),
    actorUserId: uuid('actor_user_id'),
    requestId: uuid('request_id').notNull(),
    details: jsonb('details').$type<JsonObject>().notNull(),
    previous: bytea('previous').notNull(),
    hash: bytea('hash').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.seq] }),
    index('audit_log_time').on(table.organizationId, table.at),
  ],
)

/** The end of each chain: its row is the lock of the chain, and shows when rows were cut off its end. */
export const auditHeads = pgTable('audit_heads', {
  organizationId: uuid('organization_id').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  hash: bytea('hash').notNull(),
})

/** Answers to be repeated when a write is sent again with the same `Idempotency-Key`. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    /** Whose: the gateway key that sent it. */
    keyId: uuid('key_id').notNull(),
    /** SHA-256 of the header's value. */
    name: bytea('name').notNull(),
    /** SHA-256 of method, path, workspace and body. */
    fingerprint: bytea('fingerprint').notNull(),
    status: integer('status').notNull(),
    /** The answer, sealed with a key that only the holder of the gateway key can derive. */
    sealed: bytea('sealed').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.keyId, table.name] }),
    index('idempotency_keys_age').on(table.createdAt),
  ],
)
