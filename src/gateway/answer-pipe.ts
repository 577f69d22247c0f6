import { LIMITS } from '../base/limits.ts'
import type { AnswerReader, Framing } from '../dialects/dialect.ts'
import { jsonArrayFramer } from '../stream/array.ts'
import { applySplices, type Splice } from '../stream/splice.ts'
import { readSse, type SseFrame, spliceSse, sseFramer } from '../stream/sse.ts'
import { type FramedPipe, readBehind } from './read-behind.ts'

/** Where a pipe writes what may leave. */
export type Out = (piece: Uint8Array | string) => void

/** One answer's bytes on their way: whole frames leave unchanged unless the reader has an edit for them. */
export interface AnswerPipe {
  /** Takes one readable event's bytes. Throws `Failure('upstream_broke')` for a frame past the bound. */
  push(bytes: Uint8Array): void
  /** What left unread is read now; to be called before the reader is asked for its summary. */
  catchUp?(): void
  /** The provider ended: what is left leaves too. */
  end(): void
}

/**
 * A pipe for a streamed answer. A frame leaves when it is whole: clients cannot use less, and a frame that
 * breaks off is then never half sent. Neighbouring unchanged frames of one event leave as one piece, uncopied.
 */
export function openPipe(framing: Framing, reader: AnswerReader, out: Out): AnswerPipe {
  if (framing === 'sse') return ssePipe(reader, out)
  if (framing === 'array') return arrayPipe(reader, out)
  return { push: out, end() {} }
}

/**
 * True for what stood after the last blank line of an answer that is neither whole nor failed by the provider's own
 * word: clients drop such a half, and the error event that follows it must not end up on its line.
 */
export function isHalf(frame: SseFrame, reader: AnswerReader): boolean {
  return !frame.terminated && !isOver(reader)
}

/** True once the answer has ended by the provider's own word, well or not. */
export function isOver(reader: AnswerReader): boolean {
  const { complete, error } = reader.summary()
  return complete || error !== undefined
}

function ssePipe(reader: AnswerReader, out: Out): AnswerPipe {
  return reader.edits
    ? readBefore(reader, out)
    : readBehind((late) => readBefore(reader, late), out)
}

/** Each frame is read before it leaves. */
function readBefore(reader: AnswerReader, out: Out): FramedPipe {
  const run = runOf(out)

  function read(frame: SseFrame): void {
    const text = readSse(frame)
    if (text.data === undefined) {
      if (!isHalf(frame, reader)) run.add(frame.bytes)
      return
    }
    const { drop, splices } = reader.glance(text.data, text.event)
    reader.remember(frame, text)
    const leaves = !drop && !isHalf(frame, reader)
    if (leaves && splices.length === 0) {
      run.add(frame.bytes)
      return
    }
    run.flush()
    if (leaves) out(spliceSse(text, splices))
  }

  /** Lets the bytes from `from` on leave with the gateway's own edits; gives where what is left begins. */
  function edit(bytes: Uint8Array, from: number, splices: readonly Splice[]): number {
    let kept = from
    for (const { start, end, text } of splices) {
      if (start > kept) run.add(bytes.subarray(kept, start))
      run.flush()
      if (text !== '') out(text)
      kept = end
    }
    return kept
  }

  /** Frames like those before them leave without being decoded; gives where the first other one begins. */
  function passFamiliar(bytes: Uint8Array, start: number): number {
    let at = start
    let from = start
    while (at < bytes.length) {
      const seen = reader.recognize(bytes, at)
      if (!seen) break
      if (seen.splices.length > 0) from = edit(bytes, from, seen.splices)
      at = seen.end
    }
    if (at > from) run.add(from === 0 && at === bytes.length ? bytes : bytes.subarray(from, at))
    return at
  }

  const framer = sseFramer({ frameBytesMax: LIMITS.sseFrameBytesMax }, read, passFamiliar)
  return {
    push(bytes) {
      framer.push(bytes)
      run.flush()
    },
    end() {
      framer.end()
      run.flush()
    },
    held: framer.held,
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function arrayPipe(reader: AnswerReader, out: Out): AnswerPipe {
  const run = runOf(out)
  let ended = false
  const framer = jsonArrayFramer({ frameBytesMax: LIMITS.sseFrameBytesMax }, (piece) => {
    // Half an element, or a comma without one, would take the error element that follows it along.
    if (ended && !isOver(reader)) return
    if (!piece.element) return run.add(piece.bytes)
    const text = decoder.decode(piece.bytes)
    const { splices } = reader.glance(text, undefined)
    if (splices.length === 0) return run.add(piece.bytes)
    run.flush()
    out(applySplices(text, splices))
  })
  return {
    push(bytes) {
      framer.push(bytes)
      run.flush()
    },
    end() {
      ended = true
      framer.end()
      run.flush()
    },
  }
}

/** Joins neighbouring views of the same memory, so that a chunk of many unchanged frames is one write. */
function runOf(out: Out): { add(bytes: Uint8Array): void; flush(): void } {
  let run: Uint8Array | undefined
  function flush(): void {
    if (run) out(run)
    run = undefined
  }
  return {
    flush,
    add(bytes) {
      if (
        run &&
        run.buffer === bytes.buffer &&
        run.byteOffset + run.byteLength === bytes.byteOffset
      ) {
        run = new Uint8Array(run.buffer, run.byteOffset, run.byteLength + bytes.byteLength)
        return
      }
      flush()
      run = bytes
    },
  }
}
