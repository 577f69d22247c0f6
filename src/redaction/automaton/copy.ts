import { NEEDS_ALL, NEEDS_NEIGHBOUR } from '../../stream/fold.ts'
import * as w from './assembler.ts'
import { CELLS, FOLDED, KIND_TOKEN, OFFSETS, UNITS } from './layout.ts'
import { isOf, kindOf } from './mark-reading.ts'
import { is, isA, moved } from './reading.ts'
import { IS_ENTITY, IS_ESCAPED, IS_ESCAPING, IS_HEX } from './unit-kinds.ts'
import { CONTEXT_UNITS } from './window.ts'

/** How text comes into the engine's memory, and how what was decided leaves it. */

const { add, or, not, get, give, set, constant, when, loop, block, leave, leaveIf } = w

const NOT_PLAIN = ['\\', '%', '&']
const copied: w.Code = [
  ...w.store32(constant(CELLS), w.shiftRight(w.sub(get(2), get(11)), constant(1)), 8),
  ...give(get(5)),
]
/** What begins no escape, and the escapes that JSON is full of: the rest is left to `stream/logical.ts`, which says the same of these. */
const readEscape: readonly w.Code[] = [
  when(w.atLeast(add(get(5), constant(1)), get(1)), copied),
  set(9, w.load16(moved(get(0), 1))),
  block(
    when(is(get(6), '&'), leaveIf(not(isA(get(9), IS_ENTITY)), 1)),
    when(is(get(6), '%'), leaveIf(not(isA(get(9), IS_HEX)), 1)),
    when(not(is(get(6), '\\')), copied),
    when(isA(get(9), IS_ESCAPING), copied),
    when(isA(get(9), IS_ESCAPED), set(7, get(9)), set(10, constant(2)), leave(2)),
    when(is(get(9), 't'), set(7, constant(0x09)), set(10, constant(2)), leave(2)),
    when(
      or(is(get(9), 'n'), is(get(9), 'r')),
      set(7, constant(0x0a)),
      set(10, constant(2)),
      leave(2),
    ),
  ),
  when(w.equal(get(10), constant(1)), set(7, get(6))),
]
/**
 * Takes text in. Parameters: source, count, target, its offset's place, offset. Locals: 5 done, 6 unit, 7 meaning, 8 until, 9 unit behind, 10 raw
 * units of the unit, 11 first target, 12 vector.
 */
export const copy: w.WasmFunction = {
  name: 'copy',
  params: 5,
  results: 1,
  locals: [w.I32, w.I32, w.I32, w.I32, w.I32, w.I32, w.I32, w.V128],
  body: [
    ...set(11, get(2)),
    ...loop(
      block(
        loop(
          leaveIf(w.above(add(get(5), constant(8)), get(1)), 1),
          set(12, w.loadVector(get(0))),
          leaveIf(
            w.anyTrue(
              NOT_PLAIN.reduce<w.Code>(
                (rest, sign) =>
                  w.orVector(
                    rest,
                    w.equalUnits(get(12), w.eightUnits(constant(sign.charCodeAt(0)))),
                  ),
                w.aboveUnits(get(12), w.eightUnits(constant(127))),
              ),
            ),
            1,
          ),
          w.storeVector(get(2), get(12)),
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
        when(w.atLeast(get(5), get(1)), copied),
        set(6, w.load16(get(0))),
        set(7, w.load16(w.shiftLeft(get(6), constant(1)), FOLDED)),
        set(10, constant(1)),
        when(w.equal(get(7), constant(NEEDS_ALL)), ...readEscape),
        when(
          w.equal(get(7), constant(NEEDS_NEIGHBOUR)),
          when(isOf(kindOf(w.load16(moved(get(0), -1))), KIND_TOKEN), copied),
          set(7, get(6)),
        ),
        w.store16(get(2), get(7)),
        w.store32(get(3), get(4)),
        set(0, add(get(0), w.shiftLeft(get(10), constant(1)))),
        set(2, add(get(2), constant(2))),
        set(3, add(get(3), constant(4))),
        set(4, add(get(4), get(10))),
        set(5, add(get(5), get(10))),
        leaveIf(w.below(get(5), get(8)), 0),
      ),
      leave(0),
    ),
    ...constant(0),
  ],
}

/**
 * Moves the units and offsets that stand `by` units behind the first ones there, as many as are kept for context. Parameters: by,
 * what their offsets are less then. Locals: 2 pointer to units, 3 pointer to offsets, 4 behind the last units.
 */
export const shift: w.WasmFunction = {
  name: 'shift',
  params: 2,
  results: 0,
  locals: [w.I32, w.I32, w.I32],
  body: [
    ...set(2, constant(UNITS)),
    ...set(3, constant(OFFSETS)),
    ...set(4, constant(UNITS + CONTEXT_UNITS * 2)),
    ...loop(
      w.storeVector(get(2), w.loadVector(add(get(2), w.shiftLeft(get(0), constant(1))))),
      ...[0, 16].map((half) =>
        w.storeVector(
          get(3),
          w.addOffsets(
            w.loadVector(add(get(3), w.shiftLeft(get(0), constant(2))), half),
            w.fourOffsets(w.sub(constant(0), get(1))),
          ),
          half,
        ),
      ),
      set(2, add(get(2), constant(16))),
      set(3, add(get(3), constant(32))),
      leaveIf(w.below(get(2), get(4)), 0),
    ),
  ],
}
