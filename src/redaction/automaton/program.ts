import { isWithin, lookAhead } from './ahead-look.ts'
import * as w from './assembler.ts'
import { copy, shift } from './copy.ts'
import {
  AHEAD_BYTES,
  AT_LIMIT,
  CELLS,
  CLASSES,
  HEARD,
  PAGES,
  REFUSED,
  ROW_BYTES,
  SAYS,
  SAYS_ALWAYS,
  SAYS_MARK,
  SAYS_PREFIX,
  SAYS_WORD,
  TABLE,
  UNKNOWN_AHEAD,
  WORD_ADDRESS,
  WORD_ASSIGNED,
  WORD_HEARD,
  WORD_LABELLED,
  WORD_VENDOR,
  WORD_WHOLE,
  WORDS,
} from './layout.ts'
import { LOOKED, lookAtMark } from './looks.ts'
import { both, moved, unitAt } from './reading.ts'
import { wordLooks } from './word-looks.ts'

const { add, and, not, get, set, constant, when, give, loop, block, leave, leaveIf } = w

/** Place of `lookAtMark`, behind the looks. */
const MARKS = LOOKED.length

/** Places of `lookAhead` and what it calls. */
const AHEAD = MARKS + 1
const WITHIN = AHEAD + 1

const BEHIND = wordLooks(WITHIN + 1)

/** Follows the automaton. Parameters: state, pointer, limit, lowest, behind the last. Locals: 5 next, 6 what it says, 7 unit, 8 its words. */
const stop = (reason: number): w.Code => [
  ...w.store32(constant(CELLS), get(0)),
  ...w.store32(constant(CELLS), constant(reason), 4),
  ...give(get(1)),
]
const hear: w.Code = [...set(0, get(5)), ...set(1, moved(get(1), 1)), ...stop(HEARD)]
/** A small letter other than `s` goes on behind a word that ends in one. */
const goesOn: w.Code = and(
  and(w.above(get(7), constant(0x60)), w.below(get(7), constant(0x7b))),
  and(w.unequal(get(7), constant(0x73)), w.above(unitAt(get(1)), constant(0x60))),
)
/** The number of a state, of the place of its row: a division by `ROW_BYTES`, exact for all states. */
const row = (state: w.Code): w.Code =>
  w.shiftRight(
    w.multiply(w.shiftRight(state, constant(6)), constant(Math.ceil(2 ** 22 / ROW_BYTES))),
    constant(16),
  )
const speak: readonly w.Code[] = [
  when(not(get(5)), stop(UNKNOWN_AHEAD)),
  set(5, w.sub(constant(0), get(5))),
  set(6, w.load8(row(get(5)), SAYS)),
  when(and(get(6), constant(SAYS_ALWAYS)), hear),
  when(
    and(get(6), constant(SAYS_PREFIX)),
    when(
      w.call(AHEAD, get(1), w.multiply(row(get(5)), constant(AHEAD_BYTES)), get(4), constant(0)),
      hear,
    ),
  ),
  when(
    and(get(6), constant(SAYS_WORD)),
    set(8, w.load8(row(get(5)), WORDS)),
    set(7, constant(0)),
    when(w.below(moved(get(1), 1), get(4)), set(7, unitAt(get(1), 1))),
    when(
      not(both(and(get(8), constant(WORD_WHOLE)), goesOn)),
      when(and(get(8), constant(WORD_HEARD)), hear),
      when(
        and(get(8), constant(WORD_ASSIGNED | WORD_VENDOR)),
        when(w.call(BEHIND.at.assigned, get(1), get(4), get(8)), hear),
      ),
      when(
        and(get(8), constant(WORD_LABELLED)),
        when(w.call(BEHIND.at.labelled, get(1), get(3), get(4)), hear),
      ),
      when(
        and(get(8), constant(WORD_ADDRESS)),
        when(w.call(BEHIND.at.address, get(1), get(4)), hear),
      ),
    ),
  ),
  when(and(get(6), constant(SAYS_MARK)), when(w.call(MARKS, get(1), get(3), get(4)), hear)),
]
const run: w.WasmFunction = {
  name: 'run',
  params: 5,
  results: 1,
  locals: [w.I32, w.I32, w.I32, w.I32],
  body: [
    ...w.store32(constant(REFUSED), constant(0)),
    ...w.store32(constant(REFUSED), constant(0), 4),
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

/** The assembled program; its memory is `host.memory`. */
export const program = new WebAssembly.Module(
  w.assemble(
    [...LOOKED, lookAtMark, lookAhead(WITHIN), isWithin, ...BEHIND.functions, run, copy, shift],
    PAGES,
  ),
)
