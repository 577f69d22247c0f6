import type { ExchangeEvent } from './exchange.ts'

/** Milliseconds since the call's arrival at which each step was done; undefined when it was not reached. */
export interface CallTimings {
  readonly authenticatedMs: number | undefined
  readonly readMs: number | undefined
  readonly admittedMs: number | undefined
  readonly forwardedMs: number | undefined
  readonly headMs: number | undefined
  readonly firstByteMs: number | undefined
  readonly endedMs: number | undefined
}

/** `full` adds one internal span per step of the gateway itself. */
export type TraceDetail = 'calls' | 'full'

/**
 * An ended call as it travels for its spans: what they are made of, and not the spans themselves. The event's text exists
 * already, so a gateway pays for no span; the exporter makes them.
 */
export interface CallRecord {
  readonly event: ExchangeEvent
  readonly timings: CallTimings
  readonly detail: TraceDetail
}

/** What a call said, in its redacted form, as far as it is kept. */
export interface ContentRecord {
  readonly exchangeId: string
  readonly organizationId: string
  readonly workspaceId: string
  /** Undefined when there was none, or when the gateway cannot read it. */
  readonly request: CapturedText | undefined
  readonly response: CapturedText | undefined
}

/** One side of a captured call. */
export interface CapturedText {
  readonly text: string
  /** Bytes of the whole; more than the text has when it was cut. */
  readonly bytes: number
  readonly isCut: boolean
}
