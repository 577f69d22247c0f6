import { WALL } from '../detector.ts'

/** What stands between two words. */
export const GAP = {
  space: 1,
  line: 1 << 1,
  colon: 1 << 2,
  equals: 1 << 3,
  quote: 1 << 4,
  comma: 1 << 5,
  stop: 1 << 6,
  open: 1 << 7,
  close: 1 << 8,
  /** `|`, `;` and tabs, which separate cells. */
  cell: 1 << 9,
  /** `/ \ . @ # $ _ - +` and the like: identifiers, paths, code. */
  code: 1 << 10,
  wall: 1 << 11,
  greater: 1 << 12,
  hyphen: 1 << 13,
} as const

const MARKS = new Uint16Array(0x3100).fill(GAP.code)
for (const [marks, gap] of [
  [' \u00a0\u202f\u3000', GAP.space],
  ['\n\r', GAP.line],
  [':', GAP.colon],
  ['=', GAP.equals],
  ['"\'’`“”„«»‘', GAP.quote],
  [',،、', GAP.comma],
  ['.!?。…', GAP.stop],
  ['([{<¿¡「', GAP.open],
  [')]}」', GAP.close],
  ['|;\t', GAP.cell],
  ['>', GAP.greater],
  ['-–—*', GAP.hyphen],
] as const)
  for (const mark of marks) MARKS[mark.charCodeAt(0)] = gap

/** The gap that a unit outside words makes. */
export function gapOf(unit: number): number {
  return MARKS[unit] ?? GAP.code
}

/** Glue in front of a word: `.x`, `/x`, `@x`, `#x`, `$x`, `-x`, `\x`. */
export const GLUE = [...'./@#$-\\&%~^+'].map((mark) => mark.charCodeAt(0))
/** End a cell of a table, and may stand around the words of its head. */
export const COLUMN_ENDS = [...',;\t|\n'].map((mark) => mark.charCodeAt(0))
export const COLUMN_MARKS = [...' "\r-:'].map((mark) => mark.charCodeAt(0))

/** Glue behind a word: `x(`, `x/`, `x@`, `x_`, `x[`. */
export function gluedBehind(unit: number, next: number): boolean {
  if (unit === 0x28 || unit === 0x2f || unit === 0x40 || unit === 0x5c || unit === 0x5b) return true
  if (unit === 0x24 || unit === 0x23 || unit === 0x7b) return true
  if (unit === 0x3c) return isLetterOrDigit(next)
  if (unit === 0x2e || unit === 0x3a || unit === 0x3d || unit === 0x2d)
    return (
      isLetterOrDigit(next) || (unit === 0x3a && next === 0x3a) || (unit === 0x3d && next > 0x20)
    )
  return false
}

function isLetterOrDigit(unit: number): boolean {
  if (unit === WALL) return true
  const letter = (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a)
  return letter || (unit >= 0x30 && unit <= 0x39)
}
