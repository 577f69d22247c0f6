import {
  LEAST_LOOSE_UNITS_MIN,
  LEAST_UNITS_MIN,
  LOOSE_PASSWORD_UNITS_MIN,
  ODD_UNITS_MIN,
  VENDOR_LOOSE_UNITS_MIN,
  VENDOR_UNITS_MIN,
} from '../values/value-text.ts'
import * as w from './assembler.ts'
import { WORD_ASSIGNED, WORD_PASSWORD } from './layout.ts'
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
  truth,
  unitAt,
} from './reading.ts'
import * as u from './unit-kinds.ts'

const { add, and, or, not, get, set, constant, when, either, give, loop, block, leave, leaveIf } = w

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

const VALUE = 0
const END = 1
const QUOTE = 2
const WORD = 3
const WORDS = 4
const POINTER = 5
const UNIT = 6
const FLAGS = 7
const PARTS = 8
const PART = 9
const LETTERS_OF_PART = 10
const VOWELS = 11
const PILE = 12
const DIGITS_OF_PART = 13
const ALL_DIGITS = 14
const SYMBOLS = 15
const BEHIND_HYPHEN = 16
const HYPHENS = 17
const LAST = 18
const ODD = 19
const SEEN = 20
const LIMIT = 21
const TIED = 22
const BEFORE = 23
const CHANGES = 24
const LOCALS = 20

const isFlagged = (flags: number): w.Code => and(get(FLAGS), constant(flags))

