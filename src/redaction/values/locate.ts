import { ALNUM, DIGIT, isIn, unitClass } from '../automaton/classes.ts'
import { END, type Reader } from '../detector.ts'
import { hasWord, lengthOfWord } from './words.ts'

/** What may stand between a name and its value. */
export interface Between {
  /** Words that may stand in between, lower case. */
  readonly words: ReadonlySet<string>
  /** Last parts of a name that make it the name of something else (`KEY_ID`, `tokenCount`). */
  readonly otherNames: ReadonlySet<string>
  /** Rests of a name that hold a value although their last part says otherwise. */
  readonly exceptNames?: RegExp
  /** True when a value may follow the word and a dash at once (`fastforex-dxsz4859…`). */
  readonly dashed?: boolean
}

/** A located value and how it was tied to its name. */
export interface Located {
  readonly position: number
  /** `=`, `:`, `,`, `|`, `>`, `(` … or 0 for space and words only. */
  readonly operator: number
  /** Opening quote directly in front of the value, or 0. */
  readonly quote: number
}

export const NAME = unitClass('A-Za-z0-9_\\-.')
const LETTER = unitClass('A-Za-z')
const LOWER = unitClass('a-z')
export const OPERATORS = unitClass('=:,|>(~')
export const QUOTES = unitClass('"\'`')
export const SKIPPED = unitClass(' \t\n*[]{)?!#;\\')
/** Signs that a quoted value may begin with. */
export const SIGNS = unitClass('~)\\]}!?#*;:=,.+(>|')
/** Units of a name that may follow the word that was recognised. */
export const NAME_UNITS_MAX = 32
/** A value glued to its name is at least this long. */
export const VALUE_UNITS_MIN = 20
/** Punctuation and space between name and value. */
export const GAP_UNITS_MAX = 40

/** Words that end together (`api_key`, `key`) have their value together: the last answer, which no length of a word decided. */
const last = {
  turn: -1,
  text: undefined as Reader | undefined,
  from: 0,
  between: undefined as Between | undefined,
  found: undefined as Located | undefined,
}
/** True when the length of the word counted in the answer under way. */
let byLength = false

/** Finds the value that belongs to the word of `wordUnits` ending at `from`; undefined when the word names nothing here. */
export function locateValue(
  text: Reader,
  from: number,
  wordUnits: number,
  between: Between,
): Located | undefined {
  if (
    last.from === from &&
    last.turn === text.turn &&
    last.between === between &&
    last.text === text
  )
    return last.found
  byLength = false
  const found = locateAnew(text, from, wordUnits, between)
  if (text.starved || byLength) return found
  last.turn = text.turn
  last.text = text
  last.from = from
  last.between = between
  last.found = found
  return found
}

function locateAnew(
  text: Reader,
  from: number,
  wordUnits: number,
  between: Between,
): Located | undefined {
  const name = endOfName(text, from, wordUnits, between)
  if (name === undefined) return undefined
  // `tokens[0].text = …` takes one out of many.
  if (text.at(name.end) === 0x5b && !isIn(QUOTES, text.at(name.end + 1))) return undefined
  let position = name.end
  let operator = 0
  let quote = 0
  let words = 0
  let breaks = 0
  let opened = false
  /** Right behind a quote that opens a value. */
  let opening = -1
  const limit = position + GAP_UNITS_MAX
  for (; position < limit; position++) {
    text.pass(position)
    const unit = text.at(position)
    if (unit === END) return undefined
    if (isIn(QUOTES, unit)) {
      quote = unit
      opening = operator === 0 ? -1 : position + 1
      continue
    }
    // Right behind an opening quote a sign belongs to the value.
    if (position === opening && isIn(SIGNS, unit)) return { position, operator, quote }
    if (isIn(OPERATORS, unit)) {
      operator = unit
      quote = 0
      continue
    }
    // `variable "name" {⏎  default = "…"`: a block goes on over the line.
    opened ||= unit === 0x7b
    if (unit === 0x0a && ((operator === 0 && !opened) || ++breaks > 2)) return undefined
    if ((unit === 0x2e || unit === 0x25) && text.at(position + 1) === 0x3d) continue
    if (isIn(SKIPPED, unit) || (unit === 0x2d && !isIn(ALNUM, text.at(position + 1)))) {
      if ((unit !== 0x7b && unit !== 0x29) || quote === 0) {
        if (unit === 0x20 || unit === 0x0a) quote = 0
        continue
      }
    }
    const word = isIn(LETTER, unit) ? wordAt(text, position, between) : 0
    // A value cannot touch its name.
    if (word === 0)
      return position === name.end && !name.glued ? undefined : { position, operator, quote }
    if (++words > WORDS_MAX) return undefined
    quote = 0
    position += word - 1
  }
  return undefined
}

