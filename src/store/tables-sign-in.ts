import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytea } from './tables-credentials.ts'
import { moment, organizations, orgMemberships, users } from './tables-tenancy.ts'

/** Links that work once: for signing in, or for setting a password. Only the SHA-256 of the token is here. */
export const signInTokens = pgTable(
  'sign_in_tokens',
  {
    hash: bytea('hash').primaryKey(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    purpose: text('purpose').$type<'sign_in' | 'password'>().notNull().default('sign_in'),
    createdAt: moment('created_at').notNull().defaultNow(),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [check('sign_in_tokens_purpose', sql`${table.purpose} in ('sign_in', 'password')`)],
)

/**
 * A password belongs to a membership, not to the person: an organisation's administrators may hand out links that set
 * it, and must not reach the person's other organisations with one.
 */
export const memberPasswords = pgTable(
  'member_passwords',
  {
    organizationId: uuid('organization_id').notNull(),
    userId: uuid('user_id').notNull(),
    /** Argon2id in the PHC string format, salt and parameters included. */
    hash: text('hash').notNull(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.userId] }),
    foreignKey({
      name: 'member_passwords_membership',
      columns: [table.organizationId, table.userId],
      foreignColumns: [orgMemberships.organizationId, orgMemberships.userId],
    }).onDelete('cascade'),
  ],
)

/** Who a person is at an identity provider. An address can change hands there; issuer and subject cannot. */
export const userIdentities = pgTable(
  'user_identities',
  {
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.issuer, table.subject] }),
    unique('user_identities_once').on(table.userId, table.issuer),
  ],
)

/** The `state` of each sign-in at an identity provider that succeeded, until it could not be sent again anyway. */
export const spentStates = pgTable(
  'spent_states',
  {
    hash: bytea('hash').primaryKey(),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [index('spent_states_age').on(table.expiresAt)],
)

/** Who is signed in at the console. Only the SHA-256 of the cookie is here. */
export const consoleSessions = pgTable(
  'console_sessions',
  {
    id: uuid('id').primaryKey(),
    hash: bytea('hash').notNull(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    userAgent: text('user_agent'),
    createdAt: moment('created_at').notNull().defaultNow(),
    lastSeenAt: moment('last_seen_at').notNull().defaultNow(),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [
    unique('console_sessions_hash').on(table.hash),
    index('console_sessions_user').on(table.userId),
  ],
)