/** Ends a part: sets `ODD` unless `isRowOfWords` takes it for a word or a short number. */
const endPart: readonly w.Code[] = [
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

const readDigit: readonly w.Code[] = [
  count(ALL_DIGITS),
  block(
    when(isPart(NOTHING), ...beginPart(DIGITS), leave(1)),
    when(isPart(LETTERS), set(PART, constant(LETTERS_DIGITS))),
    when(isPart(CAPITALS), set(PART, constant(CAPITALS_DIGITS))),
  ),
  count(DIGITS_OF_PART),
]
/** A part that goes on as it began is the rule. */
const readLetter: readonly w.Code[] = [
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

const isShorter = (units: number): w.Code => w.below(get(POINTER), moved(get(VALUE), units))

const KINDS = u.IS_LETTER | u.IS_DIGIT

/** Says no to a password of which `isPassword` finds the units too much alike; see there. */
const changing: readonly w.Code[] = [
  when(
    w.below(w.add(get(ALL_DIGITS), get(SYMBOLS)), constant(2)),
    set(LAST, get(VALUE)),
    set(BEFORE, isA(unitAt(get(VALUE)), KINDS)),
    loop(
      set(LAST, moved(get(LAST), 1)),
      when(
        w.below(get(LAST), get(POINTER)),
        set(FLAGS, isA(unitAt(get(LAST)), KINDS)),
        when(
          not(
            or(
              w.equal(get(FLAGS), get(BEFORE)),
              and(
                w.equal(get(BEFORE), constant(u.IS_UPPER)),
                w.equal(get(FLAGS), constant(u.IS_LOWER)),
              ),
            ),
          ),
          count(CHANGES),
        ),
        set(BEFORE, get(FLAGS)),
        leave(1),
      ),
    ),
    when(w.below(get(CHANGES), constant(3)), give(NO)),
  ),
]

/**
 * What `isValue` refuses however it is asked: a row of words in `isRowOfWords`' sense, white space in quotes, and behind no operator
 * what is too short for a token and too plain for a password. Only values that end so near that no verdict can meet the bound within
 * them. Parameters: pointer to the value, behind the last unit, quote or 0, pointer to the last unit of its word, flags of the words.
 */
export const nameLook = (tied: number): w.WasmFunction =>
  look('row', 5, LOCALS, [
    set(POINTER, get(VALUE)),
    set(LAST, get(VALUE)),
    // As many units are as many raw ones at least.
    set(LIMIT, moved(get(VALUE), NEAR_UNITS + 1)),
    when(w.above(get(LIMIT), get(END)), set(LIMIT, get(END))),
    block(
      loop(
        when(w.atLeast(get(POINTER), get(LIMIT)), give(PERHAPS)),
        set(UNIT, unitAt(get(POINTER))),
        set(FLAGS, flagsOf(get(UNIT))),
        when(
          isFlagged(u.IS_ALNUM),
          set(SEEN, or(get(SEEN), get(FLAGS))),
          either(isFlagged(u.IS_DIGIT), readDigit, readLetter),
          forward(POINTER),
          set(LAST, get(POINTER)),
          leave(1),
        ),
        leaveIf(w.above(get(UNIT), constant(127)), 1),
        when(is(get(UNIT), '['), give(PERHAPS)),
        either(
          get(QUOTE),
          [
            leaveIf(or(w.equal(get(UNIT), get(QUOTE)), is(get(UNIT), '\n')), 2),
            when(
              isFlagged(u.IS_SPACE),
              give(w.above(rawUnits(get(VALUE), get(POINTER)), constant(NEAR_UNITS))),
            ),
          ],
          [
            when(is(get(UNIT), '&'), give(PERHAPS)),
            when(
              isFlagged(u.IS_LOOSE),
              when(w.call(tied, get(VALUE), get(WORD), constant(0)), give(PERHAPS)),
            ),
            leaveIf(isFlagged(u.IS_STOP), 2),
          ],
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
    when(w.above(rawUnits(get(VALUE), get(POINTER)), constant(NEAR_UNITS)), give(PERHAPS)),
    ...endPart,
    when(
      not(get(QUOTE)),
      set(TIED, w.call(tied, get(VALUE), get(WORD), constant(0))),
      when(
        not(get(TIED)),
        when(
          isShorter(LEAST_LOOSE_UNITS_MIN),
          // Only passwords are shorter.
          when(not(and(get(WORDS), constant(WORD_PASSWORD))), give(NO)),
          when(isShorter(LOOSE_PASSWORD_UNITS_MIN), give(NO)),
          when(w.below(get(ALL_DIGITS), constant(2)), give(NO)),
          when(
            not(both(and(get(SEEN), constant(u.IS_UPPER)), and(get(SEEN), constant(u.IS_LOWER)))),
            give(NO),
          ),
        ),
      ),
    ),
    // Services' keys are longer.
    when(
      not(and(get(WORDS), constant(WORD_ASSIGNED))),
      when(isShorter(ODD_UNITS_MIN), give(NO)),
      when(
        not(get(QUOTE)),
        when(isShorter(VENDOR_UNITS_MIN), give(NO)),
        when(not(get(TIED)), when(isShorter(VENDOR_LOOSE_UNITS_MIN), give(NO))),
      ),
    ),
    when(isShorter(LEAST_UNITS_MIN), ...changing),
    // Odd heaps of symbols, numbers, and keys in groups are taken whatever they spell.
    when(get(ODD), give(PERHAPS)),
    when(w.above(get(SYMBOLS), constant(5)), give(PERHAPS)),
    when(w.above(get(ALL_DIGITS), constant(6)), give(PERHAPS)),
    when(
      w.atLeast(get(POINTER), moved(get(VALUE), 16)),
      when(not(and(get(BEHIND_HYPHEN), constant(BEYOND_HEX))), give(PERHAPS)),
    ),
    when(
      w.above(get(HYPHENS), constant(2)),
      when(not(and(get(BEHIND_HYPHEN), constant(SMALL))), give(PERHAPS)),
    ),
    // Chopped into many short parts it is no row of words; a first part of nine units may not count.
    when(
      w.above(get(PARTS), constant(3)),
      set(LAST, w.sub(get(LAST), get(VALUE))),
      when(get(HYPHENS), set(LAST, w.sub(get(LAST), constant(18)))),
      when(w.aboveSigned(w.multiply(get(PARTS), constant(7)), get(LAST)), give(PERHAPS)),
    ),
    NO,
  ])
