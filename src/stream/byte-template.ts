import { isUtf8 } from 'node:buffer'
import type { Hole } from './template.ts'

/** A template over bytes: what `template.ts` recognizes in text, without decoding. */
export interface ByteTemplate {
  /**
   * Where the bytes end that stand at `from` and equal the sample outside the holes, or -1. A string with `\u` escapes
   * or broken UTF-8 fits nothing here: whoever reads text has to look at it.
   */
  match(bytes: Uint8Array, from: number): number
  /** UTF-8 bytes of each hole's text in what matched last, escapes undone. */
  readonly sizes: readonly number[]
  /** A sample offset outside the holes, in the bytes that matched last. */
  moved(offset: number): number
}

const QUOTE = 34
const BACKSLASH = 92
const SPACE = 32
const ZERO = 48
const NINE = 57
/** What may follow a backslash and stands for one byte. */
const ESCAPED = new Set(Buffer.from('"\\/bfnrt'))

/** Recognizes bytes that differ from `sample` in `holes` only (byte offsets, in order, without overlap). */
export function byteTemplateOf(sample: Uint8Array, holes: readonly Hole[]): ByteTemplate {
  const segments = [...holes, undefined].map((hole, index) =>
    // A copy whatever it is given: a Buffer's own `slice` would stay a view of the socket's memory.
    Uint8Array.from(sample.subarray(holes[index - 1]?.end ?? 0, hole?.start ?? sample.length)),
  )
  const last = segments.pop() ?? sample
  const strings = holes.map(({ kind }) => kind === 'string')
  const sizes = holes.map(() => 0)
  const ends = holes.map(() => 0)
  let base = 0

  function match(bytes: Uint8Array, from: number): number {
    let at = from
    for (let index = 0; index < segments.length; index++) {
      at = equalTo(bytes, at, segments[index] ?? last)
      if (at === -1) return -1
      const end = strings[index] ? stringEnd(bytes, at) : digitsEnd(bytes, at)
      if (end === -1) return -1
      sizes[index] = textBytes
      ends[index] = end
      at = end
    }
    base = from
    return equalTo(bytes, at, last)
  }

  /** Of the string that `stringEnd` saw last. */
  let textBytes = 0

  function stringEnd(bytes: Uint8Array, from: number): number {
    let escapes = 0
    let wide = false
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0
      if (byte === QUOTE) {
        if (wide && !isUtf8(bytes.subarray(from, at))) return -1
        textBytes = at - from - escapes
        return at
      }
      if (byte < SPACE) return -1
      if (byte > 127) wide = true
      else if (byte === BACKSLASH) {
        if (!ESCAPED.has(bytes[++at] ?? 0)) return -1
        escapes++
      }
    }
    return -1
  }

  return {
    match,
    sizes,
    moved(offset) {
      for (let index = holes.length - 1; index >= 0; index--) {
        const hole = holes[index]
        if (hole && offset >= hole.end) return offset - hole.end + (ends[index] ?? 0)
      }
      return base + offset
    },
  }
}

/** Where `part` ends in `bytes` when it stands at `from`, or -1. */
function equalTo(bytes: Uint8Array, from: number, part: Uint8Array): number {
  const { length } = part
  if (bytes.length - from < length) return -1
  for (let index = 0; index < length; index++) if (bytes[from + index] !== part[index]) return -1
  return from + length
}

function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && (bytes[at] ?? 0) >= ZERO && (bytes[at] ?? 0) <= NINE) at++
  // JSON has no number that begins with a needless zero.
  return at === from || (bytes[from] === ZERO && at > from + 1) ? -1 : at
}
