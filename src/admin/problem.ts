import { Type as t } from '@sinclair/typebox'
import { asFailure, Failure } from '../base/failure.ts'
import type { World } from '../base/world.ts'

/** RFC 9457 with our members; `error` repeats the sentence for clients of the original's `{"error": "…"}`. */
export const PROBLEM = t.Object(
  {
    type: t.String({ description: 'Stable URI of the kind of problem.' }),
    title: t.String(),
    status: t.Integer(),
    detail: t.String(),
    code: t.String({ description: 'The failure code.' }),
    error: t.String({ description: 'The same sentence as detail.' }),
    request_id: t.String(),
    errors: t.Optional(
      t.Array(
        t.Object({
          in: t.String({ description: 'path, query or body' }),
          pointer: t.String({ description: 'JSON pointer (RFC 6901) into it.' }),
          detail: t.String(),
        }),
      ),
    ),
  },
  {
    description: 'A problem (RFC 9457).',
    examples: [
      {
        type: 'urn:sluice:problem:permission_missing',
        title: 'The role of this key lacks a permission that this call needs.',
        status: 403,
        detail: 'The role of this key lacks the permission runs:read.',
        code: 'permission_missing',
        error: 'The role of this key lacks the permission runs:read.',
        request_id: '019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d',
      },
    ],
  },
)

/** Headers of every admin answer: nothing is cached, nothing is sniffed, nothing runs. */
export function baseHeaders(requestId: string): Record<string, string> {
  return {
    'x-gateway-request-id': requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  }
}

/** The one mapper from anything thrown to an answer. Unknown throwables carry no text outward; they are logged. */
export function problemOf(cause: unknown, requestId: string, world: World): Response {
  const failure = asFailure(unwrapped(cause))
  const { status, says } = failure.row
  if (status >= 500) logFailure(failure, requestId, world)
  const headers: Record<string, string> = {
    ...baseHeaders(requestId),
    'content-type': 'application/problem+json',
  }
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="sluice"'
  if (failure.retryAfterMs !== undefined)
    headers['retry-after'] = String(Math.max(1, Math.ceil(failure.retryAfterMs / 1000)))
  const { allow, ...details } = failure.details ?? {}
  if (typeof allow === 'string') headers.allow = allow
  const body = {
    type: `urn:sluice:problem:${failure.code}`,
    title: says,
    status,
    detail: failure.says,
    code: failure.code,
    error: failure.says,
    request_id: requestId,
    ...details,
  }
  return new Response(JSON.stringify(body), { status, headers })
}

/** The query builder wraps what the store throws. */
function unwrapped(cause: unknown): unknown {
  return cause instanceof Error && cause.cause instanceof Failure ? cause.cause : cause
}

/** Messages of drivers quote statements and their values: only names, codes and code places are logged. */
function logFailure(failure: Failure, requestId: string, world: World): void {
  const inside = failure.inside
  const error = inside instanceof Error ? inside : undefined
  const source: unknown = error?.cause instanceof Error ? error.cause : error
  world.log.error('admin_request_failed', {
    request_id: requestId,
    code: failure.code,
    error: source instanceof Error ? source.name : typeof inside,
    error_code: codeOf(source),
    at: error?.stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 4)
      .map((line) => line.trim())
      .join(' | '),
  })
}

function codeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('code' in value)) return undefined
  return typeof value.code === 'string' ? value.code : undefined
}
