import { Failure } from '../base/failure.ts'
import { throttledFailure } from '../base/failure-throttle.ts'
import { isUuid } from '../base/id.ts'
import { PERMISSIONS, type Permission } from '../base/permission.ts'
import { type Secret, secret } from '../base/secret.ts'
import type { Orm } from '../store/database.ts'
import { soleWorkspace, workspaceExists } from '../store/workspaces.ts'
import type { AdminDeps, AdminKey } from './deps.ts'
import { sessionKey } from './session-cookie.ts'

/** Who asks the admin API, bound to a workspace when the route is about one. */
export interface Caller {
  readonly organizationId: string
  /** Set on workspace routes; routes about the organisation have none. */
  readonly workspaceId: string
  readonly key: AdminKey
  /** What the caller may do here: in the workspace, or in the organisation. */
  readonly permissions: ReadonlySet<Permission>
}

const ALL: ReadonlySet<Permission> = new Set(PERMISSIONS)

/**
 * Who sent a request: a key from `X-API-Key` or `Authorization: Bearer` (two different ones are refused), else the
 * console's session cookie.
 * Fails with `unauthenticated` (the same for missing, unknown, expired and deactivated), `permission_missing` for a
 * write that another site made the browser send, `store_unavailable`.
 */
export async function authenticate(
  request: Request,
  deps: AdminDeps,
): Promise<{ readonly key: AdminKey; readonly token: Secret }> {
  const { headers } = request
  if (!headers.has('authorization') && !headers.has('x-api-key')) {
    const session = await sessionKey(request, deps)
    if (session) return session
  }
  return await resolve(tokenOf(headers), deps)
}

/**
 * Runs what may fail to authenticate. An address that failed too often is told to wait (`auth_throttled`), unless it
 * gets it right.
 */
export async function throttled<T>(
  request: Request,
  deps: AdminDeps,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause
    throw throttledFailure(cause, deps.addressOf?.(request), deps.throttle)
  }
}

/** The caller of a route that needs no key: may do nothing, belongs nowhere. */
export const NOBODY: { readonly key: AdminKey; readonly token: Secret } = {
  key: {
    id: '',
    short: '',
    kind: 'personal',
    organizationId: '',
    gatewayEnabled: false,
    state: 'active',
    scope: 'workspace',
    userId: undefined,
    workspaces: [],
    organizationPermissions: new Set(),
  },
  token: secret(''),
}

function tokenOf(headers: Headers): string {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1]
  const named = headers.get('x-api-key') ?? undefined
  if (bearer !== undefined && named !== undefined && bearer !== named)
    throw new Failure('unauthenticated', { says: 'Two different keys in one request.' })
  const token = named ?? bearer
  if (token === undefined || token === '')
    throw new Failure('unauthenticated', {
      says: 'Missing key: send a gateway key as X-API-Key or Authorization: Bearer.',
    })
  return token
}

async function resolve(token: string, deps: AdminDeps) {
  const found = deps.keys.resolve(token)
  const key = found instanceof Promise ? await found : found
  if (key === 'unknown' || key.state !== 'active') throw new Failure('unauthenticated')
  return { key, token: secret(token) }
}

/** Organisation permissions; who manages the organisation may do everything in it. */
export function organizationPermissions(key: AdminKey): ReadonlySet<Permission> {
  return key.organizationPermissions.has('organization:manage') ? ALL : key.organizationPermissions
}

/** What `key` may do in a workspace of its own organisation. */
export function workspacePermissions(key: AdminKey, workspaceId: string): ReadonlySet<Permission> {
  const organization = organizationPermissions(key)
  const member = key.workspaces.find((each) => each.workspaceId === workspaceId)
  return member ? new Set([...organization, ...member.permissions]) : organization
}

/** The caller of a route about the organisation. Fails with `permission_missing`. */
export function organizationCaller(key: AdminKey, needs: readonly Permission[]): Caller {
  const permissions = organizationPermissions(key)
  demand(permissions, needs)
  return { organizationId: key.organizationId, workspaceId: '', key, permissions }
}

/**
 * The caller of a route about one workspace: the one named in `X-Tenant-Id`, else the key's own, else the
 * organisation's only one. A workspace the key has nothing to do with does not exist for it.
 * Fails with `invalid_request`, `not_found`, `permission_missing`, `store_unavailable`.
 */
export async function workspaceCaller(
  key: AdminKey,
  tenant: string | null,
  needs: readonly Permission[],
  orm: Orm,
): Promise<Caller> {
  const workspaceId =
    tenant === null ? await ownWorkspace(key, orm) : await namedWorkspace(key, tenant, orm)
  const permissions = workspacePermissions(key, workspaceId)
  demand(permissions, needs)
  return { organizationId: key.organizationId, workspaceId, key, permissions }
}

async function namedWorkspace(key: AdminKey, tenant: string, orm: Orm): Promise<string> {
  const wanted = tenant.trim().toLowerCase()
  if (!isUuid(wanted)) throw new Failure('invalid_request', { says: 'Not the id of a workspace.' })
  const belongs = key.workspaces.some((each) => each.workspaceId === wanted)
  const known =
    belongs ||
    (key.scope === 'organization' && (await workspaceExists(orm, key.organizationId, wanted)))
  if (!known) throw new Failure('not_found', { says: 'There is no such workspace.' })
  return wanted
}

async function ownWorkspace(key: AdminKey, orm: Orm): Promise<string> {
  const [only, second] = key.workspaces
  if (only !== undefined && second === undefined) return only.workspaceId
  if (only === undefined && key.scope === 'organization') {
    const sole = await soleWorkspace(orm, key.organizationId)
    if (sole !== undefined) return sole
  }
  throw new Failure('invalid_request', {
    says: 'This key is good for several workspaces: name one in X-Tenant-Id.',
  })
}

function demand(held: ReadonlySet<Permission>, needs: readonly Permission[]): void {
  for (const needed of needs)
    if (!held.has(needed))
      throw new Failure('permission_missing', {
        says: `The role of this key lacks the permission ${needed}.`,
        details: { permission: needed },
      })
}
