/** Caches may keep it for ever: its address changes with its content. */
export const FOREVER = 'public, max-age=31536000, immutable'

/**
 * The headers of everything that a browser shows of the gateway: `type` is the content type, `policy` the page's content
 * security policy. Caches ask before they show it again, unless told otherwise.
 */
export function pageHeaders(type: string, policy: string): Record<string, string> {
  return {
    'content-type': type,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'cache-control': 'no-cache',
  }
}
