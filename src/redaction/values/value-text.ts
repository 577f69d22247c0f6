import { isIn, type UnitClass, unitClass } from '../automaton/classes.ts'
import { END, type Reader } from '../detector.ts'

/** Where an unquoted heap of symbols ends. */
export const LOOSE_STOPS = unitClass(' \\t\\n"`;')
/** Where any other value ends that stands in no quotes. */
export const STOPS = unitClass(' \\t\\n"\'`,;)\\]}<>|')
const NAME = unitClass('A-Za-z0-9_\\-.')
/** Brackets and bars end a value, unless it is a heap of symbols. */
export const LOOSE = unitClass(')\\]}<>|')
/** Most units of a value that are read. */
export const CAP = 64
/** Within as many units a value must show that it is no word. */
export const MAY_BEGIN_UNITS = 12
/** Fewest units that any rule asks for, but for passwords of several kinds of units, and but for those of two in quotes. */
export const LEAST_UNITS_MIN = 10
export const PASSWORD_UNITS_MIN = 6
export const TWO_KINDS_UNITS_MIN = 8
/** Fewest units that any rule asks for behind space alone, but for passwords of letters of both cases and two digits. */
export const LEAST_LOOSE_UNITS_MIN = 14
export const LOOSE_PASSWORD_UNITS_MIN = 8
/** Fewest units of what follows a service's name: tied to it, and behind space alone. */
export const VENDOR_UNITS_MIN = 14
export const VENDOR_LOOSE_UNITS_MIN = 18
/** Units of a plain name that are looked at; a shorter one may have any number of capitals; half of a pair of numbers. */
export const NAMING_UNITS_MAX = 16
export const SHORT_NAME_UNITS_MAX = 6
export const PAIR_HALF_UNITS = 8
/** A heap of symbols is at least as long. */
export const ODD_UNITS_MIN = 12

/** Where a value is gathered: strings that grow unit by unit cost more than the reading. */
const read = Buffer.alloc(CAP)

/** Reads the value at `position` up to what ends it, or to the bound. */
export function readValue(text: Reader, position: number, quote: number, stops = STOPS): string {
  let length = 0
  for (; length < CAP; length++) {
    const unit = text.at(position + length)
    if (unit === END || unit > 127) break
    if (quote === 0 ? isIn(stops, unit) : unit === quote || unit === 0x0a) break
    if (quote === 0 && unit === 0x26 && isParameter(text, position + length + 1)) break
    read[length] = unit
  }
  return read.toString('latin1', 0, length)
}

/** `&name=` behind a value: the next parameter of a URL. */
function isParameter(text: Reader, position: number): boolean {
  for (let at = position; at < position + 16; at++) {
    const unit = text.at(at)
    if (unit === 0x3d) return at > position
    if (!isIn(NAME, unit)) return false
  }
  return false
}

/** What a value needs before any rule takes it. */
export interface Needed {
  /** The quote in front of it, or 0. */
  readonly quote: number
  /** True when an operator ties it to its name. */
  readonly tied: boolean
  /** True when a shorter one of several kinds of units is taken too. */
  readonly password: boolean
  /** Fewest units otherwise. */
  readonly unitsMin: number
}

const LOWER = 1
const UPPER = 2
const DIGITS = 4
const SYMBOLS = 8

/** True when what stands at `position` is too little for every rule; seen before anything is built from it. */
export function isTooLittle(text: Reader, position: number, needed: Needed): boolean {
  const { quote, tied, password, unitsMin } = needed
  const enough = quote !== 0 && tied ? Math.min(unitsMin, ODD_UNITS_MIN) : unitsMin
  let kinds = 0
  let length = 0
  for (; length < enough; length++) {
    const unit = text.at(position + length)
    if (unit === END || unit > 127) break
    if (quote === 0 ? isIn(STOPS, unit) : unit === quote || unit === 0x0a) {
      // Brackets may stand within a heap of symbols.
      if (quote === 0 && tied && isIn(LOOSE, unit)) return false
      break
    }
    if (quote === 0 && unit === 0x26) return false
    if (unit >= 0x61 && unit <= 0x7a) kinds |= LOWER
    else if (unit >= 0x41 && unit <= 0x5a) kinds |= UPPER
    else kinds |= unit >= 0x30 && unit <= 0x39 ? DIGITS : SYMBOLS
  }
  if (length >= enough) return false
  if (!password || length < PASSWORD_UNITS_MIN) return true
  const count = (kinds & 1) + ((kinds >> 1) & 1) + ((kinds >> 2) & 1) + (kinds >> 3)
  return (
    count < 3 &&
    (count < 2 || quote === 0 || (kinds & DIGITS) === 0 || length < TWO_KINDS_UNITS_MIN)
  )
}

/** A short name without digits is no secret; seen before anything is built from it. */
export function isPlain(text: Reader, position: number, ends: UnitClass): boolean {
  let upper = 0
  for (let at = position; at < position + NAMING_UNITS_MAX; at++) {
    const unit = text.at(at)
    if (isIn(NAMING, unit)) continue
    if (unit >= 0x41 && unit <= 0x5a) upper++
    // Eight units and a colon may be half of a pair.
    else if (unit === 0x3a && at - position === PAIR_HALF_UNITS) return false
    // An address may hold a random part.
    else if (unit === 0x3a && text.at(at + 1) === 0x2f) return false
    else
      return (
        (unit === END || isIn(ends, unit)) && (at - position < SHORT_NAME_UNITS_MAX || upper <= 1)
      )
  }
  return false
}

export const NAMING = unitClass('a-z_.\\-')
/** Where a name in no quotes ends. */
export const NAME_ENDS = unitClass(' \\t\\n"\'`,;)\\]}<>|:(\\[?!')

/** Operators that tie a value to its name. */
export const TYING = unitClass('=:,|>(')

/** The operator in front of the value, past quotes, space and one scheme word; 0 when there is only space. */
export function operatorBefore(text: Reader, position: number): number {
  for (let at = position - 1; position - at < 24; at--) {
    const unit = text.at(at)
    if (unit === END) return 0
    if (isIn(TYING, unit)) return unit
    if (unit === 0x0a) return 0
  }
  return 0
}

/** True when `" value=` follows: what stands in the quotes is a name. */
export function namesAttribute(text: Reader, position: number): boolean {
  const next = ' value='
  for (let index = 0; index < next.length; index++)
    if (text.at(position + 1 + index) !== next.charCodeAt(index)) return false
  return true
}
