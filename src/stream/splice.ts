/** Replace `[start, end)` (UTF-16 offsets into the text given) by `text`. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * `text` with all splices done; everything outside them stays. They must come in order without overlap; a
 * `RangeError` says that the caller computed them wrongly.
 */
export function applySplices(text: string, splices: readonly Splice[]): string {
  let out = ''
  let at = 0
  for (const splice of splices) {
    if (splice.start < at || splice.end < splice.start || splice.end > text.length) {
      throw new RangeError('splices overlap, are out of order, or reach outside the text')
    }
    out += text.slice(at, splice.start) + splice.text
    at = splice.end
  }
  return at === 0 && splices.length === 0 ? text : out + text.slice(at)
}
