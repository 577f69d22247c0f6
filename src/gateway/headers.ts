/**
 * Request headers that reach a provider: by allow-list, so that what a caller nominates as hop-by-hop, invents
 * for the gateway or leaks by accident never does. Source: the closed list in the decision on headers.
 */
const REQUEST_NAMES = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-encoding',
  'content-language',
  'content-type',
  'content-md5',
  'content-disposition',
  'user-agent',
  'range',
  'prefer',
  'idempotency-key',
  'originator',
  'session-id',
  'session_id',
  'thread-id',
  'conversation_id',
  'x-app',
  'x-client-request-id',
  'x-session-id',
  'x-session-affinity',
  'x-server-timeout',
  'version',
])
const REQUEST_PREFIXES = [
  'if-',
  'openai-',
  'anthropic-',
  'x-stainless-',
  'x-goog-',
  'x-codex-',
  'x-claude-code-',
]
/** Credentials in every place a client may put one: removed always, one is set again by the provider. */
const CREDENTIALS = new Set(['authorization', 'x-api-key', 'x-goog-api-key', 'cookie'])

/** The request headers a provider may see, without any credential. */
export function requestHeaders(from: Headers): Headers {
  const kept = new Headers()
  for (const [name, value] of from) {
    if (CREDENTIALS.has(name)) continue
    if (REQUEST_NAMES.has(name) || REQUEST_PREFIXES.some((prefix) => name.startsWith(prefix)))
      kept.append(name, value)
  }
  return kept
}

/** Never handed on from a provider: about the other connection, about its own origin, or ours to say. */
const RESPONSE_DROPPED = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'set-cookie',
  'alt-svc',
  'strict-transport-security',
  'content-security-policy',
  'content-security-policy-report-only',
  'x-content-type-options',
  'report-to',
  'nel',
  'x-request-id',
  'request-id',
  'x-langsmith-gateway-metadata',
])

/** The provider's response headers that reach the caller. Its own request id comes back under another name. */
export function responseHeaders(from: Headers): Headers {
  const kept = new Headers()
  // What the other side nominates in `Connection` is about that connection only.
  const nominated = new Set((from.get('connection') ?? '').toLowerCase().split(/\s*,\s*/))
  for (const [name, value] of from) {
    if (RESPONSE_DROPPED.has(name) || nominated.has(name)) continue
    if (name.startsWith('x-gateway-') || name.startsWith('access-control-')) continue
    kept.append(name, value)
  }
  const upstreamId = upstreamRequestId(from)
  if (upstreamId !== undefined) kept.set('x-gateway-upstream-request-id', upstreamId)
  return kept
}

/** The provider's own request id, when it sent one that is safe to echo. */
export function upstreamRequestId(from: Headers): string | undefined {
  const id = from.get('x-request-id') ?? from.get('request-id')
  return id !== null && /^[\w.:-]{1,128}$/.test(id) ? id : undefined
}
