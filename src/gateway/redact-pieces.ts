import { contentOffset, contentPieces, literalEdit } from '../stream/json-literal.ts'
import { decodeLiteral } from '../stream/json-text.ts'
import type { Splice } from '../stream/splice.ts'
import type { ExchangeGuard } from './guard.ts'
import type { ScanPace } from './scan-pace.ts'

/** Text handed to a scanner at once: a millisecond of scanning, and as much as is copied where something changes. */
export const PIECE_UNITS = 16 * 1024

/**
 * Filters the content of a JSON string in pieces and gives what changes as splices of it: never is the whole text decoded,
 * filtered or encoded at once. `front` is put before it, and a quote behind, as far as the filter is concerned; undefined when
 * these do not come through as they were. What is not read when the time is up stays.
 */
export async function filterInPieces(
  content: string,
  guard: ExchangeGuard,
  pace: ScanPace,
  front?: string,
): Promise<readonly Splice[] | undefined> {
  const filter = guard.openRequest()
  const splices: Splice[] = []
  /** Where the content stands that was not given back yet, that content, and what it means. */
  let at = 0
  let raw = ''
  let plain = ''
  let out = front === undefined ? '' : filter.push(front)
  let unseen = front

  /** What came out since the last cut stands for the first `units` of the text that is not given back yet. */
  function cut(units: number): void {
    const width = contentOffset(raw, 0, units)
    if (out !== plain.slice(0, units)) {
      const { start, end, text } = literalEdit(out, raw.slice(0, width))
      splices.push({ start: at + start, end: at + end, text })
    }
    at += width
    raw = raw.slice(width)
    plain = plain.slice(units)
    out = ''
  }

  for (const piece of contentPieces(content, PIECE_UNITS)) {
    if (pace.isDue(piece.length)) await pace.pause()
    if (pace.isOver()) return splices
    const text = decodeLiteral(piece)
    raw += piece
    plain += text
    out += filter.push(text)
    if (unseen !== undefined) {
      if (!out.startsWith(unseen)) return undefined
      out = out.slice(unseen.length)
      unseen = undefined
    }
    cut(Math.max(0, plain.length - filter.held()))
  }
  if (front !== undefined) out += filter.push('"')
  out += filter.end()
  if (front !== undefined) {
    if (!out.endsWith('"')) return undefined
    out = out.slice(0, -1)
  }
  cut(plain.length)
  return splices
}
