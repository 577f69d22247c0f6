import { asc, eq, sql } from 'drizzle-orm'
import { hashKey, parseKey } from '../base/gateway-key.ts'
import type { Secret } from '../base/secret.ts'
import type { World } from '../base/world.ts'
import type { Database, Orm } from './database.ts'
import type { Keyring } from './keyring.ts'
import { createKey } from './keys.ts'
import {
  builtInRole,
  createOrganization,
  createUser,
  createWorkspace,
  ensureBuiltInRoles,
  setOrganizationRole,
  setWorkspaceRole,
} from './members.ts'
import { putSecret } from './secrets.ts'
import { gatewayKeys, organizations, workspaces } from './tables.ts'

/** What the first start leaves and every later one finds again. */
export interface FirstRun {
  readonly organizationId: string
  readonly workspaceId: string
  /** Organisation-scoped: manages everything, cannot call. */
  readonly adminKey: string
  /** Calls in the first workspace. */
  readonly gatewayKey: string
  /** True when this run made the organisation. */
  readonly isFirst: boolean
}

/** Tokens of an earlier start, as its `ready.json` holds them. */
export interface KnownKeys {
  readonly adminKey?: string | undefined
  readonly gatewayKey?: string | undefined
}

/** Any fixed number: of several starts at once one creates, the others find. */
const LOCK = 5_174_938_202

/**
 * Makes sure that there is a first organisation with a workspace, its built-in roles, an admin and the two
 * first-run keys. Provider keys are stored by the very first run only: what an administrator changed or deleted
 * since does not come back. Known tokens that still work are kept; others are minted anew. Idempotent.
 */
export function bootstrap(
  database: Database,
  keyring: Keyring,
  world: World,
  providerKeys: Readonly<Record<string, Secret | undefined>>,
  known: KnownKeys = {},
): Promise<FirstRun> {
  return database.orm.transaction(async (orm) => {
    await orm.execute(sql`select pg_advisory_xact_lock(${LOCK})`)
    const found = await findFirst(orm)
    const place = found ?? (await createFirst(orm, world))
    await ensureBuiltInRoles(orm, world, place.organizationId)
    if (!found)
      for (const [name, value] of Object.entries(providerKeys))
        if (value)
          await putSecret(orm, keyring, world, { workspaceId: place.workspaceId, name, value })
    return {
      ...place,
      adminKey: await keepOrMint(orm, world, place, 'organization', known.adminKey),
      gatewayKey: await keepOrMint(orm, world, place, 'workspace', known.gatewayKey),
      isFirst: !found,
    }
  })
}

interface Place {
  readonly organizationId: string
  readonly workspaceId: string
}

async function findFirst(orm: Orm): Promise<Place | undefined> {
  const [organization] = await orm
    .select({ id: organizations.id })
    .from(organizations)
    .orderBy(asc(organizations.id))
    .limit(1)
  if (!organization) return undefined
  const [workspace] = await orm
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(eq(workspaces.organizationId, organization.id))
    .orderBy(asc(workspaces.id))
    .limit(1)
  return workspace && { organizationId: organization.id, workspaceId: workspace.id }
}

async function createFirst(orm: Orm, world: World): Promise<Place> {
  const [existing] = await orm
    .select({ id: organizations.id })
    .from(organizations)
    .orderBy(asc(organizations.id))
    .limit(1)
  const organizationId = existing?.id ?? (await createOrganization(orm, world, 'My Organization'))
  await ensureBuiltInRoles(orm, world, organizationId)
  const workspaceId = await createWorkspace(orm, world, {
    organizationId,
    displayName: 'Default',
    handle: 'default',
  })
  if (!existing) {
    const userId = await createUser(orm, world, {
      email: 'admin@localhost',
      displayName: 'Administrator',
    })
    const adminRole = await builtInRole(orm, organizationId, 'ORGANIZATION_ADMIN')
    await setOrganizationRole(orm, world, { organizationId, userId, roleId: adminRole })
    const roleId = await builtInRole(orm, organizationId, 'WORKSPACE_ADMIN')
    await setWorkspaceRole(orm, world, { workspaceId, userId, roleId })
  }
  return { organizationId, workspaceId }
}

async function keepOrMint(
  orm: Orm,
  world: World,
  place: Place,
  scope: 'organization' | 'workspace',
  known: string | undefined,
): Promise<string> {
  if (known !== undefined && (await works(orm, world, place, scope, known))) return known
  const { organizationId, workspaceId } = place
  const isAdmin = scope === 'organization'
  const roleName = isAdmin ? 'ORGANIZATION_ADMIN' : 'WORKSPACE_ADMIN'
  const roleId = await builtInRole(orm, organizationId, roleName)
  const key = await createKey(orm, world, {
    organizationId,
    kind: 'service',
    description: isAdmin ? 'First-run admin key' : 'First-run gateway key',
    organizationRoleId: isAdmin ? roleId : undefined,
    workspaces: isAdmin ? [] : [{ workspaceId, roleId }],
  })
  return key.token
}

async function works(
  orm: Orm,
  world: World,
  place: Place,
  scope: 'organization' | 'workspace',
  token: string,
): Promise<boolean> {
  const short = parseKey(token)?.short
  if (short === undefined) return false
  const [key] = await orm.select().from(gatewayKeys).where(eq(gatewayKeys.short, short))
  return (
    key !== undefined &&
    key.organizationId === place.organizationId &&
    key.scope === scope &&
    key.deactivatedAt === null &&
    (key.expiresAt === null || key.expiresAt.getTime() > world.clock.now()) &&
    Buffer.from(key.hash).equals(hashKey(token))
  )
}
