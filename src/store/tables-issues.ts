import { sql } from 'drizzle-orm'
import {
  bigint,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { moment } from './tables-tenancy.ts'

/**
 * What policies and books have to complain about, one row per policy, subject and kind, however often it happens.
 * No foreign keys: an issue outlives the policy and the key it names.
 */
export const issues = pgTable(
  'issues',
  {
    id: uuid('id').primaryKey(),
    organizationId: uuid('organization_id').notNull(),
    workspaceId: uuid('workspace_id').notNull(),
    kind: text('kind').notNull(),
    /** Empty when no policy is involved, so that the uniqueness below holds. */
    policyId: text('policy_id').notNull(),
    policyName: text('policy_name').notNull(),
    subjectKind: text('subject_kind').notNull(),
    subject: text('subject').notNull(),
    /** 0 urgent … 3 low. */
    severity: integer('severity').notNull(),
    status: text('status').notNull().default('open'),
    count: bigint('count', { mode: 'number' }).notNull().default(0),
    firstSeenAt: moment('first_seen_at').notNull(),
    lastSeenAt: moment('last_seen_at').notNull(),
    /** When the status last changed; a resolved issue reopens with a call that ended after it. */
    changedAt: moment('changed_at').notNull().defaultNow(),
    reopened: integer('reopened').notNull().default(0),
  },
  (table) => [
    unique('issues_what').on(table.workspaceId, table.kind, table.policyId, table.subject),
    index('issues_recent').on(table.workspaceId, table.lastSeenAt),
  ],
)

/** Which calls an issue was seen in. The key makes counting exact however often a call's event comes. */
export const issueSightings = pgTable(
  'issue_sightings',
  {
    issueId: uuid('issue_id').notNull(),
    runId: uuid('run_id').notNull(),
    seenAt: moment('seen_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.issueId, table.runId] }),
    index('issue_sightings_age').on(table.seenAt),
  ],
)

/** What people are to be told of: an issue that opened, or opened again. Delivered at least once, given up after some attempts. */
export const issueNotices = pgTable(
  'issue_notices',
  {
    issueId: uuid('issue_id').notNull(),
    /** How often the issue had reopened: 0 for the first time. With the issue's id it names the notice. */
    occurrence: integer('occurrence').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    attempts: integer('attempts').notNull().default(0),
    nextAt: moment('next_at').notNull().defaultNow(),
    /** Delivered or given up: nothing more to do. */
    doneAt: moment('done_at'),
    lastFailure: text('last_failure'),
  },
  (table) => [
    primaryKey({ columns: [table.issueId, table.occurrence] }),
    index('issue_notices_due').on(table.nextAt).where(sql`${table.doneAt} is null`),
  ],
)
