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
  ALL_DIGITS,
  BEFORE,
  BEHIND_HYPHEN,
  BEYOND_HEX,
  CHANGES,
  END,
  endPart,
  FLAGS,
  HYPHENS,
  isFlagged,
  LAST,
  LIMIT,
  LOCALS,
  ODD,
  PARTS,
  POINTER,
  QUOTE,
  readDigit,
  readLetter,
  SEEN,
  SMALL,
  STRIPPED,
  SYMBOLS,
  TIED,
  UNIT,
  VALUE,
  WORD,
  WORDS,
} from './name-parts.ts'
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

const { and, or, not, get, set, constant, when, either, give, loop, block, leave, leaveIf } = w

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

const isShorter = (units: number): w.Code => w.below(get(POINTER), moved(get(VALUE), units))

const KINDS = u.IS_LETTER | u.IS_DIGIT

/** The same of what is left of a value without the word and hyphen it may begin with. */
const isLess = (units: number): w.Code =>
  w.below(w.sub(get(POINTER), get(STRIPPED)), moved(get(VALUE), units))

/** At the first hyphen: it does not count, nor do two to eight small letters in front of it; see `looksSecret`. */
const strip: readonly w.Code[] = [
  when(
    and(w.equal(get(SYMBOLS), constant(1)), not(and(get(SEEN), constant(u.IS_UPPER | u.IS_DIGIT)))),
    when(
      or(
        w.equal(get(POINTER), get(VALUE)),
        both(
          w.above(get(POINTER), moved(get(VALUE), 1)),
          w.below(get(POINTER), moved(get(VALUE), 9)),
        ),
      ),
      set(STRIPPED, moved(w.sub(get(POINTER), get(VALUE)), 1)),
    ),
  ),
]

/** Says no to code by its first units, however long it is and provided that no operator is in front: `.name`, `a=b`; see `isPartOfCode`. */
const code = (isTied: w.Code): readonly w.Code[] => [
  when(
    both(isA(get(UNIT), u.IS_JOINT), not(isA(unitAt(get(VALUE), -1), u.IS_ALNUM))),
    when(get(QUOTE), give(NO)),
    when(not(isTied), give(NO)),
  ),
  when(
    both(isA(get(UNIT), u.IS_LETTER), not(get(QUOTE))),
    set(LAST, get(VALUE)),
    loop(
      set(LAST, moved(get(LAST), 1)),
      when(
        w.below(moved(get(LAST), 1), get(END)),
        set(UNIT, unitAt(get(LAST))),
        when(
          is(get(UNIT), '='),
          when(isA(unitAt(get(LAST), 1), u.IS_ALNUM), when(not(isTied), give(NO))),
        ),
        when(both(isA(get(UNIT), u.IS_ALNUM), w.below(get(LAST), moved(get(VALUE), 3))), leave(2)),
      ),
    ),
  ),
]

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
    set(UNIT, unitAt(get(VALUE))),
    ...code(w.call(tied, get(VALUE), get(WORD), constant(0))),
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
          when(not(get(HYPHENS)), set(BEHIND_HYPHEN, constant(0)), ...strip),
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
          isLess(LEAST_LOOSE_UNITS_MIN),
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
      // A heap of symbols would stand in quotes.
      when(not(and(get(WORDS), constant(WORD_PASSWORD))), when(isLess(LEAST_UNITS_MIN), give(NO))),
    ),
    // Services' keys are longer.
    when(
      not(and(get(WORDS), constant(WORD_ASSIGNED))),
      when(isShorter(ODD_UNITS_MIN), give(NO)),
      when(
        not(get(QUOTE)),
        when(isLess(VENDOR_UNITS_MIN), give(NO)),
        when(not(get(TIED)), when(isLess(VENDOR_LOOSE_UNITS_MIN), give(NO))),
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
