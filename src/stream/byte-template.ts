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
  const count = holes.length
  // All that is fixed in one run of memory: between two frames of a stream come those of all others, and each piece of
  // memory to be looked at is then fetched anew. A copy whatever it is given: a Buffer's own `slice` would stay a view
  // of the socket's memory.
  const fixed = new Uint8Array(
    sample.length - holes.reduce((sum, hole) => sum + hole.end - hole.start, 0),
  )
  /** Where each hole stands in `fixed`. */
  const cuts: number[] = []
  let filled = 0
  for (const [index, hole] of [...holes, undefined].entries()) {
    const part = sample.subarray(holes[index - 1]?.end ?? 0, hole?.start ?? sample.length)
    fixed.set(part, filled)
    filled += part.length
    cuts.push(filled)
  }
  const strings = holes.map(({ kind }) => kind === 'string')
  const sizes = holes.map(() => 0)
  const ends = holes.map(() => 0)
  let base = 0

  function match(bytes: Uint8Array, from: number): number {
    const { length } = bytes
    let at = from
    let done = 0
    for (let index = 0; index < count; index++) {
      const cut = cuts[index] ?? 0
      if (length - at < cut - done) return -1
      while (done < cut) if (bytes[at++] !== fixed[done++]) return -1
      const end = strings[index] ? stringEnd(bytes, at) : digitsEnd(bytes, at)
      if (end === -1) return -1
      sizes[index] = textBytes
      ends[index] = end
      at = end
    }
    if (length - at < fixed.length - done) return -1
    while (done < fixed.length) if (bytes[at++] !== fixed[done++]) return -1
    base = from
    return at
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

function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && (bytes[at] ?? 0) >= ZERO && (bytes[at] ?? 0) <= NINE) at++
  // JSON has no number that begins with a needless zero.
  return at === from || (bytes[from] === ZERO && at > from + 1) ? -1 : at
}
