import {
  type HrTime,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
} from '@opentelemetry/api'
import type { InstrumentationScope } from '@opentelemetry/core'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Attributes, AttributeValue, SpanRecord } from '../base/span.ts'
import type { Profile } from './profile.ts'

/** Sent as `service.name`: what backends list the gateway under. */
export const SERVICE_NAME = 'llm-gateway'

const SCOPE: InstrumentationScope = { name: 'sluice' }
const KINDS: Record<SpanRecord['kind'], SpanKind> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
}
const STATUSES: Record<SpanRecord['status'], SpanStatusCode> = {
  unset: SpanStatusCode.UNSET,
  ok: SpanStatusCode.OK,
  error: SpanStatusCode.ERROR,
}

/** What every batch of one destination has in common. */
export interface Encoder {
  /** One `ExportTraceServiceRequest` in protobuf. */
  encode(spans: readonly SpanRecord[]): Uint8Array
}

/** Encodes for one profile; `resource` stands beside the service name. */
export function otlpEncoder(profile: Profile, resource: Attributes): Encoder {
  const from = resourceFromAttributes({
    'service.name': SERVICE_NAME,
    ...mutable(resource),
  })
  return {
    encode(spans) {
      const request = spans.map((span) => readable(span, profile, from))
      return ProtobufTraceSerializer.serializeRequest(request) ?? new Uint8Array()
    },
  }
}

/** What a backend said of a batch it answered with 200. */
export interface Verdict {
  readonly rejectedSpans: number
  readonly reason: string
}

/** Reads an `ExportTraceServiceResponse`; an answer that is none counts as full acceptance. */
export function readVerdict(bytes: Uint8Array, contentType: string | null): Verdict {
  const none = { rejectedSpans: 0, reason: '' }
  if (bytes.length === 0 || !(contentType ?? '').includes('protobuf')) return none
  try {
    const partial = ProtobufTraceSerializer.deserializeResponse(bytes).partialSuccess
    return {
      rejectedSpans: Number(partial?.rejectedSpans ?? 0),
      reason: (partial?.errorMessage ?? '').slice(0, 500),
    }
  } catch {
    return none
  }
}

function readable(span: SpanRecord, profile: Profile, resource: Resource): ReadableSpan {
  const context: SpanContext = {
    traceId: span.traceId,
    spanId: span.spanId,
    traceFlags: TraceFlags.SAMPLED,
  }
  const startTime = hrTime(span.startMs)
  const endTime = hrTime(Math.max(span.startMs, span.endMs))
  return {
    name: span.name,
    kind: KINDS[span.kind],
    spanContext: () => context,
    ...(span.parentSpanId === undefined
      ? {}
      : { parentSpanContext: { ...context, spanId: span.parentSpanId } }),
    startTime,
    endTime,
    duration: hrTime(Math.max(0, span.endMs - span.startMs)),
    ended: true,
    status: {
      code: STATUSES[span.status],
      ...(span.statusMessage === undefined ? {} : { message: span.statusMessage }),
    },
    attributes: mutable(profile.attributes(span)),
    links: [],
    events: [],
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

/** Their types want arrays they may change; ours stay as they are. */
function mutable(
  attributes: Attributes,
): Record<string, Exclude<AttributeValue, readonly string[]> | string[]> {
  const bag: Record<string, Exclude<AttributeValue, readonly string[]> | string[]> = {}
  for (const [name, value] of Object.entries(attributes))
    bag[name] = typeof value === 'object' ? [...value] : value
  return bag
}

/** Seconds and nanoseconds, without the rounding of a float in nanoseconds. */
function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1_000)
  return [seconds, Math.round((milliseconds - seconds * 1_000) * 1e6)]
}
