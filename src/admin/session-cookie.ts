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
  const cookie = cookieOf(request.headers, new URL(request.url))
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
      signedInAtMs: session.createdAtMs,
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
  const same = site === null ? isOwnOrigin(request) : site === 'same-origin'
  if (!same)
    throw new Failure('permission_missing', {
      says: 'This change was not sent by a page of this gateway.',
    })
}

/**
 * For browsers that tell the origin alone. Beyond loopback the page came over https, whatever a proxy made of it on the
 * way: for the plain address anybody on the line can answer.
 */
function isOwnOrigin(request: Request): boolean {
  const origin = URL.parse(request.headers.get('origin') ?? '')
  const url = new URL(request.url)
  const host = request.headers.get('host') ?? url.host
  return origin?.host === host && (origin.protocol === 'https:' || isLoopback(url))
}

/**
 * An open write sets a cookie: no other site may sign a visitor in as somebody of its choice. What no browser sent has
 * neither header and passes. Fails with `permission_missing`.
 */
export function refuseForeign(request: Request): void {
  const { headers, method } = request
  if (SAFE.has(method) || !(headers.has('sec-fetch-site') || headers.has('origin'))) return
  demandSameOrigin(request)
}

/** What a cookie of ours is for. */
type CookieKind = 'session' | 'flow'

/** The `Set-Cookie` that opens a session (or starts a sign-in flow), or with an empty value ends it. */
export function cookieFor(
  request: { readonly url: URL },
  value: string,
  seconds: number,
  kind: CookieKind = 'session',
): string {
  const common = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`
  const secure = isLoopback(request.url) ? '' : 'Secure; '
  return `${nameOf(kind, request.url)}=${value}; ${secure}${common}`
}

/** Longer than any of ours. */
const COOKIE_UNITS_MAX = 3_000

/** The value of our cookie in a request's headers, or undefined. */
export function cookieOf(
  headers: Headers,
  url: URL,
  kind: CookieKind = 'session',
): string | undefined {
  const name = nameOf(kind, url)
  for (const part of (headers.get('cookie') ?? '').split(';')) {
    const [key, value] = part.trim().split('=')
    if (key === name && value !== undefined && isValue(value)) return value
  }
  return undefined
}

function isValue(text: string): boolean {
  return text.length >= 20 && text.length <= COOKIE_UNITS_MAX && /^[\w-]+$/.test(text)
}

function nameOf(kind: CookieKind, url: URL): string {
  const name = isLoopback(url) ? LOOPBACK_COOKIE : HOST_COOKIE
  return kind === 'flow' ? `${name}-flow` : name
}

/** True for plain http on this machine. Anything else is reached over https, if need be through a proxy. */
export function isLoopback(url: URL): boolean {
  return url.protocol === 'http:' && LOOPBACK.test(url.hostname)
}
