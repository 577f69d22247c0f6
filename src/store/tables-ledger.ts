import { sql } from 'drizzle-orm'
import {
  bigint,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { moment } from './tables-tenancy.ts'

const amount = (name: string) => bigint(name, { mode: 'bigint' }).notNull().default(sql`0`)

/** Whose spend it is: one row for each distinct set of facts that a matcher can ask for. Never changed. */
export const ledgerSubjects = pgTable(
  'ledger_subjects',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    organizationId: uuid('organization_id').notNull(),
    workspaceId: uuid('workspace_id').notNull(),
    userId: uuid('user_id'),
    keyId: uuid('key_id').notNull(),
    provider: text('provider').notNull(),
    model: text('model').notNull(),
    requestModel: text('request_model').notNull(),
    custom: jsonb('custom').$type<Record<string, string>>().notNull(),
    /** SHA-256 over all of the above, in hex: the row's identity. */
    digest: text('digest').notNull(),
  },
  (table) => [
    unique('ledger_subjects_digest').on(table.digest),
    index('ledger_subjects_organization').on(table.organizationId),
  ],
)

/**
 * A meter's state in one window. Used = posted + overage + pending + expired. There is no check against the limit: what
 * a provider has billed is posted even past it.
 */
export const ledgerAccounts = pgTable(
  'ledger_accounts',
  {
    meterId: bigint('meter_id', { mode: 'number' }).notNull(),
    startsAt: moment('starts_at').notNull(),
    /** Final, up to what was held. */
    posted: amount('posted'),
    /** Final, above what was held: the provider billed more than the bound. Zero unless a price is wrong. */
    overage: amount('overage'),
    /** Live holds. */
    pending: amount('pending'),
    /** Holds whose life ended before their truth came: counted in full. */
    expired: amount('expired'),
  },
  (table) => [primaryKey({ columns: [table.meterId, table.startsAt] })],
)

/** One hold: placed once, ended once. `state`: 0 live, 1 expired, 2 settled, 3 void. */
export const ledgerHolds = pgTable(
  'ledger_holds',
  {
    id: uuid('id').primaryKey(),
    /** Null only for a hold that was ended before it was placed. */
    subjectId: bigint('subject_id', { mode: 'number' }),
    processId: uuid('process_id').notNull(),
    state: smallint('state').notNull().default(0),
    meters: bigint('meters', { mode: 'number' }).array().notNull(),
    reservedAt: moment('reserved_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    /** With extensions; the first amount stands in the entries' view. */
    heldNanos: amount('held_nanos'),
    heldTokens: amount('held_tokens'),
    postedNanos: amount('posted_nanos'),
    postedTokens: amount('posted_tokens'),
    endedAt: moment('ended_at'),
  },
  (table) => [
    // Only what is not final: as small as the traffic, however long the history.
    index('ledger_holds_open').on(table.id).where(sql`${table.state} < 2`),
  ],
)

/** Immutable lines: every change to a hold after it was placed. Its placing is the hold's row itself. */
export const ledgerEntries = pgTable(
  'ledger_entries',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    holdId: uuid('hold_id').notNull(),
    /** extend, settle, void, expire, correct. */
    kind: text('kind').notNull(),
    /** The hold after an extension; the amount posted by an end; the hold kept by an expiry. */
    nanos: amount('nanos'),
    tokens: amount('tokens'),
    /** measured, counted or ceiling. */
    basis: text('basis'),
    at: moment('at').notNull(),
  },
  (table) => [index('ledger_entries_hold').on(table.holdId)],
)

/** Sums by subject and hour, kept in the transaction that ends a hold: reports and new caps read these. */
export const ledgerHours = pgTable(
  'ledger_hours',
  {
    subjectId: bigint('subject_id', { mode: 'number' }).notNull(),
    hour: moment('hour').notNull(),
    requests: amount('requests'),
    tokens: amount('tokens'),
    posted: amount('posted_nanos'),
    /** Part of `posted` that the provider told. */
    measured: amount('measured_nanos'),
    expired: amount('expired_nanos'),
    /** Ended calls of a model without a price. */
    unpriced: amount('unpriced'),
  },
  (table) => [
    primaryKey({ columns: [table.subjectId, table.hour] }),
    index('ledger_hours_hour').on(table.hour),
  ],
)

/**
 * What people are to be told of: spend that passed a share of a cap, each once per policy, window and share. The key makes it
 * once, however many exporters look. No foreign key: a notice outlives its policy.
 */
export const budgetAlerts = pgTable(
  'budget_alerts',
  {
    policyId: uuid('policy_id').notNull(),
    window: text('window').notNull(),
    startsAt: moment('starts_at').notNull(),
    percent: integer('percent').notNull(),
    organizationId: uuid('organization_id').notNull(),
    /** Both as they stood when the share was first seen passed, so that a repetition says the same. */
    limit: bigint('limit_value', { mode: 'bigint' }).notNull(),
    posted: amount('posted'),
    createdAt: moment('created_at').notNull().defaultNow(),
    attempts: integer('attempts').notNull().default(0),
    nextAt: moment('next_at').notNull().defaultNow(),
    /** Delivered or given up: nothing more to do. */
    doneAt: moment('done_at'),
    lastFailure: text('last_failure'),
  },
  (table) => [
    primaryKey({ columns: [table.policyId, table.window, table.startsAt, table.percent] }),
    index('budget_alerts_due').on(table.nextAt).where(sql`${table.doneAt} is null`),
  ],
)
