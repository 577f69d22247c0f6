import { sql } from 'drizzle-orm'
import {
  check,
  customType,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { moment, organizations, roles, users, workspaces } from './tables-tenancy.ts'

/** Raw bytes. */
export const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })

/** What callers hold. Only the SHA-256 of the token is here: it is shown once and cannot be read back. */
export const gatewayKeys = pgTable(
  'gateway_keys',
  {
    id: uuid('id').primaryKey(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    short: text('short').notNull(),
    hash: bytea('hash').notNull(),
    /** After a rotation the token before it still works until then. */
    previousHash: bytea('previous_hash'),
    previousUntil: moment('previous_until'),
    kind: text('kind').$type<'service' | 'personal'>().notNull(),
    scope: text('scope').$type<'workspace' | 'organization'>().notNull(),
    /** The person of a personal key; it has that person's permissions. */
    userId: uuid('user_id').references(() => users.id, { onDelete: 'cascade' }),
    description: text('description').notNull().default(''),
    /** The organisation role of an organisation-scoped key. */
    roleId: uuid('role_id').references(() => roles.id),
    expiresAt: moment('expires_at'),
    deactivatedAt: moment('deactivated_at'),
    lastUsedAt: moment('last_used_at'),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    unique('gateway_keys_short').on(table.short),
    index('gateway_keys_organization').on(table.organizationId, table.id),
    index('gateway_keys_user').on(table.userId),
    check('gateway_keys_kind', sql`${table.kind} in ('service', 'personal')`),
    check('gateway_keys_scope', sql`${table.scope} in ('workspace', 'organization')`),
    check('gateway_keys_owner', sql`(${table.kind} = 'personal') = (${table.userId} is not null)`),
    check('gateway_keys_role', sql`${table.scope} = 'workspace' or ${table.roleId} is not null`),
  ],
)

/** In which workspaces a key works, and as what. For a personal key this narrows the person's memberships. */
export const gatewayKeyWorkspaces = pgTable(
  'gateway_key_workspaces',
  {
    keyId: uuid('key_id')
      .notNull()
      .references(() => gatewayKeys.id, { onDelete: 'cascade' }),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    roleId: uuid('role_id')
      .notNull()
      .references(() => roles.id),
  },
  (table) => [
    primaryKey({ columns: [table.keyId, table.workspaceId] }),
    index('gateway_key_workspaces_workspace').on(table.workspaceId),
  ],
)

/** What we hold for providers, sealed: see `secrets.ts` for the envelope. */
export const providerSecrets = pgTable(
  'provider_secrets',
  {
    id: uuid('id').primaryKey(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    version: integer('version').notNull(),
    /** Which master key wraps the data key. */
    masterKeyId: text('master_key_id').notNull(),
    wrappedKey: bytea('wrapped_key').notNull(),
    sealed: bytea('sealed').notNull(),
    lastFour: text('last_four').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [unique('provider_secrets_name').on(table.workspaceId, table.name)],
)

/** Where calls are traced: `gateway`, and one project a key named `gateway-<short>-<key id>`. */
export const traceProjects = pgTable(
  'trace_projects',
  {
    id: uuid('id').primaryKey(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** Not set for `gateway`. The project outlives its key, as the traces do. */
    keyId: uuid('key_id'),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [unique('trace_projects_name').on(table.workspaceId, table.name)],
)
