/** What an attribute can hold: the value types of OpenTelemetry that survive JSON unchanged. */
export type AttributeValue = string | number | boolean | readonly string[]

/** Attribute name → value. Names are ours (`telemetry/gen-ai.ts`); values never hold unredacted content. */
export type Attributes = Readonly<Record<string, AttributeValue>>

/** OpenTelemetry's span kinds as far as a gateway has them. */
export type SpanKindName = 'server' | 'client' | 'internal'

/** OpenTelemetry's status codes. `ok` is never set by the gateway itself: `unset` means no error. */
export type SpanStatus = 'unset' | 'ok' | 'error'

/** One finished span as it travels over the bus and into the trace store. */
export interface SpanRecord {
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits; a hash of exchange id and position, so that a repeat is the same span. */
  readonly spanId: string
  /** 16 hex digits, or undefined for a root. */
  readonly parentSpanId: string | undefined
  readonly exchangeId: string
  readonly organizationId: string
  readonly workspaceId: string
  readonly name: string
  readonly kind: SpanKindName
  /** Milliseconds since the Unix epoch, with fractions. */
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Attributes
  readonly status: SpanStatus
  /** A public sentence or code, never a provider's text. */
  readonly statusMessage: string | undefined
}
