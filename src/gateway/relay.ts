import { Failure } from '../base/failure.ts'
import type { Secret } from '../base/secret.ts'
import type { AnswerReader, AnswerSummary, Dialect, Framing } from '../dialects/dialect.ts'
import type { UpstreamCall, UpstreamFault, UpstreamSink } from '../upstream/upstream.ts'
import { framingOf, isBodiless } from './answer-framing.ts'
import { type AnswerPipe, openPipe } from './answer-pipe.ts'
import type { Capture } from './capture.ts'
import { type Downstream, openDownstream } from './downstream.ts'
import { type AnswerFilters, openFilterPipe } from './filter-pipe.ts'
import { upstreamRequestId } from './headers.ts'
import { hideSecret } from './hide-secret.ts'
import { refusalOf } from './respond.ts'
import type { Ending } from './settle.ts'
import { openWholeBody, readWhole, type WholeBody } from './whole-body.ts'

/** What the relay needs to answer one call, and whom it tells. */
export interface RelayOptions {
  readonly requestId: string
  readonly dialect: Dialect
  readonly reader: AnswerReader
  /** How a good answer to this request is framed, by the dialect's reading of the request. */
  readonly framing: Framing
  readonly bodiless: boolean
  /** Set when a data policy acts: each slot of the answer then has a filter of its own. */
  readonly filters: AnswerFilters | undefined
  /** Rewrites a whole JSON body of a route that is otherwise not read. */
  readonly editWhole: ((text: string) => string) | undefined
  /** The provider's key, which must not stand in an error body. */
  readonly secret: Secret | undefined
  /** Called once, when the status is decided: with the whole body, or with the stream that will carry it. */
  respond(head: AnswerHead, body: AnswerBody): void
  /** Called once, when the answer never began: nothing was sent to the caller. */
  refuse(failure: Failure): void
  /** Called exactly once, on every way a call can end. Before `respond` for whole bodies, so that cost can be told. */
  ended(ending: Ending): void
  firstByte(): void
  /** Told of what the provider sends, where its workspace keeps content. */
  readonly capture?: Pick<Capture, 'head' | 'add'> | undefined
  /** Called after each event of a stream; may end the answer by `stop`. */
  readonly progress: (() => void) | undefined
}

const UNREADABLE = 'The provider sent an answer that the data policy of this call cannot read.'

/** A whole body, the stream that carries it, or none. */
export type AnswerBody = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null

export interface AnswerHead {
  readonly status: number
  readonly headers: Headers
}

/** The relay's side that the provider's connection drives, and the ways others may end it. */
export interface Relay extends UpstreamSink {
  /** Must be called before anything arrives. */
  attach(call: UpstreamCall): void
  /** The caller left. */
  leave(): void
  /** Ends the answer at once with an error in the dialect's shape. */
  stop(failure: Failure): void
}

type State = 'waiting' | 'peeking' | 'collecting' | 'streaming' | 'ended'

const FAULT_CODES = {
  unreachable: 'upstream_unreachable',
  connect_timeout: 'upstream_unreachable',
  first_byte_timeout: 'upstream_timeout',
  idle_timeout: 'upstream_timeout',
  call_timeout: 'upstream_timeout',
  reset: 'upstream_broke',
  malformed: 'upstream_broke',
  aborted: 'upstream_broke',
} as const satisfies Record<UpstreamFault, string>

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * The relay: a push state machine between a provider's connection and one direct stream. It awaits nothing,
 * writes once per readable event, commits the status only when the first body byte is there, and ends once.
 */
