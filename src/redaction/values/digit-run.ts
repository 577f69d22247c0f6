import { ALNUM, DIGIT, isIn, unitClass } from '../automaton/classes.ts'
import { END, type Reader } from '../detector.ts'

const MARKS = unitClass(' .\\-()/')

/** One group of digits and what stands in front of it. */
export interface DigitGroup {
  readonly start: number
  readonly end: number
  readonly mark: string
}

/** Groups of digits that follow each other with at most two marks between, from the first digit on. */
export interface DigitRun {
  readonly groups: readonly DigitGroup[]
  readonly digits: string
}

/** Longest written number: a national number in seven groups, or a phone number with its brackets. */
const RUN_UNITS_MAX = 30

/** Reads the groups that begin at `position`. */
export function readRun(text: Reader, position: number): DigitRun {
  const groups: DigitGroup[] = []
  let digits = ''
  let at = position
  let mark = ''
  while (at - position < RUN_UNITS_MAX) {
    const start = at
    while (isIn(DIGIT, text.at(at)) && at - position < RUN_UNITS_MAX + 12)
      digits += String.fromCharCode(text.at(at++))
    if (at === start) break
    groups.push({ start, end: at, mark })
    mark = ''
    while (mark.length < 2 && isIn(MARKS, text.at(at))) mark += String.fromCharCode(text.at(at++))
    if (mark === '' || !isIn(DIGIT, text.at(at))) break
  }
  return { groups, digits }
}

/** True when the digits at `start` begin here: no letter, digit, point or other number in front. */
export function beginsHere(text: Reader, start: number): boolean {
  const before = text.at(start - 1)
  if (before === END) return true
  if (isIn(ALNUM, before) || before === 0x5f) return false
  if (before === 0x2e || before === 0x2c || before === 0x2d || before === 0x2f || before === 0x3a)
    return !isIn(ALNUM, text.at(start - 2))
  return before !== 0x24 && before !== 0x23
}

/** True when the number ends before `end`: no letter, per cent sign or decimals behind. */
export function endsHere(text: Reader, end: number): boolean {
  const after = text.at(end)
  if (isIn(ALNUM, after) || after === 0x5f || after === 0x25) return false
  return !(
    (after === 0x2e || after === 0x2c || after === 0x2d || after === 0x3a) &&
    isIn(DIGIT, text.at(end + 1))
  )
}
