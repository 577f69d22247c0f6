import { heldBytes } from './held-bytes.ts'

/** A run of a streamed JSON array's bytes, exactly as received. */
export interface ArrayPiece {
  readonly bytes: Uint8Array
  /** True for one whole element; false for what stands around elements (brackets, commas, white space). */
  readonly element: boolean
  /** True for bytes that belong to no well-formed array: what was left when the stream ended, or foreign ones. */
  readonly broken: boolean
}

export interface ArrayFramer {
  /** Calls `onPiece` for each element that `bytes` completes, and before it for what stands between. */
  push(bytes: Uint8Array): void
  /** The stream ended: what is left is given, an unfinished element as a piece that is none. */
  end(): void
  /** Bytes taken and not yet given. */
  held(): number
}

const QUOTE = 34
const BACKSLASH = 92
const OPEN_LIST = 91
const CLOSE_LIST = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125
/** White space, commas and brackets: all that may stand between elements. */
const NEUTRAL: ReadonlySet<number> = new Set([9, 10, 13, 32, 44, OPEN_LIST, CLOSE_LIST])

/**
 * Cuts a JSON array that arrives in pieces (Gemini's streaming without `alt=sse`) into its elements, honouring
 * strings and escapes, without decoding. All pieces together are the stream. Elements that are no objects or
 * lists never occur there and count as what stands between. A body that is a single object (an error) is one
 * element. Throws `Failure('upstream_broke')` past the bound.
 */
export function jsonArrayFramer(
  bounds: { readonly frameBytesMax: number },
  onPiece: (piece: ArrayPiece) => void,
): ArrayFramer {
  const held = heldBytes(bounds.frameBytesMax)
  // Brackets open inside the element being read; 0 between elements.
  let depth = 0
  let inString = false
  // The last byte of the chunk before was a backslash inside a string.
  let escaped = false
  // The outer bracket has been seen, so that the next `[` begins an element.
  let inList = false
  // Bytes held before the element being read.
  let gap = 0
  // The outer bracket's end has been seen.
  let closed = false

  /** What stood before an element, then the element: a comma waits for what it announces. */
  function give(bytes: Uint8Array, whole: boolean): void {
    if (gap > 0) between(bytes.subarray(0, gap))
    onPiece({ bytes: bytes.subarray(gap), element: whole, broken: !whole })
    gap = 0
  }

  function between(bytes: Uint8Array): void {
    onPiece({ bytes, element: false, broken: !bytes.every((byte) => NEUTRAL.has(byte)) })
  }

  /** Behind the string's closing quote, or the chunk's end. */
  function skipString(chunk: Uint8Array, from: number): number {
    let at = escaped ? from + 1 : from
    escaped = false
    while (inString) {
      const quote = chunk.indexOf(QUOTE, at)
      const end = quote === -1 ? chunk.length : quote
      let slashes = 0
      while (end - slashes > at && chunk[end - slashes - 1] === BACKSLASH) slashes++
      const odd = slashes % 2 === 1
      if (quote === -1) {
        escaped = odd
        return chunk.length
      }
      inString = odd
      at = quote + 1
    }
    return at
  }

  function push(chunk: Uint8Array): void {
    let from = 0
    let at = 0
    while (at < chunk.length) {
      if (inString) {
        at = skipString(chunk, at)
        continue
      }
      const byte = chunk[at++]
      if (byte === QUOTE) inString = depth > 0
      else if (byte === OPEN_OBJECT || (byte === OPEN_LIST && (inList || depth > 0))) {
        if (depth === 0) gap = held.size() + at - 1 - from
        depth++
      } else if (byte === OPEN_LIST) inList = true
      else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && depth > 0) {
        depth--
        if (depth === 0) {
          give(held.complete(chunk, from, at), true)
          from = at
        }
      } else if (byte === CLOSE_LIST) closed = true
    }
    if (from === chunk.length) return
    if (closed && depth === 0) between(held.complete(chunk, from, chunk.length))
    else held.keep(chunk, from)
  }

  return {
    push,
    end() {
      if (held.size() > 0) {
        const bytes = held.complete(new Uint8Array(0), 0, 0)
        if (depth > 0) give(bytes, false)
        else between(bytes)
      }
    },
    held: held.size,
  }
}

/** The bytes before an element that is added to a list already begun, as Gemini writes them. */
export const ELEMENT_SEPARATOR = ',\r\n'
