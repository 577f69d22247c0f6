import { isValidSpanId, isValidTraceId, TraceFlags } from '@opentelemetry/api'
import type { Dice } from '../base/world.ts'

/** Where a call stands in its caller's trace. */
export interface TraceContext {
  /** 32 hex digits: the caller's, or a new one. */
  readonly traceId: string
  /** 16 hex digits of the caller's span; undefined when the trace begins here. */
  readonly parentSpanId: string | undefined
  /** The caller's `tracestate`, verbatim; only with a valid parent. */
  readonly traceState: string | undefined
  /** The caller's wish about export; it never touches what is metered. True for a trace that begins here. */
  readonly sampled: boolean
}

/** W3C Trace Context §3.3.1.1: longer values may be dropped; shorter ones must be kept. */
const TRACE_STATE_LENGTH_MAX = 512
/** §3.2: version 00 has exactly these four fields; later versions may append more after a hyphen. */
const TRACE_PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * Reads `traceparent` and `tracestate` (W3C Trace Context, Recommendation of 2021-11-23). Malformed, repeated or
 * all-zero ids begin a new trace, as §4.3 asks.
 */
export function readTraceContext(headers: Headers, dice: Dice): TraceContext {
  const parent = headers.get('traceparent')?.trim()
  const match = parent === undefined ? undefined : TRACE_PARENT.exec(parent)
  const [, version, traceId, spanId, flags, rest] = match ?? []
  if (
    traceId === undefined ||
    spanId === undefined ||
    flags === undefined ||
    version === 'ff' ||
    (version === '00' && rest !== undefined) ||
    !isValidTraceId(traceId) ||
    !isValidSpanId(spanId)
  )
    return {
      traceId: Buffer.from(dice.bytes(16)).toString('hex'),
      parentSpanId: undefined,
      traceState: undefined,
      sampled: true,
    }
  return {
    traceId,
    parentSpanId: spanId,
    traceState: readTraceState(headers.get('tracestate')),
    sampled: (Number.parseInt(flags, 16) & TraceFlags.SAMPLED) !== 0,
  }
}

/** The `traceparent` value that makes `spanId` the parent of what follows. */
export function formatTraceParent(context: {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
}): string {
  return `00-${context.traceId}-${context.spanId}-${context.sampled ? '01' : '00'}`
}

function readTraceState(value: string | null): string | undefined {
  const state = value?.trim()
  if (!state || state.length > TRACE_STATE_LENGTH_MAX) return undefined
  return /^[\x20-\x7e]+$/.test(state) ? state : undefined
}
