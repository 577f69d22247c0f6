import protobuf from 'protobufjs'

/** A span as a backend sees it. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  /** OTLP numbers: 1 internal, 2 server, 3 client. */
  readonly kind: number
  readonly startNanos: bigint
  readonly endNanos: bigint
  readonly attributes: Readonly<Record<string, unknown>>
  /** OTLP numbers: 0 unset, 1 ok, 2 error. */
  readonly status: number
  readonly statusMessage: string
}

export interface ReceivedRequest {
  readonly path: string
  readonly headers: Headers
  readonly resource: Readonly<Record<string, unknown>>
  readonly spans: readonly ReceivedSpan[]
}

/** How the receiver answers a request; `hang` never does. */
export type Reply = Response | 'hang'

export interface OtlpReceiver {
  readonly url: string
  readonly requests: readonly ReceivedRequest[]
  /** Spans of all requests that were answered with 2xx. */
  accepted(): readonly ReceivedSpan[]
  stop(): Promise<void>
}

/** A backend on loopback that decodes protobuf by field numbers of its own, not by the encoder under test. */
export function startOtlpReceiver(
  reply: (request: ReceivedRequest, count: number) => Reply = accept,
): OtlpReceiver {
  const requests: ReceivedRequest[] = []
  const accepted: ReceivedSpan[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const raw = new Uint8Array(await request.arrayBuffer())
      const isGzip = request.headers.get('content-encoding') === 'gzip'
      const { resource, spans } = decode(isGzip ? Bun.gunzipSync(raw) : raw)
      const { pathname: path } = new URL(request.url)
      const received = { path, headers: request.headers, resource, spans }
      requests.push(received)
      const answer = reply(received, requests.length)
      if (answer === 'hang') return new Promise<Response>(() => {})
      if (answer.ok) accepted.push(...spans)
      return answer
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    accepted: () => accepted,
    stop: () => server.stop(true),
  }
}

/** Full success: an empty response message. */
export function accept(): Response {
  return new Response(new Uint8Array(), { headers: { 'content-type': 'application/x-protobuf' } })
}

/** 200, but with this many spans refused. */
export function partial(rejectedSpans: number, errorMessage: string): Response {
  const bytes = ANSWER.encode({ partialSuccess: { rejectedSpans, errorMessage } }).finish()
  return new Response(Buffer.from(bytes), {
    headers: { 'content-type': 'application/x-protobuf' },
  })
}

/** Field numbers of `opentelemetry-proto` 1.x, trace and common; stable since 1.0. */
const root = protobuf.Root.fromJSON({
  nested: {
    Request: { fields: { resourceSpans: { rule: 'repeated', type: 'ResourceSpans', id: 1 } } },
    ResourceSpans: {
      fields: {
        resource: { type: 'Resource', id: 1 },
        scopeSpans: { rule: 'repeated', type: 'ScopeSpans', id: 2 },
      },
    },
    Resource: { fields: { attributes: { rule: 'repeated', type: 'KeyValue', id: 1 } } },
    ScopeSpans: { fields: { spans: { rule: 'repeated', type: 'Span', id: 2 } } },
    Span: {
      fields: {
        traceId: { type: 'bytes', id: 1 },
        spanId: { type: 'bytes', id: 2 },
        traceState: { type: 'string', id: 3 },
        parentSpanId: { type: 'bytes', id: 4 },
        name: { type: 'string', id: 5 },
        kind: { type: 'int32', id: 6 },
        startTimeUnixNano: { type: 'fixed64', id: 7 },
        endTimeUnixNano: { type: 'fixed64', id: 8 },
        attributes: { rule: 'repeated', type: 'KeyValue', id: 9 },
        status: { type: 'Status', id: 15 },
      },
    },
    Status: { fields: { message: { type: 'string', id: 2 }, code: { type: 'int32', id: 3 } } },
    KeyValue: { fields: { key: { type: 'string', id: 1 }, value: { type: 'AnyValue', id: 2 } } },
    AnyValue: {
      oneofs: {
        value: { oneof: ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue'] },
      },
      fields: {
        stringValue: { type: 'string', id: 1 },
        boolValue: { type: 'bool', id: 2 },
        intValue: { type: 'int64', id: 3 },
        doubleValue: { type: 'double', id: 4 },
        arrayValue: { type: 'ArrayValue', id: 5 },
      },
    },
    ArrayValue: { fields: { values: { rule: 'repeated', type: 'AnyValue', id: 1 } } },
    Answer: { fields: { partialSuccess: { type: 'Partial', id: 1 } } },
    Partial: {
      fields: { rejectedSpans: { type: 'int64', id: 1 }, errorMessage: { type: 'string', id: 2 } },
    },
  },
})
const REQUEST = root.lookupType('Request')
const ANSWER = root.lookupType('Answer')

interface WireValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: string
  readonly doubleValue?: number
  readonly arrayValue?: { readonly values?: readonly WireValue[] }
}
interface WirePair {
  readonly key: string
  readonly value: WireValue
}
interface WireSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes?: readonly WirePair[]
  readonly status?: { readonly code?: number; readonly message?: string }
}
interface WireRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly WirePair[] }
    readonly scopeSpans?: readonly { readonly spans?: readonly WireSpan[] }[]
  }[]
}

function decode(bytes: Uint8Array): Pick<ReceivedRequest, 'resource' | 'spans'> {
  const plain = REQUEST.toObject(REQUEST.decode(bytes), { longs: String, bytes: String })
  const { resourceSpans = [] } = plain as WireRequest
  return {
    resource: bag(resourceSpans[0]?.resource?.attributes),
    spans: resourceSpans.flatMap((each) =>
      (each.scopeSpans ?? []).flatMap((scope) => (scope.spans ?? []).map(readSpan)),
    ),
  }
}

function readSpan(span: WireSpan): ReceivedSpan {
  return {
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId ?? ''),
    name: span.name,
    kind: span.kind,
    startNanos: BigInt(span.startTimeUnixNano),
    endNanos: BigInt(span.endTimeUnixNano),
    attributes: bag(span.attributes),
    status: span.status?.code ?? 0,
    statusMessage: span.status?.message ?? '',
  }
}

function bag(pairs: readonly WirePair[] = []): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, plainValue(value)]))
}

function plainValue(value: WireValue): unknown {
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plainValue)
  if (value.intValue !== undefined) return Number(value.intValue)
  return value.stringValue ?? value.boolValue ?? value.doubleValue
}

function hex(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex')
}
