import { WALL } from '../detector.ts'
import { SHAPE } from './ahead.ts'
import { CUE, PHRASE_WORDS_MAX, PHRASES, W } from './lexicon.ts'
import { hashJoin } from './units.ts'

/** What stands between two words. */
export const GAP = {
  space: 1,
  line: 1 << 1,
  colon: 1 << 2,
  equals: 1 << 3,
  quote: 1 << 4,
  comma: 1 << 5,
  stop: 1 << 6,
  open: 1 << 7,
  close: 1 << 8,
  /** `|`, `;` and tabs, which separate cells. */
  cell: 1 << 9,
  /** `/ \ . @ # $ _ - +` and the like: identifiers, paths, code. */
  code: 1 << 10,
  wall: 1 << 11,
  greater: 1 << 12,
  hyphen: 1 << 13,
} as const

/** What was read of a text so far, as far as decisions depend on it. */
export interface Context {
  /** What lies between the last word and here: a set of {@link GAP}, and its length in units. */
  gap: number
  gapUnits: number
  /** Hashes of the last words, newest first; 0 where none. Four fields, for an array costs a third of the pass. */
  first: number
  second: number
  third: number
  fourth: number
  flags: number
  shape: number
  /** True when the last thing was a finding or a wall, and what it was announced by. */
  walled: boolean
  listCue: number
  /** True when the last word was "from" right behind a finding or a wall. */
  origin: boolean
  /** True when nothing but marks stands between here and the line's beginning. */
  lineStart: boolean
}

/** The context at a text's beginning. */
export function openContext(): Context {
  return {
    gap: GAP.line,
    gapUnits: 0,
    first: 0,
    second: 0,
    third: 0,
    fourth: 0,
    flags: 0,
    shape: SHAPE.lower,
    walled: false,
    listCue: 0,
    origin: false,
    lineStart: true,
  }
}

/** A word with these `W` flags has passed. */
export function passWord(context: Context, hash: number, flags: number, shape: number): void {
  if ((context.gap & BREAKING) !== 0) {
    context.second = 0
    context.third = 0
    context.fourth = 0
  } else {
    context.fourth = context.third
    context.third = context.second
    context.second = context.first
  }
  context.first = hash
  context.origin =
    context.walled && (flags & W.origin) !== 0 && context.gap === (GAP.wall | GAP.space)
  // "Anna, Bo and Cy": the linking word hands on what announced the list.
  if (!(context.walled && flags & W.linker && context.gapUnits <= 2)) {
    context.walled = false
    context.listCue = 0
  }
  context.flags = flags
  context.shape = shape
  context.gap = 0
  context.gapUnits = 0
  context.lineStart = false
}

/** Marks that end a phrase: words on both sides of them do not announce anything together. */
const BREAKING =
  GAP.line | GAP.open | GAP.close | GAP.cell | GAP.wall | GAP.equals | GAP.greater | GAP.code

/** A finding or a wall has passed; `cue` announced it. */
export function passWall(context: Context, cue: number): void {
  context.first = 0
  context.flags = 0
  context.shape = SHAPE.lower
  context.walled = true
  context.origin = false
  context.listCue = cue
  context.gap = GAP.wall
  context.gapUnits = 0
  context.lineStart = false
}

/** One unit that belongs to no word has passed. */
export function passMark(context: Context, unit: number): void {
  context.gapUnits++
  context.gap |= MARKS[unit] ?? GAP.code
  if (unit === 0x0a || unit === 0x0d) context.lineStart = true
}

const MARKS = new Uint16Array(0x3100).fill(GAP.code)
for (const [marks, gap] of [
  [' \u00a0\u202f\u3000', GAP.space],
  ['\n\r', GAP.line],
  [':', GAP.colon],
  ['=', GAP.equals],
  ['"\'’`“”„«»‘', GAP.quote],
  [',،、', GAP.comma],
  ['.!?。…', GAP.stop],
  ['([{<¿¡「', GAP.open],
  [')]}」', GAP.close],
  ['|;\t', GAP.cell],
  ['>', GAP.greater],
  ['-–—*', GAP.hyphen],
] as const)
  for (const mark of marks) MARKS[mark.charCodeAt(0)] = gap

