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
  /** Where the content stands that was not given back yet, the end of the piece before that is part of it, and what that means. */
  let at = 0
  let rawTail = ''
  let tail = ''
  let out = front === undefined ? '' : filter.push(front)
  let unseen = front

  /** What came out since the last cut stands for the tail and `units` of a piece; below 0 the tail is not all given back either. */
  function cut(piece: string, text: string, units: number): void {
    if (units < 0) {
      const [raw, plain, given] = [rawTail + piece, tail + text, Math.max(0, tail.length + units)]
      rawTail = ''
      tail = ''
      cut(raw, plain, given)
      return
    }
    const width = contentOffset(piece, 0, units)
    // Compared part by part: put together they would be one more copy of every text.
    const isSame =
      out.length === tail.length + units &&
      out.startsWith(tail) &&
      out.slice(tail.length) === text.slice(0, units)
    if (!isSame) {
      const { start, end, text: written } = literalEdit(out, rawTail + piece.slice(0, width))
      splices.push({ start: at + start, end: at + end, text: written })
    }
    at += rawTail.length + width
    rawTail = piece.slice(width)
    tail = text.slice(units)
    out = ''
  }

  for (const piece of contentPieces(content, PIECE_UNITS)) {
    if (pace.isDue(piece.length)) await pace.pause()
    if (pace.isOver()) return splices
    const text = decodeLiteral(piece)
    out += filter.push(text)
    if (unseen !== undefined) {
      if (!out.startsWith(unseen)) return undefined
      out = out.slice(unseen.length)
      unseen = undefined
    }
    cut(piece, text, text.length - filter.held())
  }
  if (front !== undefined) out += filter.push('"')
  out += filter.end()
  if (front !== undefined) {
    if (!out.endsWith('"')) return undefined
    out = out.slice(0, -1)
  }
  cut('', '', 0)
  return splices
}
