import * as w from '../../automaton/assembler.ts'
import { ANSWER, FINAL } from './layout.ts'
import { answer, has, traitsOf } from './words.ts'

/** Parameters of a walk: where it stands, pointer behind the last unit, how it began. */
export const AT = 0
export const END = 1
export const MODE = 2
/** Its locals: the unit at hand and its traits; of a word its end so far, hash, upper-case units, whether it has digits. */
export const UNIT = 3
export const TRAITS = 4
export const POSITION = 5
export const HASH = 6
export const UPPERS = 7
export const DIGITS = 8
/** Where its last upper-case unit stands; how far it is read; its flags; the unit behind it; its first unit's traits. */
export const LAST_UPPER = 9
export const LIMIT = 10
export const FLAGS = 11
export const NEXT = 12
export const FIRST = 13
/** All that is announced; what the column announces; whether anything was said to announce, before it was looked at how. */
export const CUES = 14
export const COLUMN = 15
export const CUED = 16
/** Locals behind the parameters. */
export const LOCALS = 14

export const LINE = 0x0a
export const SPACE = 0x20

/** Not 0 when nothing comes behind the end. */
export const isFinal = has(w.get(MODE), FINAL)
/** Ends the walk where it stands. */
export const stop = (reason: number): w.Code => [
  ...answer(ANSWER.reason, w.constant(reason)),
  ...w.give(w.get(AT)),
]
/** 1 when a unit stands behind the word. */
export const isNext = (unit: number): w.Code => w.equal(w.get(NEXT), w.constant(unit))
/** Not 0 when the unit behind the word has a trait. */
export const nextIs = (flag: number): w.Code => has(traitsOf(w.get(NEXT)), flag)
/** 1 when one of them is not 0. */
export const anyOf = (...conditions: readonly w.Code[]): w.Code =>
  conditions.map((one) => w.not(w.not(one))).reduce(w.or)
