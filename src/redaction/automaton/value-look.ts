import {
  LEAST_UNITS_MIN,
  MAY_BEGIN_UNITS,
  NAMING_UNITS_MAX,
  PAIR_HALF_UNITS,
  PASSWORD_UNITS_MIN,
  SHORT_NAME_UNITS_MAX,
  TWO_KINDS_UNITS_MIN,
} from '../values/value-text.ts'
import * as w from './assembler.ts'
import { REFUSED, WORD_PASSWORD } from './layout.ts'
import {
  both,
  count,
  flagsOf,
  forward,
  is,
  isA,
  look,
  moved,
  NO,
  PERHAPS,
  truth,
  unitAt,
} from './reading.ts'
import * as u from './unit-kinds.ts'

const { and, or, not, get, set, constant, when, give, loop, block, leave, leaveIf } = w

/** Kinds of units in a value, one bit each; everything else counts as a symbol. */
const KINDS = u.IS_LETTER | u.IS_DIGIT
const SYMBOLS = 2 ** 30

const VALUE = 0
const END = 1
const WORD = 2
const WORDS = 3
const POINTER = 4
const UNIT = 5
const QUOTE = 6
const STOPS = 7
const FLAGS = 8
const SEEN = 9
const KINDS_SEEN = 10
const LIMIT = 11

const isShorter = (units: number): w.Code => w.below(get(POINTER), moved(get(VALUE), units))
const hasSeen = (flags: number): w.Code => and(get(SEEN), constant(flags))
const isFlagged = (flags: number): w.Code => and(get(FLAGS), constant(flags))

/** Where a value was refused for itself, whatever word stands in front: pointer of this run, or 0. */
export const refusedBefore: w.Code = w.load32(constant(REFUSED))
/** Behind which word, or the rest of a name, only space and operators led to such a value. */
export const passedBefore: w.Code = w.load32(constant(REFUSED), 4)
export const passed = (pointer: w.Code): w.Code => w.store32(constant(REFUSED), pointer, 4)
const refuse: readonly w.Code[] = [w.store32(constant(REFUSED), get(VALUE)), give(NO)]

/** The rest of what `isTooLittle` asks of a value that ended, by the locals of its end, its quote and its kinds; then comes `row`. */
const enough = (
  row: w.Code,
  [pointer, quote, kinds]: readonly [number, number, number],
): readonly w.Code[] => [
  when(w.below(get(pointer), moved(get(VALUE), PASSWORD_UNITS_MIN)), give(NO)),
  // Only passwords are shorter.
  when(not(and(get(WORDS), constant(WORD_PASSWORD))), give(NO)),
  when(w.above(w.bits(get(kinds)), constant(2)), row),
  // Of two kinds only with a digit, in quotes, and longer.
  when(not(get(quote)), give(NO)),
  when(not(and(get(kinds), constant(u.IS_DIGIT))), give(NO)),
  when(w.below(w.bits(get(kinds)), constant(2)), give(NO)),
  when(w.below(get(pointer), moved(get(VALUE), TWO_KINDS_UNITS_MIN)), give(NO)),
  row,
]

/**
 * What `mayBeSecret`, `isPlain` and `isTooLittle` say of a value, for whichever rule asks least, and then `nameLook`. Parameters:
 * pointer to the value, behind the last unit, pointer to the last unit of its word, flags of the words. Most values are read once;
 * those with a colon or a bracket within are asked one thing after the other.
 */
export const valueLook = (at: { readonly row: number; readonly mixed: number }): w.WasmFunction => {
  const row = give(w.call(at.row, get(VALUE), get(END), get(QUOTE), get(WORD), get(WORDS)))
  const mixed = give(w.call(at.mixed, ...ALL, get(QUOTE)))
  return look('value', 4, 8, [
    set(POINTER, get(VALUE)),
    set(LIMIT, moved(get(VALUE), NAMING_UNITS_MAX)),
    when(w.above(get(LIMIT), get(END)), set(LIMIT, get(END))),
    block(
      loop(
        leaveIf(w.atLeast(get(POINTER), get(LIMIT)), 1),
        set(FLAGS, flagsOf(unitAt(get(POINTER)))),
        leaveIf(not(isFlagged(u.IS_PLAIN)), 1),
        set(SEEN, or(get(SEEN), get(FLAGS))),
        forward(POINTER),
        leave(0),
      ),
    ),
    when(w.atLeast(get(POINTER), get(END)), give(PERHAPS)),
    set(UNIT, unitAt(get(POINTER))),
    when(
      not(hasSeen(u.IS_DIGIT | u.IS_UPPER)),
      when(
        isShorter(MAY_BEGIN_UNITS),
        when(or(isFlagged(u.IS_SPACE), w.above(get(UNIT), constant(127))), ...refuse),
      ),
    ),
    set(QUOTE, unitAt(get(VALUE), -1)),
    set(STOPS, constant(u.IS_STOP)),
    when(
      not(isA(get(QUOTE), u.IS_QUOTE)),
      set(QUOTE, constant(0)),
      set(STOPS, constant(u.IS_NAME_END)),
    ),
    when(not(isShorter(NAMING_UNITS_MAX)), row),
    when(is(get(UNIT), '['), mixed),
    // Behind eight units a colon parts a pair, in front of a slash an address.
    when(
      is(get(UNIT), ':'),
      when(w.equal(get(POINTER), moved(get(VALUE), PAIR_HALF_UNITS)), mixed),
      when(w.atLeast(moved(get(POINTER), 1), get(END)), mixed),
      when(is(unitAt(get(POINTER), 1), '/'), mixed),
    ),
    // A short name without digits.
    when(
      and(get(FLAGS), get(STOPS)),
      when(
        not(hasSeen(u.IS_DIGIT | u.IS_UNNAMING)),
        when(or(isShorter(SHORT_NAME_UNITS_MAX), not(hasSeen(u.IS_UPPER))), ...refuse),
        // Of a longer one the capitals count.
        mixed,
      ),
    ),
    when(is(get(UNIT), ':'), mixed),
    when(not(isShorter(LEAST_UNITS_MIN)), row),
    // Whether this ends it.
    block(
      leaveIf(w.above(get(UNIT), constant(127)), 0),
      when(get(QUOTE), leaveIf(or(w.equal(get(UNIT), get(QUOTE)), is(get(UNIT), '\n')), 1)),
      when(not(get(QUOTE)), when(not(isFlagged(u.IS_LOOSE)), leaveIf(isFlagged(u.IS_STOP), 2))),
      mixed,
    ),
    set(KINDS_SEEN, hasSeen(KINDS)),
    when(hasSeen(u.IS_SYMBOL), set(KINDS_SEEN, or(get(KINDS_SEEN), constant(SYMBOLS)))),
    ...enough(row, [POINTER, QUOTE, KINDS_SEEN]),
    NO,
  ])
}

