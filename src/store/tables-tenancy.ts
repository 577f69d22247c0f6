import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type { JsonObject } from '../base/json.ts'

/** A moment with milliseconds, as every clock of the gateway gives it. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** An organisation: the tenant. `llm_gateway_enabled` off means 403 for calls and policy management. */
export const organizations = pgTable('organizations', {
  id: uuid('id').primaryKey(),
  displayName: text('display_name').notNull(),
  llmGatewayEnabled: boolean('llm_gateway_enabled').notNull().default(true),
  settings: jsonb('settings').$type<JsonObject>().notNull().default({}),
  createdAt: moment('created_at').notNull().defaultNow(),
  updatedAt: moment('updated_at').notNull().defaultNow(),
})

/** A workspace: what a call belongs to. `capture_content` allows redacted content in traces. */
export const workspaces = pgTable(
  'workspaces',
  {
    id: uuid('id').primaryKey(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    displayName: text('display_name').notNull(),
    handle: text('handle').notNull(),
    captureContent: boolean('capture_content').notNull().default(false),
    settings: jsonb('settings').$type<JsonObject>().notNull().default({}),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [unique('workspaces_handle').on(table.organizationId, table.handle)],
)

/** A person. Passwords and sessions are the console's own tables. */
export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey(),
    email: text('email').notNull(),
    displayName: text('display_name').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [uniqueIndex('users_email').on(sql`lower(${table.email})`)],
)

/** A set of permissions. Built-in roles have a `name` and never change; custom ones have none. */
export const roles = pgTable(
  'roles',
  {
    id: uuid('id').primaryKey(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    name: text('name'),
    displayName: text('display_name').notNull(),
    description: text('description').notNull().default(''),
    accessScope: text('access_scope').$type<'organization' | 'workspace'>().notNull(),
    permissions: text('permissions').array().notNull(),
    builtIn: boolean('built_in').notNull().default(false),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    unique('roles_name').on(table.organizationId, table.name),
    unique('roles_display_name').on(table.organizationId, table.displayName),
    check('roles_access_scope', sql`${table.accessScope} in ('organization', 'workspace')`),
  ],
)

/** Who belongs to an organisation, with an organisation role. */
export const orgMemberships = pgTable(
  'org_memberships',
  {
    id: uuid('id').primaryKey(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    roleId: uuid('role_id')
      .notNull()
      .references(() => roles.id),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [unique('org_memberships_once').on(table.organizationId, table.userId)],
)

/** Who works in a workspace, with a workspace role. */
export const workspaceMemberships = pgTable(
  'workspace_memberships',
  {
    id: uuid('id').primaryKey(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    roleId: uuid('role_id')
      .notNull()
      .references(() => roles.id),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [
    unique('workspace_memberships_once').on(table.workspaceId, table.userId),
    index('workspace_memberships_user').on(table.userId),
  ],
)

/** One row: how many changes caches must know of. Each bump is also a notice on `sluice_changes`. */
export const changes = pgTable('changes', {
  id: integer('id').primaryKey(),
  version: bigint('version', { mode: 'number' }).notNull(),
})
