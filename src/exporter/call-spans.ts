import type { CallTimings, TraceDetail } from '../base/call.ts'
import type { ExchangeEvent } from '../base/exchange.ts'
import type { SpanRecord } from '../base/span.ts'
import { recordedSpans } from '../telemetry/recorded.ts'
import { spansOf } from '../telemetry/trace.ts'

/** An ended call as the bus delivers it: without timings when it came by the outbox. */
export interface EndedCall {
  readonly event: ExchangeEvent
  readonly timings?: CallTimings | undefined
  readonly detail?: TraceDetail | undefined
}

/** Which spans a destination wants to be given. */
export interface SpanWish {
  /** Only the gateway's own steps: the rest it makes from the usage events. */
  readonly stepsOnly: boolean
}

/** The spans of one call. Made here, so that gateways pay for none. */
export function spansOfCall({ event, timings, detail }: EndedCall, wish: SpanWish): SpanRecord[] {
  if (timings === undefined)
    // What a sweeper closed may yet turn out otherwise, and a stored span stays as it is.
    return wish.stepsOnly || event.closed.outcome === 'interrupted' ? [] : recordedSpans(event)
  if (!wish.stepsOnly) return spansOf(event, timings, detail)
  if (detail !== 'full') return []
  return spansOf(event, timings, detail).filter(({ kind }) => kind === 'internal')
}
