import type { AnswerPipe, Out } from './answer-pipe.ts'

/** A pipe that knows whether it stands between two frames. */
export interface FramedPipe extends AnswerPipe {
  /** Bytes of a frame that is not whole yet. */
  held(): number
}

/**
 * Bytes that may have left unread, for each stream: some dozen events of a model. What a chunk costs to read is mostly
 * fetching the reader's code and memory after the chunks of all other streams; for many at once that is paid once.
 */
const UNREAD_BYTES_MAX = 4096
const LF = 10
const CR = 13

/**
 * Lets chunks that are whole frames leave at once and reads them later, many at a time. For answers that leave as they
 * came whatever is in them; after each `push` the same bytes have left as would have with `open(out)` alone.
 */
export function readBehind(open: (out: Out) => FramedPipe, out: Out): AnswerPipe {
  let late = false
  const pipe = open((piece) => {
    if (!late) out(piece)
  })
  let unread: Uint8Array | undefined
  let size = 0
  /** Between two frames; kept here, for whom a chunk has to ask is fetched anew for each. */
  let between = true

  function catchUp(): void {
    if (!unread || size === 0) return
    const bytes = unread.subarray(0, size)
    size = 0
    late = true
    try {
      pipe.push(bytes)
    } finally {
      late = false
    }
  }

  return {
    push(bytes) {
      if (!between || bytes.length > UNREAD_BYTES_MAX || !endsFrame(bytes)) {
        catchUp()
        pipe.push(bytes)
        between = pipe.held() === 0
        return
      }
      if (size + bytes.length > UNREAD_BYTES_MAX) catchUp()
      out(bytes)
      unread ??= new Uint8Array(UNREAD_BYTES_MAX)
      unread.set(bytes, size)
      size += bytes.length
    },
    catchUp,
    end() {
      catchUp()
      pipe.end()
    },
  }
}

/** True when a blank line surely ends `bytes`, given that a frame begins with them. */
function endsFrame(bytes: Uint8Array): boolean {
  const last = bytes.length - 1
  if (bytes[last] !== LF) return false
  return bytes[last - 1] === LF || (bytes[last - 1] === CR && bytes[last - 2] === LF)
}
