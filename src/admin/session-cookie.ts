import { Failure } from '../base/failure.ts'
import { type Secret, secret } from '../base/secret.ts'
import { resolveSession } from '../store/sign-in.ts'
import type { AdminDeps, AdminKey } from './deps.ts'

/** Bound to the host and to https by the browser itself. */
const HOST_COOKIE = '__Host-sluice'
/** Loopback over plain http, where not every browser takes a `Secure` cookie. */
const LOOPBACK_COOKIE = 'sluice'
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/
const SAFE = new Set(['GET', 'HEAD'])

/** The session of a request's cookie as a key would be, or undefined when it has no cookie. */
export async function sessionKey(
  request: Request,
  deps: AdminDeps,
): Promise<{ readonly key: AdminKey; readonly token: Secret } | undefined> {
  const cookie = cookieOf(request)
  if (cookie === undefined) return undefined
  if (!SAFE.has(request.method)) demandSameOrigin(request)
  const session = await resolveSession(deps.database.orm, deps.world, cookie)
  if (!session) throw new Failure('unauthenticated', { says: 'Sign in again.' })
  const manages = session.organizationPermissions.has('organization:manage')
  return {
    key: {
      id: session.id,
      short: 'session',
      kind: 'personal',
      organizationId: session.organizationId,
      gatewayEnabled: session.gatewayEnabled,
      state: 'active',
      scope: manages ? 'organization' : 'workspace',
      userId: session.userId,
      workspaces: session.workspaces,
      organizationPermissions: session.organizationPermissions,
    },
    token: secret(cookie),
  }
}

/**
 * A browser sends the cookie with whatever any site makes it send: a write must come from our own pages. Fails with
 * `permission_missing`.
 */
export function demandSameOrigin(request: Request): void {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  const host = request.headers.get('host') ?? new URL(request.url).host
  const same =
    site === null ? origin !== null && URL.parse(origin)?.host === host : site === 'same-origin'
  if (!same)
    throw new Failure('permission_missing', {
      says: 'This change was not sent by a page of this gateway.',
    })
}

/** The `Set-Cookie` that opens a session, or with an empty value ends it. */
export function cookieFor(request: { readonly url: URL }, value: string, seconds: number): string {
  const common = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`
  return isLoopback(request.url)
    ? `${LOOPBACK_COOKIE}=${value}; ${common}`
    : `${HOST_COOKIE}=${value}; Secure; ${common}`
}

function cookieOf(request: Request): string | undefined {
  const name = isLoopback(new URL(request.url)) ? LOOPBACK_COOKIE : HOST_COOKIE
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [key, value] = part.trim().split('=')
    if (key === name && value !== undefined && /^[\w-]{20,100}$/.test(value)) return value
  }
  return undefined
}

function isLoopback(url: URL): boolean {
  return url.protocol === 'http:' && LOOPBACK.test(url.hostname)
}
