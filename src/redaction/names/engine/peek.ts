import * as w from '../../automaton/assembler.ts'
import { AHEAD_UNITS_MAX } from '../bounds.ts'
import { W } from '../lexicon.ts'
import { ANSWER } from './layout.ts'
import { IN_WORD, IS_DIGIT, IS_LOWER } from './traits.ts'
import {
  answer,
  answered,
  has,
  joined,
  moved,
  PLACE,
  READ_WORD,
  traitsOf,
  unitAt,
} from './words.ts'

const { not, get, set, constant, when, give } = w

/**
 * Looks at the word behind a word: most that might be names are refused by it, and a judgement would only say the same. What has not
 * arrived may be anything. Parameters of both: pointer behind the space, pointer to the word itself, end, whether nothing
 * comes behind it, and what is asked for.
 */

/** Places behind those of `cues.ts`. */
export const MAY_GO_ON = 11
export const BEGINS_PLACE = 12

const MAYBE = constant(1)
const NO = constant(0)

const readNext: readonly w.Code[] = [
  answer(ANSWER.starved, constant(0)),
  set(0, w.call(READ_WORD, get(0), moved(get(1), AHEAD_UNITS_MAX), get(2))),
  when(answered(ANSWER.starved), when(not(get(3)), give(MAYBE))),
  when(not(get(0)), give(NO)),
]

/** Whether a name may go on behind a small letter, or be sure by a verb of persons; also with words of the given flags. */
const mayGoOn: w.WasmFunction = {
  name: 'mayGoOn',
  params: 5,
  results: 1,
  locals: [w.I32],
  body: [
    ...when(w.atLeast(get(0), get(2)), give(MAYBE)),
    ...set(5, traitsOf(unitAt(get(0)))),
    ...when(not(has(get(5), IN_WORD)), give(NO)),
    ...when(has(get(5), IS_DIGIT), give(NO)),
    ...when(not(has(get(5), IS_LOWER)), give(MAYBE)),
    ...readNext.flat(),
    ...set(5, answered(ANSWER.flags)),
    ...when(has(get(5), W.verb), when(not(has(get(5), W.stop)), give(MAYBE))),
    ...w.and(get(5), get(4)),
  ],
}

/** Whether a place of several words may begin with one of this hash. */
const beginsPlace: w.WasmFunction = {
  name: 'beginsPlace',
  params: 5,
  results: 1,
  locals: [],
  body: [
    ...when(w.atLeast(get(0), get(2)), give(MAYBE)),
    ...readNext.flat(),
    ...w.call(PLACE, joined(get(4), answered(ANSWER.hash))),
  ],
}

/** In the order of their places. */
export const PEEK_FUNCTIONS: readonly w.WasmFunction[] = [mayGoOn, beginsPlace]
