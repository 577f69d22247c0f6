import { APART, CELL, GAP } from '../values/label.ts'
import { NAME, OPERATORS, QUOTES, SIGNS, SKIPPED } from '../values/locate.ts'
import { URL_STOPS, USER } from '../values/url-units.ts'
import { LOOSE, NAME_ENDS, NAMING, STOPS, TYING } from '../values/value-text.ts'
import { ALNUM, DIGIT, HEX, type UnitClass, unitClass } from './classes.ts'
import { RUN } from './window.ts'

/** Which of some classes a unit is in decides how the engine reads on behind a word; each has its flag. */
const classes: UnitClass[] = []
const flagOf = (members: UnitClass): number => 2 ** (classes.push(members) - 1)

export const IS_DIGIT = flagOf(DIGIT)
export const IS_UPPER = flagOf(unitClass('A-Z'))
export const IS_LOWER = flagOf(unitClass('a-z'))
export const IS_LETTER = IS_UPPER | IS_LOWER
export const IS_ALNUM = IS_LETTER | IS_DIGIT
export const IS_SPACE = flagOf(unitClass(' \\n\\t'))
/** Between a name and its value; see `values/locate.ts`. */
export const IS_NAME = flagOf(NAME)
/** Belongs to a name only when something of it follows. */
export const IS_JOINT = flagOf(unitClass('.\\-'))
export const IS_QUOTE = flagOf(QUOTES)
export const IS_OPERATOR = flagOf(OPERATORS)
export const IS_SKIPPED = flagOf(SKIPPED)
export const IS_SIGN = flagOf(SIGNS)
/** In a value; see `values/value-text.ts`. */
export const IS_NAMING = flagOf(NAMING)
export const IS_NAME_END = flagOf(NAME_ENDS)
export const IS_STOP = flagOf(STOPS)
export const IS_LOOSE = flagOf(LOOSE)
/** Goes on in a value however that stands, and is worth no further look: ends nothing, begins no parameter and no placeholder. */
const PLAIN = unitClass('#-%*-+\\--9=@-Z\\\\\\^-_a-{~')
export const IS_PLAIN = flagOf(PLAIN)
/** Of these: no letter and no digit; in no plain name. */
export const IS_SYMBOL = flagOf(without(PLAIN, ALNUM))
export const IS_UNNAMING = flagOf(without(without(PLAIN, NAMING), unitClass('A-Z')))
/** Ties a value to its name; see `operatorBefore`. */
export const IS_TYING = flagOf(TYING)
export const IS_VOWEL = flagOf(unitClass('aeiouyAEIOUY'))
/** Between a label and its number; see `values/label.ts`. */
export const IS_GAP = flagOf(GAP)
export const IS_APART = flagOf(APART)
export const IS_CELL = flagOf(CELL)
/** Says that there are other columns, or belongs to a label. */
export const IS_COLUMN = flagOf(unitClass(',;#/['))
/** What may stand in a labelled value in front of its first digit. */
export const IS_NUMBER = flagOf(unitClass('A-Za-z0-9 .,:/()+\\-'))
/** In a URL; see `values/url-units.ts`. */
export const IS_USER = flagOf(USER)
export const IS_URL_STOP = flagOf(URL_STOPS)

/** Belongs to a run in front of a mark; see `window.ts`. */
export const IS_RUN = flagOf(RUN)
/** In an address of base 58. */
export const IS_BASE58 = flagOf(unitClass('1-9A-HJ-NP-Za-km-z'))
/** Behind `&` or `%`: what may be an escape. */
export const IS_ENTITY = flagOf(unitClass('a-z0-9#A-X'))
export const IS_HEX = flagOf(HEX)
/** Behind a backslash: what stands for itself, and what makes a longer escape. */
export const IS_ESCAPED = flagOf(unitClass('"\'/`'))
export const IS_ESCAPING = flagOf(unitClass('\\\\ux\\n'))

/** Writes the flags of every unit. */
export function writeUnitKinds(flags: Uint32Array): void {
  for (const [index, members] of classes.entries())
    for (let unit = 0; unit < 128; unit++)
      if (members[unit] === 1) flags[unit] = (flags[unit] ?? 0) | (2 ** index)
}

function without(members: UnitClass, others: UnitClass): UnitClass {
  return members.map((flag, unit) => (others[unit] === 1 ? 0 : flag))
}
