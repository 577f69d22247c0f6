import { asFailure, Failure } from '../base/failure.ts'
import { isUuid } from '../base/id.ts'
import type { Principal } from '../base/permission.ts'
import type { CallerKey, GatewayDeps } from './deps.ts'

const OURS = 'slu_'

/**
 * Who is calling. The key may stand in `Authorization: Bearer`, `x-api-key`, `x-goog-api-key` or `?key=`; of
 * two different credentials the one shaped like ours wins, two of ours are refused.
 * Fails with `unauthenticated` (the same for unknown, revoked and expired), `permission_missing`,
 * `gateway_disabled`, `store_unavailable`.
 */
export async function authenticate(
  request: Request,
  query: URLSearchParams,
  deps: GatewayDeps,
): Promise<Principal> {
  const token = credentialOf(request.headers, query)
  const resolved = deps.keys.resolve(token)
  const key = resolved instanceof Promise ? await resolved : resolved
  if (key === 'unknown' || key.state !== 'active') throw new Failure('unauthenticated')
  return principalOf(key, request.headers.get('x-tenant-id'))
}

/**
 * Whether a call that was admitted may go on after its key, role or organization changed. True while that cannot be
 * known: an unwell store never cuts a running answer.
 */
export async function mayStillCall(
  request: Request,
  query: URLSearchParams,
  deps: GatewayDeps,
): Promise<boolean> {
  try {
    await authenticate(request, query, deps)
    return true
  } catch (cause) {
    return asFailure(cause).row.status >= 500
  }
}

/** The one gateway key of a request. Fails with `unauthenticated`. */
export function credentialOf(headers: Headers, query: URLSearchParams): string {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1]
  const candidates = [
    bearer,
    headers.get('x-api-key'),
    headers.get('x-goog-api-key'),
    ...query.getAll('key'),
    ...protocolKeys(headers),
  ]
  const ours = new Set(candidates.filter((each): each is string => each?.startsWith(OURS) === true))
  const [first] = ours
  if (first === undefined) {
    const sent = candidates.some((each) => each !== null && each !== undefined && each !== '')
    throw new Failure('unauthenticated', {
      says: sent
        ? 'Invalid gateway key: use a key of this gateway (it begins with slu_) as the provider key.'
        : 'Missing gateway key: send it as the provider key (Authorization: Bearer, x-api-key, x-goog-api-key or ?key=).',
    })
  }
  if (ours.size > 1)
    throw new Failure('unauthenticated', { says: 'Two different gateway keys in one request.' })
  return first
}

/** Browsers cannot set headers on a WebSocket; OpenAI's clients then send the key as a sub-protocol. */
function protocolKeys(headers: Headers): string[] {
  const offered = headers.get('sec-websocket-protocol')
  if (offered === null) return []
  return [...offered.matchAll(/openai-insecure-api-key\.([^\s,]+)/g)].map((each) => each[1] ?? '')
}

/** Binds a key to one workspace and checks that its role may call. */
export function principalOf(key: CallerKey, tenant: string | null): Principal {
  if (key.scope === 'organization')
    throw new Failure('permission_missing', {
      says: 'Organization-scoped keys cannot call the gateway: use a workspace-scoped key.',
    })
  if (!key.gatewayEnabled) throw new Failure('gateway_disabled')
  const workspace = workspaceOf(key, tenant)
  for (const needed of ['gateway:invoke', 'workspaces:read'] as const)
    if (!workspace.permissions.has(needed))
      throw new Failure('permission_missing', {
        says: `The role of this key lacks the permission ${needed}.`,
        details: { permission: needed },
      })
  return {
    organizationId: key.organizationId,
    workspaceId: workspace.workspaceId,
    keyId: key.id,
    keyShort: key.short,
    keyKind: key.kind,
    userId: key.userId,
    permissions: workspace.permissions,
    capturesContent: workspace.capturesContent,
  }
}

function workspaceOf(key: CallerKey, tenant: string | null): CallerKey['workspaces'][number] {
  if (tenant !== null) {
    const wanted = tenant.toLowerCase()
    const found = isUuid(wanted)
      ? key.workspaces.find((each) => each.workspaceId === wanted)
      : undefined
    if (!found)
      throw new Failure('permission_missing', {
        says: 'This key does not belong to the workspace named in X-Tenant-Id.',
      })
    return found
  }
  const [only, second] = key.workspaces
  if (only === undefined)
    throw new Failure('permission_missing', { says: 'This key belongs to no workspace.' })
  if (second !== undefined)
    throw new Failure('invalid_request', {
      says: 'This key belongs to several workspaces: name one in X-Tenant-Id.',
    })
  return only
}
