import { ALNUM, isIn, unitClass } from '../automaton/classes.ts'
import { END, type Reader } from '../detector.ts'

const LETTER = unitClass('A-Za-z')
export const GAP = unitClass(' \\t\\n"\'`*|=:>(\\[{#~,;\\\\\\-.?)')
/** A value is set apart from its label by one of these at least. */
export const APART = unitClass(' \\t\\n"\'`|=:>,')
/** Signs that a value is meant, where the label is also an ordinary word. */
const TIED = unitClass('"\'`|=:')
export const CELL = unitClass('A-Za-z0-9_ "\'.\\-')
/** Units that may lie between a label and its value. */
export const LABEL_GAP_UNITS_MAX = 48
/** Units of an identifier that may follow its label. */
export const LABEL_NAME_UNITS_MAX = 20
/** Filler words that may lie between a label and its value. */
export const LABEL_WORDS_MAX = 5

/** Words between a label and its value, in the languages the labels come in. */
export const FILLERS = new Set(
  'is are was the a an on of my our your for number no num nr numero number. code id card file it reads given as identification identity here hier ist lautet es est son sul und et y and value registered under unter at to field new old current holder with has'.split(
    ' ',
  ),
)

/**
 * Where the value of a label ending at `from` begins: behind operators, quotes, table bars and a few filler words; or, when
 * the label is a column's head, in the same column of the next line.
 */
export function locateLabelled(
  text: Reader,
  from: number,
  labelUnits: number,
  ambiguous = false,
): number | undefined {
  if (isPart(text, from, labelUnits)) return undefined
  // `AB:CD:…` and `x.ci` are no labels; nor is the end of a path.
  const before = text.at(from - labelUnits - 1)
  if (ambiguous && (before === 0x3a || before === 0x2e || before === 0x2f || before === 0x2d))
    return undefined
  const first = text.at(from)
  if (first === 0x0a || ((first === 0x2c || first === 0x3b) && isIn(LETTER, text.at(from + 1))))
    return locateInColumn(text, from, labelUnits, first)
  let words = 0
  let breaks = 0
  let apart = false
  let tied = false
  for (let position = skipName(text, from); position - from < LABEL_GAP_UNITS_MAX; position++) {
    text.pass(position)
    const unit = text.at(position)
    if (unit === END) return undefined
    if (unit === 0x0a && ++breaks > 2) return undefined
    if (unit === 0x28 && startsNumber(text, position + 1)) return position
    if (isIn(GAP, unit)) {
      apart ||= isIn(APART, unit)
      tied ||= isIn(TIED, unit)
      continue
    }
    if (isIn(LETTER, unit) || unit > 127) {
      const length = wordLength(text, position)
      if (length > 0 && ++words <= LABEL_WORDS_MAX) {
        tied = true
        position += length - 1
        continue
      }
    }
    return apart && (tied || !ambiguous) ? position : undefined
  }
  return undefined
}

function startsNumber(text: Reader, position: number): boolean {
  const unit = text.at(position)
  return unit === 0x2b || (unit >= 0x30 && unit <= 0x39)
}

/** True when the label is only a part of other letters. */
function isPart(text: Reader, from: number, labelUnits: number): boolean {
  const before = text.at(from - labelUnits - 1)
  const after = text.at(from)
  if (isIn(LETTER, after) && !(after === 0x73 && !isIn(ALNUM, text.at(from + 1)))) {
    const hump = after < 0x60 && text.at(from - 1) > 0x60
    if (!hump) return true
  }
  if (!isIn(ALNUM, before)) return false
  // A hump of an identifier: `homePhone`.
  const first = text.at(from - labelUnits)
  return !(before > 0x60 && first > 0x40 && first < 0x5b)
}

/** The rest of an identifier the label begins: `phone_number`, `ssnValue`, `national_id_no`. */
function skipName(text: Reader, from: number): number {
  let position = from
  const unit = text.at(position)
  if (unit !== 0x5f && !isIn(LETTER, unit)) return position
  while (
    position - from < LABEL_NAME_UNITS_MAX &&
    (text.at(position) === 0x5f || isIn(LETTER, text.at(position)))
  )
    position++
  return position
}

/** Length of a filler word at `position`, 0 when it is none. */
function wordLength(text: Reader, position: number): number {
  let word = ''
  while (word.length < 15) {
    const unit = text.at(position + word.length)
    if (unit > 127 && word.length < 6) {
      // Korean, Japanese and Thai particles, and letters with marks.
      word += String.fromCharCode(unit)
      continue
    }
    if (!isIn(LETTER, unit)) {
      if (unit >= 0x30 && unit <= 0x39) return 0
      break
    }
    word += String.fromCharCode(unit)
  }
  if (/^[^A-Za-z]/.test(word)) return word.length
  return FILLERS.has(word.toLowerCase()) ? word.length : 0
}

/** The cell below a head cell: `id,phone,plan⏎17,"…",pro`. */
function locateInColumn(
  text: Reader,
  from: number,
  labelUnits: number,
  separator: number,
): number | undefined {
  let column = 0
  let mark = separator === 0x0a ? 0x2c : separator
  let start = from - labelUnits
  for (; from - start < 80; start--) {
    const unit = text.at(start - 1)
    if (unit === 0x0a || unit === END) break
    if (unit === 0x3b || unit === 0x2c) {
      mark = unit
      column++
    } else if (!isIn(CELL, unit)) return undefined
  }
  let position = from
  while (position - from < 40 && text.at(position) !== 0x0a) {
    const unit = text.at(position)
    if (unit !== mark && !isIn(CELL, unit)) return undefined
    text.pass(++position)
  }
  if (text.at(position) !== 0x0a) return undefined
  if (column === 0 && separator === 0x0a) return undefined
  position++
  for (let passed = 0; column > 0; passed++, position++) {
    const unit = text.at(position)
    if (passed > 20 || unit === END || unit === 0x0a) return undefined
    if (unit === mark) column--
    text.pass(position + 1)
  }
  const quote = text.at(position)
  return quote === 0x22 || quote === 0x27 || quote === 0x20 ? position + 1 : position
}
