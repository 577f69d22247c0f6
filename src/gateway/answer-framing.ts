import type { Framing } from '../dialects/dialect.ts'

/** True for statuses whose answers have no body, whatever their headers say. Source: RFC 9110 §6.4.1, §15. */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

/** What the head says of the body: errors and plain JSON come whole, events stream, the rest is not read. */
export function framingOf(asked: Framing, status: number, headers: Headers): Framing {
  const encoding = headers.get('content-encoding')
  if (asked === 'opaque' || (encoding !== null && encoding.toLowerCase() !== 'identity'))
    return 'opaque'
  const type = (headers.get('content-type') ?? '').toLowerCase()
  if (type.startsWith('text/event-stream')) return 'sse'
  if (asked === 'array' && status < 400) return 'array'
  if (type.includes('json') || type === '') return 'json'
  return 'opaque'
}
