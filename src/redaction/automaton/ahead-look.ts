import {
  DEAD,
  FAR_FLAGS,
  FAR_UNITS,
  HEARD_AHEAD,
  JOIN_STARTS,
  ROWS,
  SYMBOL_BYTES,
} from './ahead.ts'
import * as w from './assembler.ts'
import { AHEADS, FRONT, UNITS } from './layout.ts'
import { forward, isA, moved, rawUnits, unitAt } from './reading.ts'
import { IS_RUN } from './unit-kinds.ts'
import { MACHINE_HOLD_UNITS_MAX, RUN_UNITS_MAX } from './window.ts'

const { add, and, not, get, set, constant, when, give, loop, block, leave, leaveIf } = w

const twice = (units: w.Code): w.Code => w.shiftLeft(units, constant(1))

/** As near behind a literal no bound can have been met, wherever holding began. */
const NEAR_UNITS = MACHINE_HOLD_UNITS_MAX - RUN_UNITS_MAX

/** The bit of unit 5 among the flags of automaton 6. */
const mayStandFar: w.Code = and(
  w.shiftRight(
    w.load8(add(get(6), w.shiftRight(get(5), constant(3))), FAR_FLAGS),
    and(get(5), constant(7)),
  ),
  constant(1),
)
const beginsJoin: w.Code = w.anyTrue(
  [...JOIN_STARTS]
    .map((sign) => w.equalUnits(get(8), w.eightUnits(constant(sign.charCodeAt(0)))))
    .reduce(w.orVector),
)

/**
 * Far away first: most of what is nearly a token lacks its last unit, and one read says so, when no join stands in front of it and
 * nothing can have met the bound. Leaves the block otherwise.
 */
const lookFar = (within: number): readonly w.Code[] => [
  set(4, add(get(0), twice(w.load8(get(6), FAR_UNITS)))),
  leaveIf(w.atLeast(get(4), get(2)), 0),
  set(5, unitAt(get(4))),
  when(w.below(get(5), constant(SYMBOL_BYTES)), leaveIf(mayStandFar, 1)),
  set(7, moved(get(0), 1)),
  loop(
    set(8, w.loadVector(get(7), UNITS - FRONT)),
    leaveIf(beginsJoin, 1),
    set(7, moved(get(7), 8)),
    leaveIf(w.below(get(7), get(4)), 0),
  ),
  when(w.call(within, get(0), get(1), get(4), get(3)), give(constant(0))),
]

/**
 * Whether what stands behind literals may come to something. Parameters: pointer to their last unit, place of what is known of
 * their state, behind the last unit, pointer to where holding began (0: with the run in front of them). Locals: 4 pointer, 5 unit,
 * 6 automaton, 7 row, 8 eight units. `within` is the place of {@link isWithin}.
 */
export const lookAhead = (within: number): w.WasmFunction => ({
  name: 'ahead',
  params: 4,
  results: 1,
  locals: [w.I32, w.I32, w.I32, w.I32, w.V128],
  body: [
    set(6, w.load32(get(1), AHEADS)),
    when(not(get(6)), give(constant(1))),
    block(...lookFar(within)),
    set(4, moved(get(0), 1)),
    set(7, constant(ROWS)),
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
    not(w.call(within, get(0), get(1), get(4), get(3))),
  ].flat(),
})

/**
 * Whether the bound cannot have been met at a unit, nor at the one behind it, for what is disguised is read in pairs: far away in the raw
 * text it says more than the unit does. Parameters: pointer to the last unit of the literals, place of what is known of their state,
 * pointer to the unit, pointer to where holding began or 0. Locals: 4 pointer to the first unit under way, 5 leftmost pointer of a run.
 */
export const isWithin: w.WasmFunction = {
  name: 'within',
  params: 4,
  results: 1,
  locals: [w.I32, w.I32],
  body: [
    forward(2),
    set(4, moved(w.sub(get(0), twice(w.load32(get(1), AHEADS + 4))), 1)),
    when(
      not(get(3)),
      when(
        and(
          w.below(rawUnits(get(0), get(2)), constant(NEAR_UNITS)),
          w.below(rawUnits(get(4), get(0)), constant(RUN_UNITS_MAX)),
        ),
        give(constant(1)),
      ),
      set(3, get(0)),
      set(5, moved(get(0), -RUN_UNITS_MAX)),
      block(
        loop(
          leaveIf(not(w.above(get(3), get(5))), 1),
          leaveIf(not(isA(unitAt(get(3), -1), IS_RUN)), 1),
          set(3, moved(get(3), -1)),
          leave(0),
        ),
      ),
      when(w.below(get(4), get(3)), set(3, get(4))),
    ),
    w.below(rawUnits(get(3), get(2)), constant(MACHINE_HOLD_UNITS_MAX)),
  ].flat(),
}
