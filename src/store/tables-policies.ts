import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type { JsonObject } from '../base/json.ts'
import { moment } from './tables-tenancy.ts'

/** Rules of an organisation. Deleted ones stay as rows, because entries of the ledger name their meters. */
export const policies = pgTable(
  'policies',
  {
    id: uuid('id').primaryKey(),
    organizationId: uuid('organization_id').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    type: text('policy_type').notNull(),
    action: text('action').notNull().default('block'),
    matchers: jsonb('matchers').$type<{ key: string; value: string }[]>().notNull(),
    /** The matchers in one order, for the identity. */
    matchersKey: text('matchers_key').notNull(),
    /** The window of a cap, else empty: with type and matchers it is the identity. */
    windowKey: text('window_key').notNull(),
    config: jsonb('config').$type<JsonObject>().notNull(),
    enabled: boolean('enabled').notNull().default(true),
    priority: integer('priority').notNull().default(0),
    /** The default this one was made from; cleared when it becomes a policy of its own. */
    parentId: uuid('parent_policy_id'),
    systemGenerated: boolean('is_system_generated').notNull().default(false),
    createdBy: text('created_by'),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    uniqueIndex('policies_identity')
      .on(table.organizationId, table.type, table.matchersKey, table.windowKey)
      .where(sql`${table.deletedAt} is null`),
    index('policies_parent').on(table.parentId).where(sql`${table.parentId} is not null`),
  ],
)

/**
 * One number an organisation, raised by every change to its policies. The ledger share-locks it while it decides, so a
 * change waits for decisions under way and later ones see it: a new cap misses nothing.
 */
export const policyVersions = pgTable('policy_versions', {
  organizationId: uuid('organization_id').primaryKey(),
  version: bigint('version', { mode: 'number' }).notNull().default(1),
})

/** What a policy counts. Ids ascend with time and are the order in which accounts are locked. */
export const ledgerMeters = pgTable(
  'ledger_meters',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    organizationId: uuid('organization_id').notNull(),
    policyId: uuid('policy_id').notNull(),
    metric: text('metric').notNull(),
    window: text('window').notNull(),
    /** Null while the policy is disabled or deleted: counted, never refused. */
    limit: bigint('limit_value', { mode: 'bigint' }),
    retired: boolean('retired').notNull().default(false),
  },
  (table) => [
    // A change of matchers gives a policy new meters: their sums are others.
    uniqueIndex('ledger_meters_policy')
      .on(table.policyId, table.metric, table.window)
      .where(sql`not ${table.retired}`),
    index('ledger_meters_organization').on(table.organizationId),
  ],
)

/** An organisation's own prices: they win over the built-in ones from their day on and survive updates. */
export const modelPrices = pgTable(
  'model_prices',
  {
    id: uuid('id').primaryKey(),
    organizationId: uuid('organization_id').notNull(),
    name: text('name').notNull(),
    provider: text('provider').notNull(),
    /** RE2 pattern of the whole model name, in lower case. */
    matchPattern: text('match_pattern').notNull(),
    /** Nanodollars per million tokens by kind, as decimal text: `{"input":"2500000000",…}`. */
    rates: jsonb('rates').$type<JsonObject>().notNull(),
    contextTokens: bigint('context_tokens', { mode: 'number' }),
    outputTokensMax: bigint('output_tokens_max', { mode: 'number' }),
    hidesOutput: boolean('hides_output').notNull().default(false),
    validFrom: moment('valid_from'),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [index('model_prices_organization').on(table.organizationId)],
)
