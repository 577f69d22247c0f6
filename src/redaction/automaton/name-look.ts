import { LEAST_LOOSE_UNITS_MIN, LOOSE_PASSWORD_UNITS_MIN } from '../values/value-text.ts'
import * as w from './assembler.ts'
import {
  both,
  count,
  flagsOf,
  forward,
  is,
  isA,
  look,
  moved,
  NEAR_UNITS,
  NO,
  PERHAPS,
  rawUnits,
  unitAt,
} from './reading.ts'
import * as u from './unit-kinds.ts'

const { and, or, not, get, set, constant, when, give, loop, block, leave, leaveIf } = w

/** Units in front of a value in which its operator is looked for; see `operatorBefore`. */
const OPERATOR_UNITS_MAX = 23

/**
 * 1 when an operator ties a value to its name, or might. Parameters: pointer to the value, to the last unit of the word, quote in
 * front of the value. Locals: 3 pointer, 4 unit.
 */
export const tiedLook: w.WasmFunction = look('tied', 3, 2, [
  // `identified by` needs none.
  when(
    and(
      is(or(unitAt(get(1)), constant(0x20)), 'y'),
      is(or(unitAt(get(1), -1), constant(0x20)), 'b'),
    ),
    give(constant(1)),
  ),
  set(3, get(0)),
  when(get(2), set(3, moved(get(3), -1))),
  loop(
    set(3, moved(get(3), -1)),
    set(4, unitAt(get(3))),
    when(isA(get(4), u.IS_TYING), give(constant(1))),
    when(is(get(4), '\n'), give(constant(0))),
    leaveIf(w.above(get(3), moved(get(0), -OPERATOR_UNITS_MAX - 1)), 0),
  ),
  constant(0),
])

/** What stands at the end of what was read of a part of a name. */
const NOTHING = 0
const CAPITALS = 1
const LETTERS = 2
const DIGITS = 3
const LETTERS_DIGITS = 4
const CAPITALS_DIGITS = 5

/** Behind the first hyphen: a letter beyond hexadecimal digits, a small letter. */
const BEYOND_HEX = 1
const SMALL = 2

/** More letters are no part that is told here; up to so few, any letters make one. */
const PART_UNITS_MAX = 14
const SHORT_PART_UNITS_MAX = 4

const POINTER = 4
const UNIT = 5
const PARTS = 6
const PART = 7
const LETTERS_OF_PART = 8
const VOWELS = 9
const PILE = 10
const DIGITS_OF_PART = 11
const ALL_DIGITS = 12
const SYMBOLS = 13
const BEHIND_HYPHEN = 14
const HYPHENS = 15
const LAST = 16
const ODD = 17
const SEEN = 18
const UNPRONOUNCEABLE = 19

