import { Failure } from '../base/failure.ts'
import type { Principal } from '../base/permission.ts'
import type { Secret } from '../base/secret.ts'
import type { Provider } from '../providers/provider.ts'
import type { GatewayDeps } from './deps.ts'

/** Where a call goes: one provider, its address and its real credential. */
export interface Candidate {
  readonly provider: Provider
  readonly url: URL
  /** Undefined only for the built-in demonstration. */
  readonly secret: Secret | undefined
}

/**
 * The candidate for a path below a provider's prefix. Only configuration chooses hosts; the path is checked
 * so that it cannot leave the provider's API.
 * Fails with `unknown_route`, `route_denied`, `provider_secret_missing`,
 * `provider_secret_unreadable`, `store_unavailable`.
 */
export async function resolveRoute(
  path: string,
  search: string,
  door: Provider,
  caller: Principal,
  deps: GatewayDeps,
): Promise<Candidate> {
  assertPath(path, door)
  if (door.name === 'demo' || door.secretName === undefined)
    return { provider: door, url: new URL(path, 'http://demo.invalid'), secret: undefined }
  const found = deps.secrets.resolve(caller.workspaceId, door.secretName)
  const secret = found instanceof Promise ? await found : found
  if (!secret)
    throw new Failure('provider_secret_missing', {
      says: `The workspace has no provider secret ${door.secretName}: an administrator adds it under Settings → Integrations → Provider Secrets (or: npm run sluice -- secrets set ${door.secretName}).`,
      details: { secret: door.secretName },
    })
  return { provider: door, url: addressOf(deps.origins[door.name], path, search), secret }
}

/** Fails with `unknown_route` or `route_denied` for a path that is not the provider's plain API. */
export function assertPath(path: string, door: Provider): void {
  // A second parser may read these differently: refuse instead of repairing.
  if (/%2f|%5c|%00|%2e|\\|\/\/|;/i.test(path) || /(^|\/)\.{1,2}(\/|$)/.test(path))
    throw new Failure('unknown_route', { says: 'The path holds an encoded or empty segment.' })
  if (!door.serves(path)) throw new Failure('unknown_route')
  if (door.isAdministrative(path)) throw new Failure('route_denied')
}

/** The provider's address for `path`, with the caller's query as it was sent, but without its key. */
export function addressOf(origin: URL, path: string, search: string): URL {
  const url = new URL(origin)
  url.pathname = origin.pathname.replace(/\/+$/, '') + path
  url.search = withoutKey(search)
  if (url.host !== origin.host || url.protocol !== origin.protocol)
    throw new Failure('unknown_route')
  return url
}

/** A query without any `key` parameter, however its name is escaped; every other byte stays as sent. */
export function withoutKey(search: string): string {
  return search
    .replace(/^\?/, '')
    .split('&')
    .filter((part) => !new URLSearchParams(part).has('key'))
    .join('&')
}
