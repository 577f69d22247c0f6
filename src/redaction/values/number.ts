import { ALNUM, DIGIT, isIn, unitClass } from '../automaton/classes.ts'
import type { Reader } from '../detector.ts'

/** A number as people write it: groups of letters and digits with single marks between. */
export interface WrittenNumber {
  readonly end: number
  /** Letters and digits without the marks. */
  readonly compact: string
  readonly digits: number
}

const MARKS = unitClass(' .\\-/:')
const LETTER = unitClass('A-Za-z')
/** Longest written form known: 24 letters and digits with a mark after every second. */
const WRITTEN_UNITS_MAX = 40

/** Reads the longest number of at most `most` letters and digits at `position`. */
export function readNumber(text: Reader, position: number, most: number): WrittenNumber {
  let end = position
  let compact = ''
  let digits = 0
  for (let at = position; at - position < WRITTEN_UNITS_MAX; ) {
    const from = at
    let group = ''
    while (isIn(ALNUM, text.at(at)) && group.length <= most)
      group += String.fromCharCode(text.at(at++))
    if (group === '' || compact.length + group.length > most) break
    const groupDigits = group.replace(/\D/g, '').length
    const mark = from === position ? 0 : text.at(from - 1)
    if (groupDigits === 0 && !mayBeLetters(text, group, mark, compact, at)) break
    compact += group
    digits += groupDigits
    end = at
    if (!isIn(MARKS, text.at(at))) break
    at++
  }
  return { end, compact, digits }
}

/** Letters alone are part of a number at its beginning (`DE 129…`), as a last unit (`61 48 68 B`), or after a hyphen. */
function mayBeLetters(
  text: Reader,
  group: string,
  mark: number,
  before: string,
  at: number,
): boolean {
  if (group.length > 4) return false
  if (before === '')
    return group.length <= 4 && isIn(MARKS, text.at(at)) && isNumberAfter(text, at + 1)
  if (mark === 0x20 || mark === 0x2f || mark === 0x3a)
    return /^[A-Z]{1,3}$/.test(group) && !isIn(LETTER, text.at(at))
  return mark === 0x2d && group.length <= 3
}

function isNumberAfter(text: Reader, position: number): boolean {
  for (let at = position; at < position + 6; at++) {
    const unit = text.at(at)
    if (isIn(DIGIT, unit)) return true
    if (!isIn(LETTER, unit) && !isIn(MARKS, unit)) return false
  }
  return false
}

/** Check digit of Luhn (ISO/IEC 7812): cards, IMEI, many national numbers. */
export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    let value = digits.charCodeAt(digits.length - 1 - index) - 0x30
    if (index % 2 === 1) {
      value *= 2
      if (value > 9) value -= 9
    }
    sum += value
  }
  return sum % 10 === 0
}
