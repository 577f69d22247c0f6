import { DEAD, HEARD_AHEAD, SYMBOL_BYTES } from './ahead.ts'
import * as w from './assembler.ts'
import { AHEADS } from './layout.ts'
import { forward, isA, moved, rawUnits, unitAt } from './reading.ts'
import { IS_RUN } from './unit-kinds.ts'
import { MACHINE_HOLD_UNITS_MAX, RUN_UNITS_MAX } from './window.ts'

const { add, and, not, get, set, constant, when, give, loop, block, leave, leaveIf } = w

const twice = (units: w.Code): w.Code => w.shiftLeft(units, constant(1))

/** Units held in front of the bound; with one to spare, for a read behind. */
const HOLD_UNITS = MACHINE_HOLD_UNITS_MAX - 1
/** As near behind a literal no bound can have been met, wherever holding began. */
const NEAR_UNITS = HOLD_UNITS - RUN_UNITS_MAX

/**
 * Whether what stands behind literals may come to something. Parameters: pointer to their last unit, place of what is known of
 * their state, behind the last unit, pointer to where holding began (0: with the run in front of them). Locals: 4 pointer, 5 unit,
 * 6 automaton, 7 row and then pointer to the first unit under way, 8 leftmost pointer of a run.
 */
export const lookAhead: w.WasmFunction = {
  name: 'ahead',
  params: 4,
  results: 1,
  locals: [w.I32, w.I32, w.I32, w.I32, w.I32],
  body: [
    set(6, w.load32(get(1), AHEADS)),
    when(not(get(6)), give(constant(1))),
    set(4, moved(get(0), 1)),
    set(7, constant(SYMBOL_BYTES)),
    block(
      loop(
        when(w.atLeast(get(4), get(2)), give(constant(1))),
        set(5, unitAt(get(4))),
        leaveIf(w.atLeast(get(5), constant(SYMBOL_BYTES)), 1),
        set(7, w.load16(add(get(7), add(get(6), twice(w.load8(add(get(6), get(5)))))))),
        leaveIf(w.equal(get(7), constant(DEAD)), 1),
        when(w.equal(get(7), constant(HEARD_AHEAD)), give(constant(1))),
        forward(4),
        leave(0),
      ),
    ),
    // Far away in the raw text the bound may be met first, which says more than the unit.
    set(7, moved(w.sub(get(0), twice(w.load32(get(1), AHEADS + 4))), 1)),
    when(
      not(get(3)),
      when(
        and(
          w.below(rawUnits(get(0), get(4)), constant(NEAR_UNITS)),
          w.below(rawUnits(get(7), get(0)), constant(RUN_UNITS_MAX)),
        ),
        give(constant(0)),
      ),
      set(3, get(0)),
      set(8, moved(get(0), -RUN_UNITS_MAX)),
      block(
        loop(
          leaveIf(not(w.above(get(3), get(8))), 1),
          leaveIf(not(isA(unitAt(get(3), -1), IS_RUN)), 1),
          set(3, moved(get(3), -1)),
          leave(0),
        ),
      ),
      when(w.below(get(7), get(3)), set(3, get(7))),
    ),
    not(w.below(rawUnits(get(3), get(4)), constant(HOLD_UNITS))),
  ].flat(),
}
