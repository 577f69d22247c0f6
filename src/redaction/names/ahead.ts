import { type CleanView, WALL } from '../detector.ts'
import { lookUp } from './lexicon.ts'
import {
  CASELESS,
  DIGIT,
  HASH_START,
  hashUnit,
  hashWord,
  KIND,
  LOWER,
  OTHER,
  UPPER,
} from './units.ts'

/** Past the text's end or the bound. */
export const NOTHING = -1
/** Units a decision may read from its first on, so that no more than 44 are ever held. */
export const AHEAD_UNITS_MAX = 43

/** Beginnings of family names behind which a second capital may stand. */
const PREFIXES = new Set(
  ['mc', 'mac', 'de', 'du', 'di', 'da', 'la', 'le', 'van', 'fitz'].map(hashWord),
)

/** How a word is written. */
export const SHAPE = {
  lower: 0,
  capital: 1,
  upper: 2,
  initial: 3,
  mixed: 4,
  caseless: 5,
  blob: 6,
} as const
export type Shape = (typeof SHAPE)[keyof typeof SHAPE]

/** One word of the text. */
export interface Word {
  readonly start: number
  readonly end: number
  readonly hash: number
  /** See `W` in `lexicon.ts`. */
  readonly flags: number
  readonly shape: Shape
}

/** Reads text from a decision's first unit on; remembers when more would have to arrive first. */
export interface Ahead {
  /** What has arrived. One object serves a whole text: candidates are too many to allocate for. */
  open(view: CleanView): void
  /** Starts a decision at `position`. */
  start(position: number): void
  /** The unit at `position`, or {@link NOTHING}. */
  at(position: number): number
  /** The word that begins at `position`, if one does and it ends within the bound. */
  word(position: number): Word | undefined
  /** True when something was asked for that has not arrived: the decision must wait. */
  starved(): boolean
}

/** Makes a reader. */
export function ahead(): Ahead {
  let view: CleanView = { start: 0, end: 0, final: true, at: () => WALL }
  let bound = 0
  let starved = false

  function start(position: number): void {
    bound = position + AHEAD_UNITS_MAX
    starved = false
  }

  function at(position: number): number {
    if (position < 0 || position >= bound) return NOTHING
    if (position < view.end) return view.at(position)
    if (!view.final) starved = true
    return NOTHING
  }

  return {
    open(next) {
      view = next
    },
    start,
    at,
    word: (position) => {
      const first = at(position)
      const kind = first < 0 ? OTHER : (KIND[first] ?? OTHER)
      if (kind === OTHER || kind > CASELESS) return undefined
      return readWord(at, position, bound)
    },
    starved: () => starved,
  }
}

function readWord(
  at: (position: number) => number,
  start: number,
  bound: number,
): Word | undefined {
  let hash = HASH_START
  let [uppers, lowers, others, digits] = [0, 0, 0, 0]
  let firstUpper = false
  let humps = 0
  let prefix = HASH_START
  let apostrophes = 0
  let position = start
  for (;;) {
    const unit = at(position)
    if (position >= bound) return undefined
    const kind = unit < 0 ? OTHER : (KIND[unit] ?? OTHER)
    if (kind === UPPER) {
      if (position === start) firstUpper = true
      else if (lowers > 0 && !isApostrophe(at(position - 1)) && !PREFIXES.has(prefix)) humps++
      else if (lowers > 0) apostrophes++
      uppers++
    } else if (kind === LOWER) lowers++
    else if (kind === CASELESS) others++
    else if (kind === DIGIT) digits++
    else if (isApostrophe(unit) && position > start && goesOn(at, position + 1)) apostrophes++
    else break
    hash = hashUnit(hash, isApostrophe(unit) ? 0x27 : unit)
    prefix = hash
    position++
  }
  if (position === start) return undefined
  const length = position - start
  let shape: Shape = SHAPE.lower
  if (digits > 0) shape = SHAPE.blob
  else if (others > 0) shape = uppers + lowers > 0 ? SHAPE.blob : SHAPE.caseless
  else if (uppers === 0) shape = SHAPE.lower
  else if (length === 1) shape = SHAPE.initial
  else if (lowers === 0) shape = SHAPE.upper
  else if (firstUpper && humps === 0 && uppers <= 1 + apostrophes) shape = SHAPE.capital
  else shape = SHAPE.mixed
  return { start, end: position, hash, flags: lookUp(hash), shape }
}

/** True for both apostrophes. */
export function isApostrophe(unit: number): boolean {
  return unit === 0x27 || unit === 0x2019
}

/** Whether a word goes on behind an apostrophe: with a letter, but not with a lone `s`. */
export function goesOn(at: (position: number) => number, position: number): boolean {
  const unit = at(position)
  const kind = unit < 0 ? OTHER : (KIND[unit] ?? OTHER)
  if (kind !== LOWER && kind !== UPPER && kind !== CASELESS) return false
  if (unit !== 0x73 && unit !== 0x53) return true
  const next = at(position + 1)
  const nextKind = next < 0 || next === WALL ? OTHER : (KIND[next] ?? OTHER)
  return nextKind === LOWER || nextKind === UPPER || nextKind === DIGIT
}
