import * as w from './assembler.ts'
import { count, flagsOf, forward, moved, truth, unitAt } from './reading.ts'
import * as u from './unit-kinds.ts'

/** How `nameLook` reads the parts of a name, in the locals it has. */

const { add, and, or, not, get, set, constant, when, leave, leaveIf, block, loop } = w

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
const ALL = 26
const VOWEL = 27
/** Locals behind the parameters. */
export const LOCALS = 23

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
/** Counts a letter, and consonants in a row: no part with six of these is short enough to be a word all the same. */
const countLetter: readonly w.Code[] = [
  count(LETTERS_OF_PART),
  set(VOWEL, truth(isFlagged(u.IS_VOWEL))),
  set(VOWELS, add(get(VOWELS), get(VOWEL))),
  set(PILE, and(add(get(PILE), constant(1)), w.sub(get(VOWEL), constant(1)))),
  set(ODD, or(get(ODD), w.above(get(PILE), constant(5)))),
]
/** Reads a letter, and small ones behind it. A part that goes on as it began is the rule. */
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
  ...countLetter,
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
  // The small letters that follow change nothing but what is counted.
  when(
    isPart(LETTERS),
    set(ALL, constant(u.IS_HEX)),
    loop(
      when(
        w.below(moved(get(POINTER), 1), get(LIMIT)),
        set(FLAGS, flagsOf(unitAt(get(POINTER), 1))),
        when(
          isFlagged(u.IS_LOWER),
          forward(POINTER),
          ...countLetter,
          set(ALL, and(get(ALL), get(FLAGS))),
          leave(2),
        ),
      ),
    ),
    set(SEEN, or(get(SEEN), constant(u.IS_LOWER))),
    when(not(get(ALL)), set(BEHIND_HYPHEN, or(get(BEHIND_HYPHEN), constant(BEYOND_HEX)))),
  ),
]