const ALL = [get(VALUE), get(END), get(WORD), get(WORDS)]

/** The same of a value with a sign within that ends some values. Parameters: as for the value, and its quote or 0. */
export const mixedLook = (at: { readonly row: number }): w.WasmFunction => {
  const [QUOTE, POINTER, UNIT, CAPITALS, KINDS_SEEN] = [4, 5, 6, 7, 8]
  const row = give(w.call(at.row, get(VALUE), get(END), get(QUOTE), get(WORD), get(WORDS)))
  return look('mixed', 5, 4, [
    set(POINTER, get(VALUE)),
    block(
      loop(
        leaveIf(w.atLeast(get(POINTER), moved(get(VALUE), MAY_BEGIN_UNITS)), 1),
        when(w.atLeast(get(POINTER), get(END)), give(PERHAPS)),
        set(UNIT, unitAt(get(POINTER))),
        when(or(isA(get(UNIT), u.IS_SPACE), w.above(get(UNIT), constant(127))), give(NO)),
        leaveIf(or(isA(get(UNIT), u.IS_DIGIT | u.IS_UPPER), is(get(UNIT), '[')), 1),
        forward(POINTER),
        leave(0),
      ),
    ),
    // A short name without digits.
    set(POINTER, get(VALUE)),
    block(
      loop(
        leaveIf(w.atLeast(get(POINTER), moved(get(VALUE), NAMING_UNITS_MAX)), 1),
        when(w.atLeast(get(POINTER), get(END)), give(PERHAPS)),
        set(UNIT, unitAt(get(POINTER))),
        when(is(get(UNIT), '['), give(PERHAPS)),
        when(isA(get(UNIT), u.IS_NAMING), forward(POINTER), leave(1)),
        when(isA(get(UNIT), u.IS_UPPER), count(CAPITALS), forward(POINTER), leave(1)),
        when(
          is(get(UNIT), ':'),
          leaveIf(w.equal(get(POINTER), moved(get(VALUE), PAIR_HALF_UNITS)), 2),
          when(w.atLeast(moved(get(POINTER), 1), get(END)), give(PERHAPS)),
          leaveIf(is(unitAt(get(POINTER), 1), '/'), 2),
        ),
        when(
          or(
            and(not(get(QUOTE)), truth(isA(get(UNIT), u.IS_NAME_END))),
            both(get(QUOTE), isA(get(UNIT), u.IS_STOP)),
          ),
          when(
            or(
              w.below(get(POINTER), moved(get(VALUE), SHORT_NAME_UNITS_MAX)),
              w.below(get(CAPITALS), constant(2)),
            ),
            give(NO),
          ),
        ),
      ),
    ),
    // Too little.
    set(POINTER, get(VALUE)),
    block(
      loop(
        when(w.atLeast(get(POINTER), moved(get(VALUE), LEAST_UNITS_MIN)), row),
        when(w.atLeast(get(POINTER), get(END)), give(PERHAPS)),
        set(UNIT, unitAt(get(POINTER))),
        leaveIf(w.above(get(UNIT), constant(127)), 1),
        when(is(get(UNIT), '['), give(PERHAPS)),
        when(get(QUOTE), leaveIf(or(w.equal(get(UNIT), get(QUOTE)), is(get(UNIT), '\n')), 2)),
        when(
          not(get(QUOTE)),
          when(or(isA(get(UNIT), u.IS_LOOSE), is(get(UNIT), '&')), give(PERHAPS)),
          leaveIf(isA(get(UNIT), u.IS_STOP), 2),
        ),
        when(not(isA(get(UNIT), KINDS)), set(KINDS_SEEN, or(get(KINDS_SEEN), constant(SYMBOLS)))),
        set(KINDS_SEEN, or(get(KINDS_SEEN), isA(get(UNIT), KINDS))),
        forward(POINTER),
        leave(0),
      ),
    ),
    ...enough(row, [POINTER, QUOTE, KINDS_SEEN]),
    NO,
  ])
}