/** Most words between a name and its value. */
export const WORDS_MAX = 4
/** Letters of a word between name and value that are looked at. */
export const WORD_UNITS_MAX = 14

/** Length of a word that may stand in between at `position`; 0 when the value begins here. */
function wordAt(text: Reader, position: number, between: Between): number {
  const length = lengthOfWord(between.words, text, position, WORD_UNITS_MAX)
  if (length === 0 || length === WORD_UNITS_MAX) return length
  const unit = text.at(position + length)
  if (isIn(DIGIT, unit) || unit === 0x5f || unit === 0x2b) return 0
  return unit === 0x2d && isIn(ALNUM, text.at(position + length + 1)) ? 0 : length
}

/** Reads the rest of an identifier; undefined when it turns out to name something else. */
function endOfName(
  text: Reader,
  from: number,
  wordUnits: number,
  between: Between,
): { end: number; glued: boolean } | undefined {
  const first = text.at(from)
  // Letters that go on are another word, unless they are a plural.
  if (isIn(LOWER, first) && isIn(LOWER, text.at(from - 1)))
    if (first !== 0x73 || isIn(LOWER, text.at(from + 1))) return undefined
  let position = from
  /** Where the last part of the name begins. */
  let lastPart = from
  let previous = 0
  for (; position - from < NAME_UNITS_MAX; position++) {
    const unit = text.at(position)
    if (!isIn(NAME, unit)) break
    if (unit === 0x2e && !isIn(LETTER, text.at(position + 1))) break
    if (unit === 0x2d && !isIn(ALNUM, text.at(position + 1))) break
    if (!isIn(ALNUM, unit)) lastPart = position + 1
    else if (unit < 0x5b && unit > 0x40 && !(previous < 0x5b && previous > 0x40))
      lastPart = position
    previous = unit
  }
  if (position === from) return { end: position, glued: false }
  // A name glued to its value by a dash: the value begins behind it.
  if (position - from >= VALUE_UNITS_MIN) {
    byLength = true
    const value = valueOffset(text, from, position)
    if (position - from >= NAME_UNITS_MAX || looksLikeValue(text, value, position)) {
      if (value === from || text.at(value - 1) !== 0x2d) return undefined
      const named = between.dashed === true || isIn(NAME, text.at(from - wordUnits - 1))
      return named ? { end: value - 1, glued: true } : undefined
    }
  }
  let last = position
  while (last > lastPart && isIn(DIGIT, text.at(last - 1))) last--
  if (!hasWord(between.otherNames, text, lastPart, last)) return { end: position, glued: false }
  return between.exceptNames?.test(slice(text, from, position))
    ? { end: position, glued: false }
    : undefined
}

function slice(text: Reader, start: number, end: number): string {
  let out = ''
  for (let at = start; at < end; at++) out += String.fromCharCode(text.at(at))
  return out
}

/** `token-0980d336…`: what follows the dash is no part of the name. */
function looksLikeValue(text: Reader, from: number, end: number): boolean {
  if (end - from < VALUE_UNITS_MIN) return false
  let digits = 0
  let letters = 0
  for (let at = from; at < end; at++) {
    const unit = text.at(at)
    if (isIn(DIGIT, unit)) digits++
    else if (isIn(LETTER, unit)) letters++
  }
  return digits > 1 && letters > 0
}

/** Words that the name of a value may hold in front of it. */
export const PASSED_WORDS = ['key', 'token', 'secret', 'id', 'api', 'access'] as const

/** Where a value may begin in the rest of a name: behind letters, and such words, with at most one sign behind each. */
function valueOffset(text: Reader, from: number, end: number): number {
  let position = from
  while (position < end && isIn(LETTER, text.at(position))) position++
  for (;;) {
    if (position < end && isIn(JOINER, text.at(position))) position++
    const units = passedUnits(text, position, end)
    if (units === 0) return position
    position += units
  }
}

const JOINER = unitClass('_\\-.')

/** Units of the word of `PASSED_WORDS` at `position`, 0 when there is none. */
function passedUnits(text: Reader, position: number, end: number): number {
  for (const word of PASSED_WORDS) {
    if (position + word.length > end) continue
    let units = 0
    while (units < word.length && (text.at(position + units) | 0x20) === word.charCodeAt(units))
      units++
    if (units === word.length) return units
  }
  return 0
}