/** Units between an announcing phrase and what it announces. */
const CUE_GAP_UNITS_MAX = 8
const KEY = GAP.colon | GAP.equals | GAP.greater
const KEYS = CUE.personKey | CUE.placeKey | CUE.nrpKey
const PHRASAL = GAP.space | GAP.quote | GAP.colon | GAP.comma | GAP.stop | GAP.hyphen | GAP.line

/** What the words in front of here announce: a set of `CUE`. */
export function cueOf(context: Context): number {
  const { gap, gapUnits, flags } = context
  if (gapUnits > CUE_GAP_UNITS_MAX || gap & GAP.code) return 0
  if (context.origin && gap === GAP.space) return CUE.placeStrong
  if (context.walled) return isListGap(gap) && gapUnits <= 3 ? context.listCue : 0
  if (!(flags & W.cue)) return 0
  const hashes = [context.first, context.second, context.third, context.fourth]
  let cue = 0
  let hash = 0
  for (let count = 1; count <= PHRASE_WORDS_MAX; count++) {
    const first = hashes[count - 1] ?? 0
    if (first === 0) break
    hash = first
    for (let index = count - 2; index >= 0; index--) hash = hashJoin(hash, hashes[index] ?? 0)
    cue |= PHRASES.get(hash) ?? 0
  }
  const keyed = (gap & KEY) !== 0
  if (keyed && gap & (GAP.close | GAP.stop)) return 0
  if (!keyed) cue &= ~KEYS | CUE.nrpKey
  if (keyed && gap & (GAP.equals | GAP.greater)) cue &= KEYS
  // "Hi,\nAnna" and "Regards,\n\nAnna" may break the line; "in.\nAnna" may not.
  if (gap & (GAP.line | GAP.comma) && !(gap & GAP.colon)) {
    if (gap & GAP.stop || !(gap & GAP.comma) || !(gap & (GAP.space | GAP.line))) return 0
    cue &= CUE.personWeak | CUE.kin
  }
  if (gap & GAP.stop) cue &= ~(CUE.placeWeak | CUE.placeStrong | CUE.personPreposition)
  if (!keyed && gap & ~PHRASAL) return 0
  return cue
}

function isListGap(gap: number): boolean {
  return (gap & ~(GAP.space | GAP.comma | GAP.wall | GAP.cell | GAP.quote)) === 0
}

/** Whether a word stands free: not glued to an identifier, a path or a call. */
export function standsFree(context: Context, before: number): boolean {
  return !(context.gap & GAP.code && before !== 0x20 && before !== 0x0a) && !GLUE.has(before)
}

/** Glue in front of a word: `.x`, `/x`, `@x`, `#x`, `$x`, `-x`, `\x`. */
const GLUE = new Set([...'./@#$-\\&%~^+'].map((mark) => mark.charCodeAt(0)))

/** Glue behind a word: `x(`, `x/`, `x@`, `x_`, `x[`. */
export function gluedBehind(unit: number, next: number): boolean {
  if (unit === 0x28 || unit === 0x2f || unit === 0x40 || unit === 0x5c || unit === 0x5b) return true
  if (unit === 0x24 || unit === 0x23 || unit === 0x7b) return true
  if (unit === 0x3c) return isLetterOrDigit(next)
  if (unit === 0x2e || unit === 0x3a || unit === 0x3d || unit === 0x2d)
    return (
      isLetterOrDigit(next) || (unit === 0x3a && next === 0x3a) || (unit === 0x3d && next > 0x20)
    )
  return false
}

function isLetterOrDigit(unit: number): boolean {
  if (unit === WALL) return true
  const letter = (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a)
  return letter || (unit >= 0x30 && unit <= 0x39)
}
