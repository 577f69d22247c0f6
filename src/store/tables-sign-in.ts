import { index, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea } from './tables-credentials.ts'
import { moment, organizations, users } from './tables-tenancy.ts'

/** Links that sign a person in once. Only the SHA-256 of the token is here. */
export const signInTokens = pgTable('sign_in_tokens', {
  hash: bytea('hash').primaryKey(),
  organizationId: uuid('organization_id')
    .notNull()
    .references(() => organizations.id, { onDelete: 'cascade' }),
  userId: uuid('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  createdAt: moment('created_at').notNull().defaultNow(),
  expiresAt: moment('expires_at').notNull(),
})

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