export function openRelay(options: RelayOptions): Relay {
  const { reader } = options
  let state: State = 'waiting'
  let call: UpstreamCall | undefined
  let head: AnswerHead | undefined
  let down: Downstream | undefined
  let pipe: AnswerPipe | undefined
  let whole: WholeBody | undefined
  let framing: Framing = options.framing

  function summary(): AnswerSummary {
    try {
      pipe?.catchUp?.()
    } catch {
      // What left before it was read cannot be taken back: the call is accounted for by what was read.
    }
    return reader.summary()
  }

  function end(outcome: Ending['outcome'], failure?: Failure, status?: number): void {
    state = 'ended'
    options.ended({
      outcome,
      status: status ?? head?.status ?? failure?.row.status ?? 0,
      failure,
      upstreamStatus: head?.status,
      sent: call?.sent ?? false,
      upstreamRequestId: head && upstreamRequestId(head.headers),
      summary: head && summary(),
    })
  }

  /** The answer breaks before or after it began; the caller is told in the way that is still open. */
  function fail(failure: Failure): void {
    if (state === 'ended') return
    const begun = state === 'streaming'
    call?.abort()
    end('failed', failure, begun ? head?.status : failure.row.status)
    if (!begun) options.refuse(failure)
    else if (framing === 'opaque') down?.reset()
    else {
      down?.write(options.dialect.breakOff(refusalOf(failure, options.requestId), framing))
      down?.flush()
      down?.end()
    }
  }

  function leave(): void {
    if (state === 'ended') return
    call?.abort()
    // A client that hangs up after the protocol's own end has read everything there was.
    if (state === 'streaming' && summary().complete) end('ok')
    else end('aborted', new Failure('downstream_gone'), 499)
  }

  function beginStream(first: Uint8Array): void {
    if (!head) return
    state = 'streaming'
    down = openDownstream({
      onLeave: leave,
      onFull: () => call?.pause(),
      onDrained: () => call?.resume(),
    })
    const { write } = down
    pipe =
      options.filters && framing !== 'opaque'
        ? openFilterPipe(framing, reader, options.filters, write)
        : openPipe(framing, reader, write)
    options.firstByte()
    stream(first)
    options.respond(head, down.body)
  }

  function stream(bytes: Uint8Array): void {
    try {
      pipe?.push(bytes)
      down?.flush()
      options.progress?.()
    } catch (cause) {
      fail(broken(cause))
    }
  }

  return {
    attach(given) {
      call = given
    },
    leave,
    stop: fail,
    onHead(status, headers) {
      if (state !== 'waiting') return
      head = { status, headers }
      const asked = options.framing === 'opaque' && options.editWhole ? 'json' : options.framing
      framing = framingOf(asked, status, headers)
      options.capture?.head(framing)
      const unread = framing === 'opaque' && options.framing !== 'opaque'
      if (status >= 300 && status < 400 && status !== 304) {
        fail(new Failure('upstream_redirected', { inside: status }))
      } else if (unread && options.filters) {
        fail(new Failure('upstream_broke', { says: UNREADABLE }))
      } else if (framing === 'json') {
        state = 'collecting'
        whole = openWholeBody()
      } else {
        state = 'peeking'
      }
    },
    onData(bytes) {
      options.capture?.add(bytes)
      if (state === 'streaming') stream(bytes)
      else if (state === 'peeking') beginStream(bytes)
      else if (state === 'collecting') collect(bytes)
    },
    onEnd() {
      if (state === 'streaming') endStream()
      else if (state !== 'ended') endWhole(whole?.take() ?? new Uint8Array(0))
    },
    onFault(fault, cause) {
      fail(new Failure(FAULT_CODES[fault], { inside: cause ?? fault }))
    },
  }

  function collect(bytes: Uint8Array): void {
    if (!whole || whole.add(bytes)) return
    // Too large to hold: it streams on unread, and is accounted for as a call without usage.
    if (options.filters) fail(new Failure('upstream_broke', { says: UNREADABLE }))
    else {
      framing = 'opaque'
      beginStream(whole.take())
    }
  }

  function endWhole(body: Uint8Array<ArrayBuffer>): void {
    if (!head) return
    const none = options.bodiless || isBodiless(head.status)
    // A stream that ends before its first byte never was an answer.
    if (state === 'peeking' && framing !== 'opaque' && !none) {
      fail(new Failure('upstream_broke', { inside: 'empty stream' }))
      return
    }
    try {
      const read = framing === 'json' ? wholeAnswer(body) : body
      const edited = head.status >= 400 ? hideSecret(read, options.secret) : read
      options.firstByte()
      end(head.status < 400 && !reader.summary().error ? 'ok' : 'failed')
      options.respond(head, none ? null : edited)
    } catch (cause) {
      fail(cause instanceof Failure ? cause : new Failure('internal', { inside: cause }))
    }
  }

  function wholeAnswer(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (!options.editWhole) return readWhole(body, reader, options.filters)
    const text = DECODER.decode(body)
    const edited = options.editWhole(text)
    return edited === text ? body : new TextEncoder().encode(edited)
  }

  function endStream(): void {
    try {
      pipe?.end()
    } catch (cause) {
      fail(broken(cause))
      return
    }
    const { complete, error } = reader.summary()
    // A connection that closes without the protocol's own end is a broken answer, however clean the close.
    if (framing !== 'opaque' && !complete && !error) {
      fail(new Failure('upstream_broke', { inside: 'ended without the end of the protocol' }))
      return
    }
    end(error ? 'failed' : 'ok')
    down?.flush()
    down?.end()
  }
}

function broken(cause: unknown): Failure {
  return cause instanceof Failure ? cause : new Failure('upstream_broke', { inside: cause })
}
