/** Why a provider's answer did not come, or did not come whole. */
export type UpstreamFault =
  | 'unreachable'
  | 'connect_timeout'
  | 'first_byte_timeout'
  | 'idle_timeout'
  | 'call_timeout'
  | 'reset'
  | 'malformed'
  | 'aborted'

export interface UpstreamRequest {
  readonly method: string
  readonly url: URL
  /** Complete but for `host`, `content-length`, `transfer-encoding` and `connection`, which the dialler sets. */
  readonly headers: Headers
  /** Whole body, a stream (sent chunked unless `contentLength` is known), or none. */
  readonly body: Uint8Array | ReadableStream<Uint8Array> | undefined
  readonly contentLength?: number
}

/** Told what arrives, in order, synchronously from the socket. After `onEnd` or `onFault` nothing follows. */
export interface UpstreamSink {
  /** `headers` as received but for hop-by-hop ones, which are gone. */
  onHead(status: number, headers: Headers): void
  /** One readable event's body bytes. The bytes are only valid during the call unless copied. */
  onData(bytes: Uint8Array): void
  onEnd(): void
  onFault(fault: UpstreamFault, cause?: unknown): void
}

export interface UpstreamCall {
  /** Stops reading from the provider until `resume`; used when the caller is slow. */
  pause(): void
  resume(): void
  /** Closes the provider's connection at once. No callback follows. */
  abort(): void
  /** True once a byte of the request may have reached the provider: from then on a hold can only be settled. */
  readonly sent: boolean
}

export interface UpstreamTimeouts {
  readonly connectMs: number
  readonly firstByteMs: number
  readonly idleMs: number
  readonly callMs: number
}

/**
 * Dials providers. Follows no redirect, decodes no body, adds no header but the framing ones, retries nothing
 * except a dead pooled socket on which no byte was sent.
 */
export interface Upstream {
  send(request: UpstreamRequest, sink: UpstreamSink, timeouts: UpstreamTimeouts): UpstreamCall
  /** Closes idle sockets; calls in flight go on. */
  close(): void
}
