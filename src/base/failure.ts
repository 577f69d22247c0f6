import type { JsonObject } from './json.ts'

/** Whose pager: the metric label that answers without reading messages. */
export type Owner = 'client' | 'policy' | 'config' | 'upstream' | 'platform'

/** What a failure means to a caller; each dialect maps this to its own error type names. */
export type FailureKind =
  | 'authentication'
  | 'permission'
  | 'invalid'
  | 'not_found'
  | 'too_large'
  | 'billing'
  | 'rate'
  | 'content'
  | 'upstream'
  | 'timeout'
  | 'unavailable'
  | 'internal'

interface Row {
  readonly status: number
  readonly owner: Owner
  readonly kind: FailureKind
  /** True when the same request may succeed later: own refusals that say false carry `x-should-retry: false`. */
  readonly retryable: boolean
  /** Sent when the thrower gives no sentence of its own. Never contains values from inside. */
  readonly says: string
}

/**
 * The closed table of everything the gateway itself refuses or fails with. Sources: the decision on errors,
 * `ecosystem` §6 (statuses per dialect), the original's statuses. Adding a row is adding a failure.
 */
export const FAILURES = {
  invalid_request: row(400, 'client', 'invalid', false, 'The request could not be read.'),
  model_unpriced: row(
    400,
    'policy',
    'invalid',
    false,
    'This model has no known price, and a spend cap applies to the call.',
  ),
  cost_unbounded: row(
    400,
    'policy',
    'invalid',
    false,
    'The cost of this request cannot be bounded, and a spend cap applies to it.',
  ),
  unmetered_route: row(
    400,
    'policy',
    'invalid',
    false,
    'The cost of this route cannot be read, and a spend cap applies to the call.',
  ),
  unscannable_body: row(
    400,
    'policy',
    'invalid',
    false,
    'This body cannot be scanned, and a data policy applies to the call.',
  ),
  content_blocked: row(400, 'policy', 'content', false, 'Request blocked by gateway policies.'),
  unauthenticated: row(401, 'client', 'authentication', false, 'Invalid or missing gateway key.'),
  sign_in_refused: row(403, 'client', 'permission', false, 'This identity may not sign in here.'),
  spend_limit_reached: row(402, 'policy', 'billing', false, 'Request blocked by gateway policies.'),
  permission_missing: row(
    403,
    'client',
    'permission',
    false,
    'The role of this key lacks a permission that this call needs.',
  ),
  model_not_allowed: row(
    403,
    'policy',
    'permission',
    false,
    'This model is not allowed by the model access policies.',
  ),
  gateway_disabled: row(
    403,
    'config',
    'permission',
    false,
    'The LLM gateway is switched off for this organization.',
  ),
  route_denied: row(
    403,
    'config',
    'permission',
    false,
    'Administrative provider routes are not available through the gateway.',
  ),
  unknown_route: row(404, 'client', 'not_found', false, 'There is no such route on this gateway.'),
  not_found: row(404, 'client', 'not_found', false, 'There is no such resource.'),
  method_not_allowed: row(
    405,
    'client',
    'invalid',
    false,
    'This method is not allowed on this route.',
  ),
  conflict: row(409, 'client', 'invalid', false, 'The request conflicts with the current state.'),
  precondition_failed: row(
    412,
    'client',
    'invalid',
    false,
    'The resource has changed since it was read.',
  ),
  body_too_large: row(
    413,
    'client',
    'too_large',
    false,
    'The request body is larger than this gateway accepts.',
  ),
  unsupported_media_type: row(
    415,
    'client',
    'invalid',
    false,
    'This content type or encoding is not supported here.',
  ),
  unprocessable: row(422, 'client', 'invalid', false, 'The request is well-formed but not valid.'),
  provider_secret_missing: row(
    424,
    'config',
    'invalid',
    false,
    'The workspace has no provider secret for this provider.',
  ),
  upgrade_required: row(
    426,
    'client',
    'invalid',
    false,
    'This route needs a WebSocket upgrade, or does not offer one.',
  ),
  rate_limit_reached: row(429, 'policy', 'rate', true, 'Request blocked by gateway policies.'),
  spend_reserved: row(
    429,
    'policy',
    'rate',
    true,
    'The spend cap is fully reserved by calls in flight.',
  ),
  auth_throttled: row(
    429,
    'client',
    'rate',
    true,
    'Too many failed authentications from this address.',
  ),
  downstream_gone: row(499, 'client', 'internal', false, 'The caller left.'),
  key_revoked: row(
    401,
    'client',
    'authentication',
    false,
    'The gateway key was revoked while the answer was streaming.',
  ),
  internal: row(
    500,
    'platform',
    'internal',
    true,
    'The gateway failed. The failure is logged under this request id.',
  ),
  endpoint_not_supported: row(501, 'config', 'invalid', false, 'This endpoint is not supported.'),
  identity_provider_failed: row(
    502,
    'config',
    'upstream',
    true,
    'The identity provider could not be reached, or answered what it must not.',
  ),
  provider_secret_unreadable: row(
    424,
    'config',
    'invalid',
    false,
    'The provider secret cannot be opened with the master key of this gateway.',
  ),
  upstream_unreachable: row(
    502,
    'upstream',
    'upstream',
    true,
    'The provider could not be reached.',
  ),
  upstream_broke: row(502, 'upstream', 'upstream', true, 'The provider broke off its answer.'),
  upstream_redirected: row(
    502,
    'upstream',
    'upstream',
    false,
    'The provider answered with a redirect, which the gateway does not follow.',
  ),
  ledger_unavailable: row(
    503,
    'platform',
    'unavailable',
    true,
    'The spend ledger is not available.',
  ),
  scanner_unavailable: row(
    503,
    'platform',
    'unavailable',
    true,
    'The data policy scanner is not available.',
  ),
  store_unavailable: row(
    503,
    'platform',
    'unavailable',
    true,
    'The gateway cannot reach its store.',
  ),
  overloaded: row(
    503,
    'platform',
    'unavailable',
    true,
    'The gateway is at its limit of calls in flight.',
  ),
  draining: row(503, 'platform', 'unavailable', true, 'The gateway is shutting down.'),
  upstream_timeout: row(504, 'upstream', 'timeout', true, 'The provider did not answer in time.'),
} satisfies Record<string, Row>

