import * as w from '../../automaton/assembler.ts'
import { WALL } from '../../detector.ts'
import { WORD_UNITS_MAX } from '../bounds.ts'
import { W } from '../lexicon.ts'
import { HASH_START } from '../units.ts'
import { ask, askIdeograph } from './ask.ts'
import { cell, END_CELL, END_LINE, PASS_WORD, passWall, put } from './cues.ts'
import {
  AT,
  DIGITS,
  END,
  FIRST,
  FLAGS,
  HASH,
  isFinal,
  LAST_UPPER,
  LIMIT,
  LINE,
  LOCALS,
  MODE,
  NEXT,
  POSITION,
  SPACE,
  stop,
  TRAITS,
  UNIT,
  UPPERS,
} from './frame.ts'
import { AT_END, CELL, JUDGED, WAITING } from './layout.ts'
import {
  ENDS_COLUMN,
  IN_COLUMN,
  IN_WORD,
  IS_APOSTROPHE,
  IS_ASCII_UPPER,
  IS_DIGIT,
  IS_IDEOGRAPH,
  IS_SILENT,
  LOW_HALF,
} from './traits.ts'
import {
  count,
  forward,
  GOES_ON,
  has,
  hashed,
  joined,
  LOOK_UP,
  moved,
  traitsOf,
  unitAt,
} from './words.ts'

const { add, and, or, not, get, set, constant, when, either, loop, block, leave, leaveIf } = w

/** Hash of an identifier too long to be read as one word. */
const LONG_WORD = 1

/** A unit outside words passes. */
const passMark: readonly w.Code[] = [
  either(
    w.equal(get(UNIT), constant(WALL)),
    [passWall],
    [
      put(CELL.gapUnits, add(cell(CELL.gapUnits), constant(1))),
      put(CELL.gap, or(cell(CELL.gap), has(get(TRAITS), LOW_HALF))),
      when(
        not(has(get(TRAITS), IN_COLUMN)),
        either(
          has(get(TRAITS), ENDS_COLUMN),
          [
            either(
              w.equal(get(UNIT), constant(LINE)),
              [w.call(END_LINE), put(CELL.credits, constant(0))],
              [w.call(END_CELL)],
            ),
          ],
          [put(CELL.pure, constant(0)), put(CELL.empty, constant(0))],
        ),
      ),
    ],
  ),
  put(CELL.before, get(UNIT)),
  forward(AT),
]

/** Reads the word that begins here; leaves its hash, what stands behind it and how it is written. */
const readOn: readonly w.Code[] = [
  set(HASH, constant(HASH_START)),
  set(POSITION, get(AT)),
  set(UPPERS, constant(0)),
  set(DIGITS, constant(0)),
  set(LAST_UPPER, get(AT)),
  set(FIRST, get(TRAITS)),
  set(LIMIT, moved(get(AT), WORD_UNITS_MAX)),
  when(w.above(get(LIMIT), get(END)), set(LIMIT, get(END))),
  block(
    loop(
      either(
        has(get(TRAITS), IN_WORD),
        [
          when(
            has(get(TRAITS), IS_ASCII_UPPER | IS_DIGIT | IS_SILENT),
            when(has(get(TRAITS), IS_ASCII_UPPER), count(UPPERS), set(LAST_UPPER, get(POSITION))),
            when(has(get(TRAITS), IS_DIGIT), set(DIGITS, constant(1))),
          ),
          when(
            not(has(get(TRAITS), IS_SILENT)),
            set(HASH, hashed(get(HASH), has(get(TRAITS), LOW_HALF))),
          ),
        ],
        [
          leaveIf(not(has(get(TRAITS), IS_APOSTROPHE)), 2),
          when(and(w.atLeast(moved(get(POSITION), 2), get(END)), not(isFinal)), stop(WAITING)),
          leaveIf(not(w.call(GOES_ON, moved(get(POSITION), 1), get(END), get(END))), 2),
          set(HASH, hashed(get(HASH), constant(0x27))),
        ],
      ),
      forward(POSITION),
      leaveIf(w.atLeast(get(POSITION), get(LIMIT)), 1),
      set(UNIT, unitAt(get(POSITION))),
      set(TRAITS, traitsOf(get(UNIT))),
      leave(0),
    ),
  ),
  block(
    when(
      w.equal(get(POSITION), moved(get(AT), WORD_UNITS_MAX)),
      put(CELL.long, constant(1)),
      set(FLAGS, constant(0)),
      leave(1),
    ),
    when(and(w.equal(get(POSITION), get(END)), not(isFinal)), stop(WAITING)),
    set(FLAGS, w.call(LOOK_UP, get(HASH))),
    when(has(get(FLAGS), W.credit), put(CELL.credits, constant(1))),
  ),
  set(NEXT, constant(SPACE)),
  when(w.below(get(POSITION), get(END)), set(NEXT, unitAt(get(POSITION)))),
]

const passThisWord: readonly w.Code[] = [
  either(
    cell(CELL.long),
    [w.call(PASS_WORD, constant(LONG_WORD), constant(0))],
    [w.call(PASS_WORD, get(HASH), get(FLAGS))],
  ),
  when(
    cell(CELL.pure),
    either(
      cell(CELL.empty),
      [put(CELL.phrase, get(HASH))],
      [put(CELL.phrase, joined(cell(CELL.phrase), get(HASH)))],
    ),
  ),
  put(CELL.empty, constant(0)),
  put(CELL.before, unitAt(moved(get(POSITION), -1))),
  set(AT, get(POSITION)),
  set(MODE, isFinal),
]

/**
 * Walks a text word by word to the next thing that only a judgement can decide. Parameters: pointer to the first unit,
 * pointer behind the last, how it begins. Gives the pointer where it stopped, and why as an answer.
 */
export const walk: w.WasmFunction = {
  name: 'walk',
  params: 3,
  results: 1,
  locals: Array.from({ length: LOCALS }, () => w.I32),
  body: [
    ...loop(
      when(w.atLeast(get(AT), get(END)), stop(AT_END)),
      set(UNIT, unitAt(get(AT))),
      set(TRAITS, traitsOf(get(UNIT))),
      when(
        cell(CELL.long),
        when(
          has(get(TRAITS), IN_WORD | IS_IDEOGRAPH),
          put(CELL.before, get(UNIT)),
          forward(AT),
          leave(2),
        ),
        put(CELL.long, constant(0)),
      ),
      when(
        not(has(get(TRAITS), IN_WORD)),
        when(
          has(get(TRAITS), IS_IDEOGRAPH),
          when(not(has(get(MODE), JUDGED)), askIdeograph),
          w.call(PASS_WORD, get(UNIT), constant(0)),
          put(CELL.before, get(UNIT)),
          forward(AT),
          set(MODE, isFinal),
          leave(2),
        ),
        ...passMark,
        leave(1),
      ),
      ...readOn,
      ask,
      ...passThisWord,
      leave(0),
    ),
    ...constant(0),
  ],
}
