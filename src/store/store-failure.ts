import { Failure } from '../base/failure.ts'

/** How long a caller should wait before asking again; a restarted server is back well within it. */
const RETRY_AFTER_MS = 1_000

/** Codes of the driver and of sockets: nobody there, or not answering. */
const UNREACHABLE = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'QUERY_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/**
 * SQLSTATEs by which the server says that it cannot serve now: connection trouble (08), out of resources (53),
 * stopping or starting (57P), cancelled (57014), read-only after a fail-over (25006).
 */
const UNABLE = /^(08|53|57P)|^(57014|25006)$/

/** Trouble with the store as `Failure('store_unavailable')`; every other cause as it came. */
export function storeFailure(cause: unknown): unknown {
  if (cause instanceof Failure) return cause
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return cause
  const { code } = cause
  if (typeof code !== 'string' || !(UNREACHABLE.has(code) || UNABLE.test(code))) return cause
  return new Failure('store_unavailable', { inside: cause, retryAfterMs: RETRY_AFTER_MS })
}

/** The SQLSTATE of a rejected statement (`23505` for a duplicate, …), or undefined. */
export function sqlState(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  // drizzle wraps the driver's error.
  const source = 'code' in cause ? cause : cause.cause
  if (typeof source !== 'object' || source === null || !('code' in source)) return undefined
  return typeof source.code === 'string' ? source.code : undefined
}
