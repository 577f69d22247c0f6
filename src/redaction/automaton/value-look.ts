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
 * What `mayBeSecret`, `isPlain` and `isTooLittle` say of a value, for whichever rule asks least, and then `nameLook`. Parameters:
 * pointer to the value, behind the last unit, pointer to the last unit of its word. Locals: 3 pointer, 4 unit, 5 quote, 6 capitals and
 * then kinds, 7 what ends a name.
 */
export const valueLook = (at: { readonly tied: number; readonly row: number }): w.WasmFunction => {
  const row = give(w.call(at.row, get(0), get(1), get(5), w.call(at.tied, get(0), get(2), get(5))))
  return look('value', 3, 5, [
    set(3, get(0)),
    block(
      loop(
        leaveIf(w.atLeast(get(3), moved(get(0), MAY_BEGIN_UNITS)), 1),
        when(w.atLeast(get(3), get(1)), give(PERHAPS)),
        set(4, unitAt(get(3))),
        when(or(isA(get(4), u.IS_SPACE), w.above(get(4), constant(127))), give(NO)),
        leaveIf(or(isA(get(4), u.IS_DIGIT | u.IS_UPPER), is(get(4), '[')), 1),
        forward(3),
        leave(0),
      ),
    ),
    set(5, unitAt(get(0), -1)),
    set(7, constant(u.IS_STOP)),
    when(not(isA(get(5), u.IS_QUOTE)), set(5, constant(0)), set(7, constant(u.IS_NAME_END))),
    // A short name without digits.
    set(3, get(0)),
    block(
      loop(
        leaveIf(w.atLeast(get(3), moved(get(0), NAMING_UNITS_MAX)), 1),
        when(w.atLeast(get(3), get(1)), give(PERHAPS)),
        set(4, unitAt(get(3))),
        when(is(get(4), '['), give(PERHAPS)),
        when(isA(get(4), u.IS_NAMING), forward(3), leave(1)),
        when(isA(get(4), u.IS_UPPER), set(6, w.add(get(6), constant(1))), forward(3), leave(1)),
        when(
          is(get(4), ':'),
          leaveIf(w.equal(get(3), moved(get(0), PAIR_HALF_UNITS)), 2),
          when(w.atLeast(moved(get(3), 1), get(1)), give(PERHAPS)),
          leaveIf(is(unitAt(get(3), 1), '/'), 2),
        ),
        when(
          and(flagsOf(get(4)), get(7)),
          when(
            or(w.below(get(3), moved(get(0), SHORT_NAME_UNITS_MAX)), w.below(get(6), constant(2))),
            give(NO),
          ),
        ),
      ),
    ),
    // Too little.
    set(3, get(0)),
    set(6, constant(0)),
    block(
      loop(
        when(w.atLeast(get(3), moved(get(0), LEAST_UNITS_MIN)), row),
        when(w.atLeast(get(3), get(1)), give(PERHAPS)),
        set(4, unitAt(get(3))),
        leaveIf(w.above(get(4), constant(127)), 1),
        when(is(get(4), '['), give(PERHAPS)),
        when(get(5), leaveIf(or(w.equal(get(4), get(5)), is(get(4), '\n')), 2)),
        when(
          not(get(5)),
          when(or(isA(get(4), u.IS_LOOSE), is(get(4), '&')), give(PERHAPS)),
          leaveIf(isA(get(4), u.IS_STOP), 2),
        ),
        when(not(isA(get(4), KINDS)), set(6, or(get(6), constant(SYMBOLS)))),
        set(6, or(get(6), isA(get(4), KINDS))),
        forward(3),
        leave(0),
      ),
    ),
    when(w.below(get(3), moved(get(0), PASSWORD_UNITS_MIN)), give(NO)),
    when(w.above(w.bits(get(6)), constant(2)), row),
    // Of two kinds only with a digit, in quotes, and longer.
    when(not(get(5)), give(NO)),
    when(not(and(get(6), constant(u.IS_DIGIT))), give(NO)),
    when(w.below(w.bits(get(6)), constant(2)), give(NO)),
    when(w.below(get(3), moved(get(0), TWO_KINDS_UNITS_MIN)), give(NO)),
    row,
    NO,
  ])
}
