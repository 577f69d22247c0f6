import { NEEDS_ALL, NEEDS_NEIGHBOUR } from '../../stream/fold.ts'
import { JOIN_STARTS } from './ahead.ts'
import * as w from './assembler.ts'
import {
  AHEAD_BYTES,
  AHEAD_UNITS_MAX,
  AHEADS,
  AT_LIMIT,
  CELLS,
  CLASSES,
  FOLDED,
  FRONT,
  HEARD,
  KIND_TOKEN,
  OFFSETS,
  PAGES,
  SAYS,
  SAYS_ALWAYS,
  SAYS_MARK,
  SAYS_PREFIX,
  SAYS_WHOLE,
  TABLE,
  UNKNOWN_AHEAD,
} from './layout.ts'
import { isOf, kindOf, LOOKED, lookAtMark, moved, unitAt } from './looks.ts'
import { RUN_UNITS_MAX } from './window.ts'

const { add, and, not, get, set, constant, when, give, loop, block, leave, leaveIf } = w

/** Place of `lookAtMark`, behind the looks. */
const MARKS = LOOKED.length

/** Place of `lookAhead`. */
const AHEAD = MARKS + 1

/** Raw offset of the unit at a pointer. */
const offsetAt = (pointer: w.Code): w.Code =>
  w.load32(w.shiftLeft(pointer, constant(1)), OFFSETS - FRONT * 2)
/**
 * Whether what stands behind a literal may come to something. Parameters: pointer to its last unit, place of what must follow, behind
 * the last unit. Locals: 3 pointer, 4 behind what must follow, 5 unit.
 */
const lookAhead: w.WasmFunction = {
  name: 'ahead',
  params: 3,
  results: 1,
  locals: [w.I32, w.I32, w.I32],
  body: [
    ...set(3, moved(get(0), 1)),
    ...set(4, add(get(3), w.shiftLeft(w.load8(get(1), AHEADS + 16), constant(1)))),
    ...loop(
      when(w.atLeast(get(3), get(4)), give(constant(1))),
      when(w.atLeast(get(3), get(2)), give(constant(1))),
      set(5, unitAt(get(3))),
      when(
        w.below(get(5), constant(128)),
        when(
          and(
            w.shiftRight(
              w.load8(add(get(1), w.shiftRight(get(5), constant(3))), AHEADS),
              and(get(5), constant(7)),
            ),
            constant(1),
          ),
          set(3, moved(get(3), 1)),
          leave(2),
        ),
      ),
    ),
    // What is not among them may be a placeholder, which reads as a letter, or a join.
    ...when(w.equal(get(5), constant(0x5b)), give(constant(1))),
    ...when(
      w.atLeast(
        get(3),
        add(moved(get(0), 1), w.shiftLeft(w.load8(get(1), AHEADS + 17), constant(1))),
      ),
      ...[...JOIN_STARTS].map((sign) =>
        when(w.equal(get(5), constant(sign.charCodeAt(0))), give(constant(1))),
      ),
    ),
    // Far away in the raw text the bound may be met first, which says more than the unit.
    ...when(
      w.atLeast(w.sub(offsetAt(get(3)), offsetAt(get(0))), constant(AHEAD_UNITS_MAX)),
      give(constant(1)),
    ),
    // So it may where literals under way are written in escapes.
    ...set(4, w.sub(moved(get(0), 1), w.shiftLeft(w.load8(get(1), AHEADS + 18), constant(1)))),
    ...give(w.above(w.sub(offsetAt(get(0)), offsetAt(get(4))), constant(RUN_UNITS_MAX))),
    ...constant(0),
  ],
}