/** Ends a part: sets `ODD` unless `isRowOfWords` takes it for a word or a short number. */
const endPart: readonly w.Code[] = [
  // Letters as in words: at most five consonants in a row, and vowels enough.
  when(
    w.above(get(LETTERS_OF_PART), constant(SHORT_PART_UNITS_MAX)),
    when(
      or(
        get(UNPRONOUNCEABLE),
        or(
          w.above(get(LETTERS_OF_PART), constant(PART_UNITS_MAX)),
          w.below(
            w.multiply(get(VOWELS), constant(100)),
            w.multiply(get(LETTERS_OF_PART), constant(16)),
          ),
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
  ...[LETTERS_OF_PART, VOWELS, PILE, DIGITS_OF_PART, UNPRONOUNCEABLE].map((local) =>
    set(local, constant(0)),
  ),
]
const isPart = (kind: number): w.Code => w.equal(get(PART), constant(kind))

const readDigit: readonly w.Code[] = [
  count(ALL_DIGITS),
  count(DIGITS_OF_PART),
  block(
    when(isPart(NOTHING), ...beginPart(DIGITS), leave(1)),
    when(isPart(LETTERS), set(PART, constant(LETTERS_DIGITS))),
    when(isPart(CAPITALS), set(PART, constant(CAPITALS_DIGITS))),
  ),
]
const readLetter: readonly w.Code[] = [
  // What goes on behind digits is rarely a word.
  when(w.atLeast(get(PART), constant(DIGITS)), set(ODD, constant(1))),
  block(
    when(
      isA(get(UNIT), u.IS_UPPER),
      when(isPart(LETTERS), ...endPart),
      when(isPart(NOTHING), ...beginPart(CAPITALS)),
      leave(1),
    ),
    set(BEHIND_HYPHEN, or(get(BEHIND_HYPHEN), constant(SMALL))),
    when(isPart(NOTHING), ...beginPart(LETTERS)),
    when(
      isPart(CAPITALS),
      // `APIKey`: two parts, which are left to `isRowOfWords`.
      when(w.above(get(LETTERS_OF_PART), constant(1)), set(ODD, constant(1))),
      set(PART, constant(LETTERS)),
    ),
  ),
  count(LETTERS_OF_PART),
  count(PILE),
  when(isA(get(UNIT), u.IS_VOWEL), count(VOWELS), set(PILE, constant(0))),
  when(w.above(get(PILE), constant(5)), set(UNPRONOUNCEABLE, constant(1))),
  when(
    not(isA(get(UNIT), u.IS_HEX)),
    set(BEHIND_HYPHEN, or(get(BEHIND_HYPHEN), constant(BEYOND_HEX))),
  ),
]

/**
 * What `isValue` refuses however it is asked: a row of words in `isRowOfWords`' sense, white space in quotes, and behind no operator
 * what is too short for a token and too plain for a password. Only values that end so near that no verdict can meet the bound within
 * them. Parameters: pointer to the value, behind the last unit, quote or 0, whether it is tied to its name.
 */
export const nameLook: w.WasmFunction = look('row', 4, 16, [
  set(POINTER, get(0)),
  set(LAST, get(0)),
  block(
    loop(
      when(w.atLeast(get(POINTER), get(1)), give(PERHAPS)),
      when(w.above(rawUnits(get(0), get(POINTER)), constant(NEAR_UNITS)), give(PERHAPS)),
      set(UNIT, unitAt(get(POINTER))),
      leaveIf(w.above(get(UNIT), constant(127)), 1),
      when(is(get(UNIT), '['), give(PERHAPS)),
      when(
        isA(get(UNIT), u.IS_ALNUM),
        set(SEEN, or(get(SEEN), flagsOf(get(UNIT)))),
        block(when(isA(get(UNIT), u.IS_DIGIT), ...readDigit, leave(1)), ...readLetter),
        forward(POINTER),
        set(LAST, get(POINTER)),
        leave(1),
      ),
      when(
        get(2),
        leaveIf(or(w.equal(get(UNIT), get(2)), is(get(UNIT), '\n')), 2),
        when(isA(get(UNIT), u.IS_SPACE), give(NO)),
      ),
      when(
        not(get(2)),
        when(is(get(UNIT), '&'), give(PERHAPS)),
        when(both(get(3), isA(get(UNIT), u.IS_LOOSE)), give(PERHAPS)),
        leaveIf(isA(get(UNIT), u.IS_STOP), 2),
      ),
      ...endPart,
      count(SYMBOLS),
      when(
        is(get(UNIT), '-'),
        when(not(get(HYPHENS)), set(BEHIND_HYPHEN, constant(0))),
        count(HYPHENS),
      ),
      forward(POINTER),
      leave(0),
    ),
  ),
  ...endPart,
  when(
    not(or(get(2), get(3))),
    when(
      w.below(get(POINTER), moved(get(0), LEAST_LOOSE_UNITS_MIN)),
      when(w.below(get(POINTER), moved(get(0), LOOSE_PASSWORD_UNITS_MIN)), give(NO)),
      when(w.below(get(ALL_DIGITS), constant(2)), give(NO)),
      when(
        not(both(and(get(SEEN), constant(u.IS_UPPER)), and(get(SEEN), constant(u.IS_LOWER)))),
        give(NO),
      ),
    ),
  ),
  // Odd heaps of symbols, numbers, and keys in groups are taken whatever they spell.
  when(get(ODD), give(PERHAPS)),
  when(w.above(get(SYMBOLS), constant(5)), give(PERHAPS)),
  when(w.above(get(ALL_DIGITS), constant(6)), give(PERHAPS)),
  when(
    w.atLeast(get(POINTER), moved(get(0), 16)),
    when(not(and(get(BEHIND_HYPHEN), constant(BEYOND_HEX))), give(PERHAPS)),
  ),
  when(
    w.above(get(HYPHENS), constant(2)),
    when(not(and(get(BEHIND_HYPHEN), constant(SMALL))), give(PERHAPS)),
  ),
  // Chopped into many short parts it is no row of words; a first part of nine units may not count.
  when(
    w.above(get(PARTS), constant(3)),
    set(LAST, w.sub(get(LAST), get(0))),
    when(get(HYPHENS), set(LAST, w.sub(get(LAST), constant(18)))),
    when(w.aboveSigned(w.multiply(get(PARTS), constant(7)), get(LAST)), give(PERHAPS)),
  ),
  NO,
])
