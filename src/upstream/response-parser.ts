import { LIMITS } from '../base/limits.ts'
import { type BodyReader, chunkedBody, lengthBody, untilCloseBody } from './chunked.ts'
import { type ResponseHead, readHead } from './response-head.ts'

/** What the parser tells, in order. After `onWhole` or `onBroken` nothing follows. */
export interface ResponseEvents {
  onHead(status: number, headers: Headers): void
  /** All body bytes of one pushed piece, in one run; valid during the call. */
  onBody(bytes: Uint8Array): void
  /** The answer is whole; `reusable` when the connection may carry another request. */
  onWhole(reusable: boolean): void
  /** The bytes are no HTTP/1 answer; `why` is for the log. */
  onBroken(why: string): void
}

/** A push parser for one answer. */
export interface ResponseParser {
  /** Takes what one read gave. The bytes are used up: framing is taken out in place. */
  push(bytes: Uint8Array): void
  /** The connection has ended in order: ends a body without length. False when the answer is cut short. */
  close(): boolean
  /** Makes the parser deaf, from inside an event too. */
  stop(): void
}

/** Interim answers (100, 103) before the real one; more are a flood. */
const INTERIM_MAX = 8
const NOTHING = new Uint8Array(0)
const BLANK_LINE = Buffer.from('\r\n\r\n')

/**
 * Reads one HTTP/1 answer (RFC 9112). `method` decides whether a body follows. Heads are bounded by
 * `LIMITS.upstreamHeadBytesMax`; interim answers are skipped; 101 is refused, nobody asked for it.
 */
export function responseParser(method: string, events: ResponseEvents): ResponseParser {
  let stopped = false
  let interim = 0
  let head: ResponseHead | undefined
  let body: BodyReader | undefined
  /** Bytes of a head that is not complete yet, `heldBytes` of them. */
  let held: Uint8Array = NOTHING
  let heldBytes = 0

  function broken(why: string): void {
    stopped = true
    events.onBroken(why)
  }

  function whole(reusable: boolean): void {
    stopped = true
    events.onWhole(reusable)
  }

  function hold(bytes: Uint8Array): void {
    if (held.length < heldBytes + bytes.length) {
      const larger = new Uint8Array(Math.max(2 * held.length, heldBytes + bytes.length))
      larger.set(held.subarray(0, heldBytes))
      held = larger
    }
    held.set(bytes, heldBytes)
    heldBytes += bytes.length
  }

  /** Remembers an unfinished head: already there unless an interim answer before it was taken off. */
  function keep(bytes: Uint8Array, from: number): void {
    if (from === 0 && heldBytes === bytes.length) return
    const left = bytes.slice(from)
    heldBytes = 0
    hold(left)
  }

  /** Gives where the body begins in `bytes`, or -1 when the head is not complete or is broken. */
  function takeHead(bytes: Uint8Array, searched: number): number {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    let from = 0
    for (;;) {
      const end = view.indexOf(BLANK_LINE, Math.max(from, searched - 3))
      if ((end < 0 ? view.length : end) - from > LIMITS.upstreamHeadBytesMax) {
        broken('a head beyond the limit')
        return -1
      }
      if (end < 0) {
        keep(bytes, from)
        return -1
      }
      const read = readHead(view.toString('latin1', from, end))
      if (typeof read === 'string') {
        broken(read)
        return -1
      }
      from = end + 4
      if (read.status >= 200) {
        head = read
        return from
      }
      if (read.status === 101 || ++interim > INTERIM_MAX) {
        broken(read.status === 101 ? 'an upgrade nobody asked for' : 'a flood of interim answers')
        return -1
      }
    }
  }

  function openBody({ status, headers, framing }: ResponseHead): void {
    if (method === 'HEAD' || status === 204 || status === 304) body = lengthBody(0)
    else if (framing === 'chunked') body = chunkedBody()
    else body = framing === 'close' ? untilCloseBody() : lengthBody(framing)
    events.onHead(status, headers)
  }

  function takeBody(reader: BodyReader, bytes: Uint8Array, from: number): void {
    const sound = reader.take(bytes, from)
    if (reader.end > reader.start) {
      const all = reader.start === 0 && reader.end === bytes.length
      events.onBody(all ? bytes : bytes.subarray(reader.start, reader.end))
      if (stopped) return
    }
    if (!sound) broken('broken chunked coding')
    else if (reader.ended) whole(head?.keepAlive === true && reader.rest === bytes.length)
  }

  return {
    push(bytes) {
      if (stopped) return
      if (body) return takeBody(body, bytes, 0)
      let all = bytes
      const searched = heldBytes
      if (heldBytes > 0) {
        hold(bytes)
        all = held.subarray(0, heldBytes)
      }
      const from = takeHead(all, searched)
      if (from < 0 || !head) return
      held = NOTHING
      openBody(head)
      if (!stopped && body) takeBody(body, all, from)
    },
    close() {
      if (stopped) return true
      if (!body || head?.framing !== 'close') return false
      whole(false)
      return true
    },
    stop() {
      stopped = true
    },
  }
}
