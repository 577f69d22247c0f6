import * as w from './assembler.ts'
import { count, truth } from './reading.ts'
import * as u from './unit-kinds.ts'

/** How `nameLook` reads the parts of a name, in the locals it has. */

const { add, and, or, not, get, set, constant, when, leave, leaveIf, block } = w

/** What stands at the end of what was read of a part of a name. */
const NOTHING = 0
const CAPITALS = 1
const LETTERS = 2
const DIGITS = 3
const LETTERS_DIGITS = 4
const CAPITALS_DIGITS = 5

/** Behind the first hyphen: a letter beyond hexadecimal digits, a small letter. */
export const BEYOND_HEX = 1
export const SMALL = 2

/** More letters are no part that is told here; up to so few, any letters make one. */
const PART_UNITS_MAX = 14
const SHORT_PART_UNITS_MAX = 4

/** Locals of `nameLook`: parameters first. */
export const VALUE = 0
export const END = 1
export const QUOTE = 2
export const WORD = 3
export const WORDS = 4
/** What is read, what it is, and where reading ends without a say. */
export const POINTER = 5
export const UNIT = 6
export const FLAGS = 7
export const PARTS = 8
const PART = 9
const LETTERS_OF_PART = 10
const VOWELS = 11
const PILE = 12
const DIGITS_OF_PART = 13
export const ALL_DIGITS = 14
export const SYMBOLS = 15
export const BEHIND_HYPHEN = 16
export const HYPHENS = 17
export const LAST = 18
export const ODD = 19
export const SEEN = 20
export const LIMIT = 21
export const TIED = 22
export const BEFORE = 23
export const CHANGES = 24
export const STRIPPED = 25
/** Locals behind the parameters. */
export const LOCALS = 21

/** Not 0 when the unit at hand is in one of the classes. */
export const isFlagged = (flags: number): w.Code => and(get(FLAGS), constant(flags))

/** Ends a part: sets `ODD` unless `isRowOfWords` takes it for a word or a short number. */
export const endPart: readonly w.Code[] = [
  // Letters as in words: vowels enough, and no long pile of consonants.
  when(
    w.above(get(LETTERS_OF_PART), constant(SHORT_PART_UNITS_MAX)),
    when(
      or(
        w.above(get(LETTERS_OF_PART), constant(PART_UNITS_MAX)),
        w.below(
          w.multiply(get(VOWELS), constant(100)),
          w.multiply(get(LETTERS_OF_PART), constant(16)),
        ),
      ),
      set(ODD, constant(1)),
    ),
  ),
  // One letter and one digit, or a word and two.
  when(
    w.atLeast(get(PART), constant(LETTERS_DIGITS)),
    when(
      w.above(get(DIGITS_OF_PART), w.add(constant(1), w.above(get(LETTERS_OF_PART), constant(1)))),
      set(ODD, constant(1)),
    ),
    when(
      and(
        w.equal(get(PART), constant(CAPITALS_DIGITS)),
        w.above(get(LETTERS_OF_PART), constant(1)),
      ),
      set(ODD, constant(1)),
    ),
  ),
  set(PART, constant(NOTHING)),
]
const beginPart = (kind: number): readonly w.Code[] => [
  count(PARTS),
  set(PART, constant(kind)),
  ...[LETTERS_OF_PART, VOWELS, PILE, DIGITS_OF_PART].map((local) => set(local, constant(0))),
]
const isPart = (kind: number): w.Code => w.equal(get(PART), constant(kind))

/** Reads a digit. */
export const readDigit: readonly w.Code[] = [
  count(ALL_DIGITS),
  block(
    when(isPart(NOTHING), ...beginPart(DIGITS), leave(1)),
    when(isPart(LETTERS), set(PART, constant(LETTERS_DIGITS))),
    when(isPart(CAPITALS), set(PART, constant(CAPITALS_DIGITS))),
  ),
  count(DIGITS_OF_PART),
]
/** A part that goes on as it began is the rule. */
export const readLetter: readonly w.Code[] = [
  block(
    when(
      isFlagged(u.IS_LOWER),
      leaveIf(isPart(LETTERS), 1),
      when(isPart(NOTHING), ...beginPart(LETTERS), leave(2)),
      when(
        isPart(CAPITALS),
        // `APIKey`: two parts, which are left to `isRowOfWords`.
        when(w.above(get(LETTERS_OF_PART), constant(1)), set(ODD, constant(1))),
        set(PART, constant(LETTERS)),
        leave(2),
      ),
    ),
    when(
      isFlagged(u.IS_UPPER),
      leaveIf(isPart(CAPITALS), 1),
      when(isPart(LETTERS), ...endPart),
      when(isPart(NOTHING), ...beginPart(CAPITALS), leave(2)),
    ),
    // What goes on behind digits is rarely a word.
    set(ODD, constant(1)),
  ),
  count(LETTERS_OF_PART),
  count(PILE),
  when(isFlagged(u.IS_VOWEL), count(VOWELS), set(PILE, constant(0))),
  // Six consonants in a row; no part is that short then.
  set(ODD, or(get(ODD), w.above(get(PILE), constant(5)))),
  set(
    BEHIND_HYPHEN,
    or(
      get(BEHIND_HYPHEN),
      add(
        w.multiply(truth(isFlagged(u.IS_LOWER)), constant(SMALL)),
        w.multiply(not(isFlagged(u.IS_HEX)), constant(BEYOND_HEX)),
      ),
    ),
  ),
]
