import type { CallTimings } from '../base/call.ts'
import type { ExchangeEvent } from '../base/exchange.ts'
import { FAILURES } from '../base/failure.ts'
import type { SpanRecord } from '../base/span.ts'
import { spansOf } from './trace.ts'

/**
 * The SERVER and CLIENT span of a call, from its usage event alone. Destinations outside are fed from this: the event has
 * an outbox row, so there is a root span for each call, also when the gateway died before it could send its spans.
 * The same event gives the same spans, to the last attribute.
 */
export function recordedSpans(event: ExchangeEvent): SpanRecord[] {
  return spansOf(event, timingsOf(event))
}

function timingsOf({ opened, closed }: ExchangeEvent): CallTimings {
  return {
    authenticatedMs: undefined,
    readMs: undefined,
    admittedMs: undefined,
    forwardedMs: wasForwarded(closed) ? (closed.overheadMs ?? 0) : undefined,
    headMs: undefined,
    firstByteMs: closed.firstByteMs,
    endedMs: Math.max(0, closed.endedAtMs - opened.startedAtMs),
  }
}

function wasForwarded(closed: ExchangeEvent['closed']): boolean {
  if (closed.upstreamStatus !== undefined || closed.usage !== undefined) return true
  const { errorCode } = closed
  return isFailureCode(errorCode) && FAILURES[errorCode].owner === 'upstream'
}

function isFailureCode(code: string | undefined): code is keyof typeof FAILURES {
  return code !== undefined && Object.hasOwn(FAILURES, code)
}