export type FailureCode = keyof typeof FAILURES

export interface FailureOptions {
  /** The public sentence; defaults to the row's. */
  readonly says?: string
  /** Machine-readable facts for the caller, beside the sentence. */
  readonly details?: JsonObject
  /** Sent as `retry-after` (seconds, rounded up) and `retry-after-ms`. */
  readonly retryAfterMs?: number
  /** For the log only: never sent. */
  readonly inside?: unknown
}

/** The one error class. Steps throw it; `gateway/respond.ts` and the admin mapper are the only readers of `status`. */
export class Failure extends Error {
  readonly code: FailureCode
  readonly says: string
  readonly details: JsonObject | undefined
  readonly retryAfterMs: number | undefined
  readonly inside: unknown

  constructor(code: FailureCode, options: FailureOptions = {}) {
    super(code)
    this.name = 'Failure'
    this.code = code
    this.says = options.says ?? FAILURES[code].says
    this.details = options.details
    this.retryAfterMs = options.retryAfterMs
    this.inside = options.inside
  }

  get row(): Row {
    return FAILURES[this.code]
  }
}

/** Any throwable as a {@link Failure}: unknown ones become `internal` and carry no text outward. */
export function asFailure(cause: unknown): Failure {
  return cause instanceof Failure ? cause : new Failure('internal', { inside: cause })
}

function row(
  status: number,
  owner: Owner,
  kind: FailureKind,
  retryable: boolean,
  says: string,
): Row {
  return { status, owner, kind, retryable, says }
}
