import * as w from '../../automaton/assembler.ts'
import { W } from '../lexicon.ts'
import { BUCKETS, EDGE, GRAM_UNITS_MAX, LETTERS_MAX } from '../likeness.ts'
import { SHAPE } from '../shape.ts'
import { HASH_FACTOR, HASH_START, JOIN_FACTOR } from '../units.ts'
import {
  ANSWER,
  ANSWERS,
  LETTERS,
  PHRASE_SLOTS,
  PHRASE_TABLE,
  PLACE_SLOTS,
  PLACE_TABLE,
  TRAITS,
  WEIGHTS,
  WORD_SLOTS,
  WORD_TABLE,
} from './layout.ts'
import {
  IN_WORD,
  IS_APOSTROPHE,
  IS_CASELESS,
  IS_DIGIT,
  IS_LETTER,
  IS_LOWER,
  IS_SILENT,
  IS_UPPER,
  LOW_HALF,
} from './traits.ts'

const { add, and, or, xor, not, get, set, constant, when, either, give, loop, block } = w
const { leave, leaveIf } = w

/** Words as the engine for names reads them. All functions take and give pointers to units. */

export const unitAt = (pointer: w.Code): w.Code => w.load16(pointer)
export const traitsOf = (unit: w.Code): w.Code => w.load32(w.shiftLeft(unit, constant(2)), TRAITS)
export const moved = (pointer: w.Code, by: number): w.Code => add(pointer, constant(by * 2))
export const forward = (local: number): w.Code => set(local, moved(get(local), 1))
export const count = (local: number): w.Code => set(local, add(get(local), constant(1)))
export const answer = (place: number, value: w.Code): w.Code =>
  w.store32(constant(0), value, ANSWERS + place * 4)
export const answered = (place: number): w.Code => w.load32(constant(0), ANSWERS + place * 4)
export const has = (flags: w.Code, flag: number): w.Code => and(flags, constant(flag))
/** The hash of a word goes on with a folded unit; see `hashUnit`. */
export const hashed = (hash: w.Code, unit: w.Code): w.Code =>
  w.multiply(xor(hash, unit), constant(HASH_FACTOR))
/** See `hashJoin`. */
export const joined = (before: w.Code, word: w.Code): w.Code =>
  xor(w.multiply(xor(before, word), constant(JOIN_FACTOR)), w.shiftRight(before, constant(15)))
export const isApart = (unit: w.Code, code: number): w.Code => w.unequal(unit, constant(code))

const I32S = (length: number): w.WasmFunction['locals'] => Array.from({ length }, () => w.I32)

/** Flags of a hash in an open table, or 0. Parameter: hash. Locals: 1 slot, 2 flags. */
function lookIn(name: string, table: number, slots: number): w.WasmFunction {
  const at = w.shiftLeft(get(1), constant(3))
  return {
    name,
    params: 1,
    results: 1,
    locals: I32S(2),
    body: [
      ...set(1, and(get(0), constant(slots - 1))),
      ...loop(
        set(2, w.load32(at, table + 4)),
        when(not(get(2)), give(constant(0))),
        when(w.equal(w.load32(at, table), get(0)), give(get(2))),
        set(1, and(add(get(1), constant(1)), constant(slots - 1))),
        leave(0),
      ),
      ...constant(0),
    ],
  }
}

export const LOOK_UP = 0
export const PHRASE = 1
export const GOES_ON = 2
export const READ_WORD = 3
const TRAITS_AT = 4
/** Not 0 when names of places begin with two words that are joined to a hash. */
export const PLACE = 6

/** Traits of what stands at a pointer, 0 from the bound or the end on. Parameters: pointer, bound, end. */
const traitsAt: w.WasmFunction = {
  name: 'traits',
  params: 3,
  results: 1,
  locals: [],
  body: [
    ...when(w.atLeast(get(0), get(1)), give(constant(0))),
    ...when(w.atLeast(get(0), get(2)), answer(ANSWER.starved, constant(1)), give(constant(0))),
    ...traitsOf(unitAt(get(0))),
  ],
}

/** Whether a word goes on behind an apostrophe: with a letter, but not with a lone `s`. Parameters: pointer, bound, end. */
const goesOn: w.WasmFunction = {
  name: 'goesOn',
  params: 3,
  results: 1,
  locals: [],
  body: [
    ...when(not(has(w.call(TRAITS_AT, get(0), get(1), get(2)), IS_LETTER)), give(constant(0))),
    ...when(isApart(or(unitAt(get(0)), constant(0x20)), 0x73), give(constant(1))),
    ...not(
      not(has(w.call(TRAITS_AT, moved(get(0), 1), get(1), get(2)), IS_LOWER | IS_UPPER | IS_DIGIT)),
    ),
  ],
}

/**
 * Reads a word for a decision: gives the pointer behind it, or 0 when none begins there or it does not end within the bound. Its
 * hash, flags and shape are left as answers. Parameters: pointer, bound, end. Locals: 3 pointer, 4 hash, 5 upper, 6 lower,
 * 7 caseless, 8 digits, 9 whether it begins in upper case, 10 capitals inside, 11 apostrophes, 12 traits, 13 shape.
 */
