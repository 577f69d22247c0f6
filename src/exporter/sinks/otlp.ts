import type { SpanRecord } from '../../base/span.ts'
import type { World } from '../../base/world.ts'
import { recordedSpans } from '../../telemetry/recorded.ts'
import { type Fetch, post } from '../http.ts'
import { otlpEncoder, readVerdict } from '../otlp-encode.ts'
import type { Credentials, Profile } from '../profile.ts'
import type { Sink } from '../sink.ts'

export interface OtlpSinkOptions {
  readonly name: string
  readonly profile: Profile
  /** Origin and path, with or without the profile's own path at the end. */
  readonly endpoint: string
  readonly credentials: Credentials
  /** Further headers, which win over the profile's. */
  readonly headers: Readonly<Record<string, string>>
  readonly world: World
  readonly fetch: Fetch
  readonly timeoutMs?: number | undefined
  /** Leaves out calls whose caller asked not to export its trace. */
  readonly sampledOnly: boolean
}

/** Spans of one request; backends warn or refuse beyond 4 MB, which 512 spans stay well below. */
const SPANS_MAX = 512
const BYTES_MAX = 4 * 1024 * 1024
/** A backend far away answers in 100 ms: four requests at once carry 20 000 spans a second there. */
const IN_FLIGHT_MAX = 4

/**
 * OTLP over HTTP, protobuf and gzip. Calls come from the usage events, so each has its root span here whatever became of the
 * gateway; the spans of the bus only add the inner steps. (The SDK's own exporter class is not used: it hides how a
 * batch was answered, and queue, retries and dead letters are ours.)
 */
export function otlpSink(options: OtlpSinkOptions): Sink {
  const { profile, world } = options
  const encoder = otlpEncoder(profile, profile.resource(options.credentials))
  const url = options.endpoint.replace(/\/+$/, '').endsWith(profile.path)
    ? options.endpoint
    : options.endpoint.replace(/\/+$/, '') + profile.path
  const headers = {
    ...profile.headers(options.credentials),
    ...options.headers,
    'content-type': 'application/x-protobuf',
    'content-encoding': 'gzip',
  }

  async function send(spans: readonly SpanRecord[]): Promise<void> {
    if (spans.length === 0) return
    if (spans.length > SPANS_MAX) return sendBoth(spans, SPANS_MAX)
    const bytes = encoder.encode(spans)
    if (bytes.length > BYTES_MAX && spans.length > 1)
      return sendBoth(spans, Math.ceil(spans.length / 2))
    const body = Bun.gzipSync(Buffer.from(bytes), { level: 1 })
    const answer = await post(options.fetch, url, headers, body, options.timeoutMs)
    const verdict = readVerdict(answer.bytes, answer.contentType)
    // The protocol forbids to send a partly accepted batch again; the count and the reason are all there is.
    if (verdict.rejectedSpans > 0 || verdict.reason !== '')
      world.log.warn('exporter.partial_success', { sink: options.name, ...verdict })
  }

  async function sendBoth(spans: readonly SpanRecord[], cut: number): Promise<void> {
    await send(spans.slice(0, cut))
    await send(spans.slice(cut))
  }

  return {
    name: options.name,
    // Two spans each: one request a batch, so that a refused one repeats nothing that was accepted.
    usageBatchMax: SPANS_MAX / 2,
    concurrency: IN_FLIGHT_MAX,
    storeUsage: (events) => send(events.flatMap(recordedSpans)),
    stepsOnly: true,
    sampledOnly: options.sampledOnly,
    storeSpans: send,
  }
}
