import type { World } from '../base/world.ts'
import { startDeadlines } from './deadlines.ts'
import { isOwnHeader } from './request-head.ts'
import { isHopByHop } from './response-head.ts'
import type {
  Upstream,
  UpstreamCall,
  UpstreamFault,
  UpstreamRequest,
  UpstreamSink,
  UpstreamTimeouts,
} from './upstream.ts'
import { startWatch, type Watch } from './watch.ts'

/** What the fetch dialler is made of. */
export interface FetchOptions {
  readonly world: Pick<World, 'clock' | 'log'>
  /** Trusted roots as PEM instead of the system's. */
  readonly ca?: string
}

/** The runtime's names for "no connection came about": no byte of the request can have been sent. */
const NEVER_CONNECTED = new Set([
  'ConnectionRefused',
  'ECONNREFUSED',
  'FailedToOpenSocket',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'UNKNOWN_CERTIFICATE_VERIFICATION_ERROR',
])

/**
 * The same contract over the runtime's `fetch`: slower per chunk, but it speaks through proxies. It differs in that
 * connecting counts into the wait for the first byte, a `user-agent` is added when there is none, and answers
 * are read more leniently.
 */
export function fetchUpstream({ world, ca }: FetchOptions): Upstream {
  const watch = startWatch(world.clock)
  return {
    send: (request, sink, timeouts) => startCall(world, watch, ca, request, sink, timeouts),
    close() {},
  }
}

function startCall(
  world: Pick<World, 'log'>,
  watch: Watch,
  ca: string | undefined,
  request: UpstreamRequest,
  sink: UpstreamSink,
  timeouts: UpstreamTimeouts,
): UpstreamCall {
  const control = new AbortController()
  let over = false
  let answered = false
  let sent = true
  let running = Promise.withResolvers<void>()
  let paused = false
  running.resolve()
  const deadlines = startDeadlines(
    watch,
    timeouts,
    () => paused,
    (fault) => finish(() => sink.onFault(fault), true),
  )

  function finish(tell: () => void, cut: boolean): void {
    if (over) return
    over = true
    deadlines.stop()
    running.resolve()
    if (cut) control.abort()
    guarded(tell)
  }
  /** A sink that throws loses its own call and nothing else. */
  function guarded(tell: () => void): void {
    try {
      tell()
    } catch (cause) {
      const error = cause instanceof Error ? cause.name : 'other'
      world.log.error('upstream_sink_threw', { error })
      finish(() => sink.onFault('aborted', cause), true)
    }
  }
  async function run(): Promise<void> {
    const answer = await fetch(request.url, fetchInit(request, control.signal, ca))
    if (over) return
    answered = true
    deadlines.enter('streaming')
    const headers = new Headers(answer.headers)
    for (const name of [...headers.keys()]) if (isHopByHop(name)) headers.delete(name)
    guarded(() => sink.onHead(answer.status, headers))
    const reader = answer.body?.getReader()
    while (reader && !over) {
      if (paused) await running.promise
      const piece = await reader.read()
      if (over || piece.done) break
      deadlines.moved = true
      guarded(() => sink.onData(piece.value))
    }
    finish(() => sink.onEnd(), false)
  }

  deadlines.enter('answering')
  run().catch((cause: unknown) => {
    const fault = faultOf(cause, answered)
    if (fault === 'unreachable') sent = false
    finish(() => sink.onFault(fault, cause), true)
  })
  return {
    pause() {
      if (paused || over) return
      paused = true
      running = Promise.withResolvers<void>()
    },
    resume() {
      paused = false
      running.resolve()
    },
    abort: () => finish(() => {}, true),
    get sent() {
      return sent
    },
  }
}

function fetchInit(
  request: UpstreamRequest,
  signal: AbortSignal,
  ca: string | undefined,
): BunFetchRequestInit {
  const headers = new Headers()
  for (const [name, value] of request.headers) if (!isOwnHeader(name)) headers.append(name, value)
  // Without this the runtime asks for compressed answers the caller never asked for.
  if (!headers.has('accept-encoding')) headers.set('accept-encoding', 'identity')
  if (request.contentLength !== undefined && request.body instanceof ReadableStream)
    headers.set('content-length', String(request.contentLength))
  return {
    method: request.method,
    headers,
    body: fetchBody(request.body),
    redirect: 'manual',
    decompress: false,
    timeout: false,
    signal,
    ...(ca === undefined ? {} : { tls: { ca } }),
  }
}

/** `fetch` takes no view of memory that threads share; ours never is, which only a copy can prove to the types. */
function fetchBody(body: UpstreamRequest['body']): BodyInit | null {
  if (body === undefined) return null
  return body instanceof ReadableStream ? body : new Uint8Array(body)
}

function faultOf(cause: unknown, answered: boolean): UpstreamFault {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (NEVER_CONNECTED.has(code)) return 'unreachable'
  if (/malformed|invalidhttp|invalid_http/i.test(code)) return 'malformed'
  return answered || code !== '' ? 'reset' : 'aborted'
}