const readWord: w.WasmFunction = {
  name: 'word',
  params: 3,
  results: 1,
  locals: I32S(11),
  body: [
    ...set(3, get(0)),
    ...set(4, constant(HASH_START)),
    ...block(
      loop(
        when(w.atLeast(get(3), get(1)), give(constant(0))),
        when(w.atLeast(get(3), get(2)), answer(ANSWER.starved, constant(1)), leave(2)),
        set(12, traitsOf(unitAt(get(3)))),
        either(
          has(get(12), IN_WORD),
          [
            when(has(get(12), IS_LOWER), count(6)),
            when(
              has(get(12), IS_UPPER),
              when(w.equal(get(3), get(0)), set(9, constant(1))),
              when(
                get(6),
                either(
                  or(
                    has(traitsOf(unitAt(moved(get(3), -1))), IS_APOSTROPHE),
                    has(w.call(LOOK_UP, get(4)), W.namePrefix),
                  ),
                  [count(11)],
                  [count(10)],
                ),
              ),
              count(5),
            ),
            when(has(get(12), IS_CASELESS), count(7)),
            when(has(get(12), IS_DIGIT), count(8)),
            when(not(has(get(12), IS_SILENT)), set(4, hashed(get(4), has(get(12), LOW_HALF)))),
          ],
          [
            leaveIf(not(has(get(12), IS_APOSTROPHE)), 2),
            leaveIf(w.equal(get(3), get(0)), 2),
            leaveIf(not(w.call(GOES_ON, moved(get(3), 1), get(1), get(2))), 2),
            count(11),
            set(4, hashed(get(4), constant(0x27))),
          ],
        ),
        forward(3),
        leave(0),
      ),
    ),
    ...when(w.equal(get(3), get(0)), give(constant(0))),
    ...answer(ANSWER.hash, get(4)),
    ...answer(ANSWER.flags, w.call(LOOK_UP, get(4))),
    ...block(
      set(13, constant(SHAPE.blob)),
      leaveIf(get(8), 0),
      when(get(7), leaveIf(or(get(5), get(6)), 1), set(13, constant(SHAPE.caseless)), leave(1)),
      set(13, constant(SHAPE.lower)),
      leaveIf(not(get(5)), 0),
      set(13, constant(SHAPE.initial)),
      leaveIf(w.equal(get(3), moved(get(0), 1)), 0),
      set(13, constant(SHAPE.upper)),
      leaveIf(not(get(6)), 0),
      set(13, constant(SHAPE.mixed)),
      leaveIf(not(get(9)), 0),
      leaveIf(get(10), 0),
      leaveIf(w.above(get(5), add(get(11), constant(1))), 0),
      set(13, constant(SHAPE.capital)),
    ),
    ...answer(ANSWER.shape, get(13)),
    ...get(3),
  ],
}

/** What the n-grams of a word weigh together; see `gramsOf`. Parameters: pointers to its ends. Locals: 2 place, 3 traits, 4 last
 * place, 5 sum, 6 hash, 7 place in the gram, 8 its end. */
const spelling: w.WasmFunction = {
  name: 'spelling',
  params: 2,
  results: 1,
  locals: I32S(7),
  body: [
    ...w.store16(constant(0), constant(EDGE), LETTERS),
    ...set(2, constant(2)),
    ...block(
      loop(
        leaveIf(w.atLeast(get(0), get(1)), 1),
        leaveIf(w.above(get(2), constant(LETTERS_MAX * 2)), 1),
        set(4, unitAt(get(0))),
        set(3, traitsOf(get(4))),
        when(has(get(3), IN_WORD), set(4, has(get(3), LOW_HALF))),
        w.store16(get(2), get(4), LETTERS),
        forward(0),
        forward(2),
        leave(0),
      ),
    ),
    ...w.store16(get(2), constant(EDGE), LETTERS),
    ...set(4, get(2)),
    ...set(2, constant(0)),
    ...loop(
      set(6, hashed(constant(HASH_START), w.load16(get(2), LETTERS))),
      set(7, moved(get(2), 1)),
      set(8, moved(get(2), GRAM_UNITS_MAX - 1)),
      when(w.above(get(8), get(4)), set(8, get(4))),
      block(
        loop(
          leaveIf(w.above(get(7), get(8)), 1),
          set(6, hashed(get(6), w.load16(get(7), LETTERS))),
          set(
            5,
            add(
              get(5),
              w.load8Signed(
                and(xor(get(6), w.shiftRight(get(6), constant(15))), constant(BUCKETS - 1)),
                WEIGHTS,
              ),
            ),
          ),
          forward(7),
          leave(0),
        ),
      ),
      forward(2),
      leaveIf(w.below(get(2), get(4)), 0),
    ),
    ...get(5),
  ],
}

/** In the order of their places. */
export const WORD_FUNCTIONS: readonly w.WasmFunction[] = [
  lookIn('lookUp', WORD_TABLE, WORD_SLOTS),
  lookIn('phrase', PHRASE_TABLE, PHRASE_SLOTS),
  goesOn,
  readWord,
  traitsAt,
  spelling,
  lookIn('place', PLACE_TABLE, PLACE_SLOTS),
]
