import type { Failure, FailureCode } from '../base/failure.ts'
import type { Refusal } from '../dialects/dialect.ts'
import type { Exchange } from './exchange.ts'
import { responseHeaders } from './headers.ts'
import { addRefusedLimits } from './limit-headers.ts'

/**
 * On every data-plane answer: a hostile provider's body can never run script on the console's origin, and no
 * shared cache may keep an answer.
 */
const SAFETY: readonly (readonly [string, string])[] = [
  ['content-security-policy', "sandbox; default-src 'none'"],
  ['x-content-type-options', 'nosniff'],
]

/** What kind of block `X-LangSmith-Gateway-Metadata` reports; the original's words. */
const BLOCK_REASONS: Partial<Record<FailureCode, string>> = {
  spend_limit_reached: 'spend_limit',
  spend_reserved: 'spend_limit',
  rate_limit_reached: 'rate_limit',
  model_not_allowed: 'model_access',
  content_blocked: 'data_policy',
}

/** A failure as its caller may see it. */
export function refusalOf(failure: Failure, requestId: string): Refusal {
  const { status, kind } = failure.row
  return {
    status,
    code: failure.code,
    kind,
    says: failure.says,
    details: failure.details,
    requestId,
  }
}

/** The gateway's own refusal, in the caller's dialect, before any byte of an answer was sent. */
export function refusalResponse(exchange: Exchange, failure: Failure): Response {
  const { body, contentType } = exchange.dialect.refuse(refusalOf(failure, exchange.id))
  const headers = addOwn(new Headers(), exchange)
  headers.set('content-type', contentType)
  headers.set('cache-control', 'no-store')
  const { status, retryable } = failure.row
  // SDKs retry 409, 429 and 5xx (and some 401/402/403) by default; this header tells them what we know.
  if (!retryable) headers.set('x-should-retry', 'false')
  if (failure.retryAfterMs !== undefined) {
    headers.set('retry-after', String(Math.ceil(failure.retryAfterMs / 1_000)))
    headers.set('retry-after-ms', String(Math.ceil(failure.retryAfterMs)))
  } else if (status === 503) {
    headers.set('retry-after', '1')
  }
  if (failure.code === 'method_not_allowed')
    headers.set('allow', 'GET, HEAD, POST, PUT, PATCH, DELETE')
  addRefusedLimits(headers, exchange.dialect.id, failure.details, exchange.startedAtMs)
  const reason = BLOCK_REASONS[failure.code]
  headers.set(
    'x-langsmith-gateway-metadata',
    JSON.stringify({
      outcome: reason ? 'blocked' : 'error',
      reason: reason ?? failure.code,
      provider: exchange.door.name,
      ...(reason ? { limit_source: 'gateway_policy' } : {}),
    }),
  )
  return new Response(exchange.request.method === 'HEAD' ? null : body, { status, headers })
}

/** The head of a provider's answer as the caller gets it. */
export function answerHeaders(exchange: Exchange, upstream: Headers): Headers {
  const headers = addOwn(responseHeaders(upstream), exchange)
  headers.set(
    'x-langsmith-gateway-metadata',
    `{"outcome":"success","provider":"${exchange.door.name}"}`,
  )
  return headers
}

/** Sets the gateway's own headers in place: every further `Headers` costs microseconds a call. */
function addOwn(headers: Headers, exchange: Exchange): Headers {
  for (const [name, value] of SAFETY) headers.set(name, value)
  headers.set('x-gateway-request-id', exchange.id)
  headers.set(exchange.dialect.requestIdHeader, exchange.id)
  headers.set('x-gateway-trace-id', exchange.trace.traceId)
  const overhead = exchange.timings.forwardedMs ?? exchange.elapsedMs()
  headers.set('x-gateway-overhead-ms', overhead.toFixed(1))
  return headers
}
