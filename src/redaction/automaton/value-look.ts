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
import { flagsOf, forward, is, isA, look, moved, NO, PERHAPS, unitAt } from './reading.ts'
import * as u from './unit-kinds.ts'

const { and, or, not, get, set, constant, when, give, loop, block, leave, leaveIf } = w

/** Kinds of units in a value, one bit each; everything else counts as a symbol. */
const KINDS = u.IS_LETTER | u.IS_DIGIT
const SYMBOLS = 2 ** 30

/**
 * What `mayBeSecret`, `isPlain` and `isTooLittle` say of a value, for whichever rule asks least. Parameters: pointer to the value,
 * behind the last unit. Locals: 2 pointer, 3 unit, 4 quote, 5 capitals and then kinds, 6 what ends a name.
 */
export const valueLook: w.WasmFunction = look('value', 2, 5, [
  set(2, get(0)),
  block(
    loop(
      leaveIf(w.atLeast(get(2), moved(get(0), MAY_BEGIN_UNITS)), 1),
      when(w.atLeast(get(2), get(1)), give(PERHAPS)),
      set(3, unitAt(get(2))),
      when(or(isA(get(3), u.IS_SPACE), w.above(get(3), constant(127))), give(NO)),
      leaveIf(or(isA(get(3), u.IS_DIGIT | u.IS_UPPER), is(get(3), '[')), 1),
      forward(2),
      leave(0),
    ),
  ),
  set(4, unitAt(get(0), -1)),
  set(6, constant(u.IS_STOP)),
  when(not(isA(get(4), u.IS_QUOTE)), set(4, constant(0)), set(6, constant(u.IS_NAME_END))),
  // A short name without digits.
  set(2, get(0)),
  block(
    loop(
      leaveIf(w.atLeast(get(2), moved(get(0), NAMING_UNITS_MAX)), 1),
      when(w.atLeast(get(2), get(1)), give(PERHAPS)),
      set(3, unitAt(get(2))),
      when(is(get(3), '['), give(PERHAPS)),
      when(isA(get(3), u.IS_NAMING), forward(2), leave(1)),
      when(isA(get(3), u.IS_UPPER), set(5, w.add(get(5), constant(1))), forward(2), leave(1)),
      when(
        is(get(3), ':'),
        leaveIf(w.equal(get(2), moved(get(0), PAIR_HALF_UNITS)), 2),
        when(w.atLeast(moved(get(2), 1), get(1)), give(PERHAPS)),
        leaveIf(is(unitAt(get(2), 1), '/'), 2),
      ),
      when(
        and(flagsOf(get(3)), get(6)),
        when(
          or(w.below(get(2), moved(get(0), SHORT_NAME_UNITS_MAX)), w.below(get(5), constant(2))),
          give(NO),
        ),
      ),
    ),
  ),
  // Too little.
  set(2, get(0)),
  set(5, constant(0)),
  block(
    loop(
      when(w.atLeast(get(2), moved(get(0), LEAST_UNITS_MIN)), give(PERHAPS)),
      when(w.atLeast(get(2), get(1)), give(PERHAPS)),
      set(3, unitAt(get(2))),
      leaveIf(w.above(get(3), constant(127)), 1),
      when(is(get(3), '['), give(PERHAPS)),
      when(get(4), leaveIf(or(w.equal(get(3), get(4)), is(get(3), '\n')), 2)),
      when(
        not(get(4)),
        when(or(isA(get(3), u.IS_LOOSE), is(get(3), '&')), give(PERHAPS)),
        leaveIf(isA(get(3), u.IS_STOP), 2),
      ),
      when(not(isA(get(3), KINDS)), set(5, or(get(5), constant(SYMBOLS)))),
      set(5, or(get(5), isA(get(3), KINDS))),
      forward(2),
      leave(0),
    ),
  ),
  when(w.below(get(2), moved(get(0), PASSWORD_UNITS_MIN)), give(NO)),
  when(w.above(w.bits(get(5)), constant(2)), give(PERHAPS)),
  // Of two kinds only with a digit, in quotes, and longer.
  when(not(get(4)), give(NO)),
  when(not(and(get(5), constant(u.IS_DIGIT))), give(NO)),
  when(w.below(w.bits(get(5)), constant(2)), give(NO)),
  not(w.below(get(2), moved(get(0), TWO_KINDS_UNITS_MIN))),
])