/** Follows the automaton. Parameters: state, pointer, limit, lowest, behind the last. Locals: 5 next, 6 what it says, 7 unit. */
const stop = (reason: number): w.Code => [
  ...w.store32(constant(CELLS), get(0)),
  ...w.store32(constant(CELLS), constant(reason), 4),
  ...give(get(1)),
]
const hear: w.Code = [...set(0, get(5)), ...set(1, moved(get(1), 1)), ...stop(HEARD)]
const row = (state: w.Code): w.Code => w.shiftRight(state, constant(9))
/** A small letter other than `s` goes on behind a word that ends in one. */
const goesOn: w.Code = and(
  and(w.above(get(7), constant(0x60)), w.below(get(7), constant(0x7b))),
  and(w.unequal(get(7), constant(0x73)), w.above(unitAt(get(1)), constant(0x60))),
)
const speak: readonly w.Code[] = [
  when(not(get(5)), stop(UNKNOWN_AHEAD)),
  set(5, w.sub(constant(0), get(5))),
  set(6, w.load8(row(get(5)), SAYS)),
  when(and(get(6), constant(SAYS_ALWAYS)), hear),
  when(
    and(get(6), constant(SAYS_PREFIX)),
    when(w.call(AHEAD, get(1), w.multiply(row(get(5)), constant(AHEAD_BYTES)), get(4)), hear),
  ),
  when(
    and(get(6), constant(SAYS_WHOLE)),
    set(7, constant(0)),
    when(w.below(moved(get(1), 1), get(4)), set(7, unitAt(get(1), 1))),
    when(not(goesOn), hear),
  ),
  when(and(get(6), constant(SAYS_MARK)), when(w.call(MARKS, get(1), get(3), get(4)), hear)),
]
const run: w.WasmFunction = {
  name: 'run',
  params: 5,
  results: 1,
  locals: [w.I32, w.I32, w.I32],
  body: [
    ...block(
      loop(
        leaveIf(w.atLeast(get(1), get(2)), 1),
        set(
          5,
          w.load32(add(get(0), w.shiftLeft(w.load8(unitAt(get(1)), CLASSES), constant(2))), TABLE),
        ),
        when(w.aboveSigned(constant(1), get(5)), ...speak),
        set(0, get(5)),
        set(1, moved(get(1), 1)),
        leave(0),
      ),
    ),
    ...stop(AT_LIMIT),
    ...constant(0),
  ],
}

/** Parameters: source, count, target, its offset's place, offset. Locals: 5 done, 6 unit, 7 meaning, 8 until, 9 and 10 vectors. */
const NOT_PLAIN = ['\\', '%', '&']
const copy: w.WasmFunction = {
  name: 'copy',
  params: 5,
  results: 1,
  locals: [w.I32, w.I32, w.I32, w.I32, w.V128],
  body: [
    ...loop(
      block(
        loop(
          leaveIf(w.above(add(get(5), constant(8)), get(1)), 1),
          set(9, w.loadVector(get(0))),
          leaveIf(
            w.anyTrue(
              NOT_PLAIN.reduce<w.Code>(
                (rest, sign) =>
                  w.orVector(
                    rest,
                    w.equalUnits(get(9), w.eightUnits(constant(sign.charCodeAt(0)))),
                  ),
                w.aboveUnits(get(9), w.eightUnits(constant(127))),
              ),
            ),
            1,
          ),
          w.storeVector(get(2), get(9)),
          w.storeVector(get(3), w.addOffsets(w.fourOffsets(get(4)), w.ZERO_TO_THREE)),
          w.storeVector(
            get(3),
            w.addOffsets(w.fourOffsets(add(get(4), constant(4))), w.ZERO_TO_THREE),
            16,
          ),
          set(0, add(get(0), constant(16))),
          set(2, add(get(2), constant(16))),
          set(3, add(get(3), constant(32))),
          set(4, add(get(4), constant(8))),
          set(5, add(get(5), constant(8))),
          leave(0),
        ),
      ),
      // Unit by unit past what stopped the wide copy, then wide again.
      set(8, add(get(5), constant(8))),
      when(w.above(get(8), get(1)), set(8, get(1))),
      loop(
        when(w.atLeast(get(5), get(1)), give(get(5))),
        set(6, w.load16(get(0))),
        set(7, w.load16(w.shiftLeft(get(6), constant(1)), FOLDED)),
        when(w.equal(get(7), constant(NEEDS_ALL)), give(get(5))),
        when(
          w.equal(get(7), constant(NEEDS_NEIGHBOUR)),
          when(isOf(kindOf(w.load16(moved(get(0), -1))), KIND_TOKEN), give(get(5))),
          set(7, get(6)),
        ),
        w.store16(get(2), get(7)),
        w.store32(get(3), get(4)),
        set(0, add(get(0), constant(2))),
        set(2, add(get(2), constant(2))),
        set(3, add(get(3), constant(4))),
        set(4, add(get(4), constant(1))),
        set(5, add(get(5), constant(1))),
        leaveIf(w.below(get(5), get(8)), 0),
      ),
      leave(0),
    ),
    ...constant(0),
  ],
}

/** The assembled program; its memory is `host.memory`. */
export const program = new WebAssembly.Module(
  w.assemble([...LOOKED, lookAtMark, lookAhead, run, copy], PAGES),
)
