/** A part of a text that changes from one to the next of its kind. */
export interface Hole {
  readonly start: number
  readonly end: number
  /** The content of a JSON string, or a run of digits. */
  readonly kind: 'string' | 'digits'
}

/** Where the holes stand in a text that fits, in order; reused by the next `fits`. */
export interface Fit {
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

export interface Template {
  /** True when `text` equals the sample outside the holes, and each hole holds what its kind allows. */
  fits(text: string): boolean
  readonly fit: Fit
  /** A sample offset outside the holes, in the text that fitted last. */
  moved(offset: number): number
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside strings.
const STRING = /(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y
const DIGITS = /0|[1-9][0-9]*/y

/**
 * Recognizes texts that differ from `sample` in `holes` only (in order, without overlap). Frames of one stream are
 * alike but for a few words, so what was once found out about one frame by parsing holds for the next without it.
 * A hole's content never ends early or late: strings end at their quote, digits where digits end.
 */
export function templateOf(sample: string, holes: readonly Hole[]): Template {
  const segments = holes.map((hole, index) => sample.slice(holes[index - 1]?.end ?? 0, hole.start))
  const last = sample.slice(holes[holes.length - 1]?.end ?? 0)
  const patterns = holes.map((hole) => (hole.kind === 'string' ? STRING : DIGITS))
  const starts: number[] = holes.map(() => 0)
  const ends: number[] = holes.map(() => 0)

  function fits(text: string): boolean {
    let at = 0
    for (let index = 0; index < segments.length; index++) {
      const segment = segments[index] ?? ''
      const pattern = patterns[index] ?? DIGITS
      if (!text.startsWith(segment, at)) return false
      at += segment.length
      starts[index] = at
      pattern.lastIndex = at
      if (!pattern.test(text)) return false
      at = pattern.lastIndex
      ends[index] = at
    }
    return text.length === at + last.length && text.endsWith(last)
  }

  function moved(offset: number): number {
    for (let index = holes.length - 1; index >= 0; index--) {
      const hole = holes[index]
      if (hole && offset >= hole.end) return offset - hole.end + (ends[index] ?? 0)
    }
    return offset
  }

  return { fits, fit: { starts, ends }, moved }
}
