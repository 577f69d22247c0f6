import { type CleanView, WALL } from '../detector.ts'
import { AHEAD_UNITS_MAX } from './bounds.ts'
import { openNameEngine } from './engine/engine.ts'
import { ANSWER, LEFT_UNITS } from './engine/layout.ts'
import { likeness } from './likeness.ts'
import type { Shape } from './shape.ts'

/** Past the text's end or the bound. */
export const NOTHING = -1

/** One word of the text. */
export interface Word {
  readonly start: number
  readonly end: number
  readonly hash: number
  /** See `W` in `lexicon.ts`. */
  readonly flags: number
  readonly shape: Shape
}

/** The one engine: scanning never yields, so it serves all texts in turn. */
export const engine = openNameEngine()
const { units, answers } = engine

/** Reads text from a decision's first unit on; remembers when more would have to arrive first. */
export interface Ahead {
  /** Brings what has arrived from `position` on into the engine's memory, as much as fits; `isSame` tells that the text is the last one. */
  open(view: CleanView, position: number, isSame: boolean): void
  /** Position of the engine's first unit; position behind its last. */
  base(): number
  end(): number
  /** True when nothing comes behind the end. */
  final(): boolean
  /** Starts a decision at `position`. */
  start(position: number): void
  /** The unit at `position`, or {@link NOTHING}. */
  at(position: number): number
  /** The word that begins at `position`, if one does and it ends within the bound. */
  word(position: number): Word | undefined
  /** How much a word is spelt like a name; see `likeness`. */
  likeness(word: Word): number
  /** True when something was asked for that has not arrived: the decision must wait. */
  starved(): boolean
}

/** The reader of the text that is being scanned. */
export const text: Ahead = reader()

function reader(): Ahead {
  let base = 0
  let end = 0
  let final = false
  let bound = 0
  let starved = false
  /** Words that this decision has read: several judgements ask for the same ones. */
  let read: Word[] = []
  return {
    open(view, position, isSame) {
      // What came since the last time is put behind, until the memory is full.
      if (!isSame || end >= base + units.length) {
        base = Math.max(view.start, position - LEFT_UNITS)
        end = base
      }
      const last = Math.min(view.end, base + units.length)
      view.copy(end, last, units, end - base)
      end = last
      final = view.final && end === view.end
    },
    base: () => base,
    end: () => end,
    final: () => final,
    start(position) {
      bound = position + AHEAD_UNITS_MAX
      starved = false
      if (read.length > 0) read = []
    },
    at(position) {
      if (position < 0 || position >= bound) return NOTHING
      if (position < end) return units[position - base] ?? WALL
      if (!final) starved = true
      return NOTHING
    },
    word(position) {
      if (position < base) return undefined
      for (const word of read) if (word.start === position) return word
      answers[ANSWER.starved] = 0
      const last = engine.word(position - base, bound - base, end - base)
      if (answers[ANSWER.starved] === 1 && !final) starved = true
      if (last < 0) return undefined
      const word = {
        start: position,
        end: base + last,
        hash: answers[ANSWER.hash] ?? 0,
        flags: answers[ANSWER.flags] ?? 0,
        shape: (answers[ANSWER.shape] ?? 0) as Shape,
      }
      read.push(word)
      return word
    },
    likeness: ({ start, end: last }) =>
      likeness(engine.spelling(start - base, last - base), last - start),
    starved: () => starved,
  }
}
