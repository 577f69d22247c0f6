import { decode } from '../stream/logical.ts'
import { isIn, unitClass } from './automaton/classes.ts'
import { PatternError } from './automaton/pattern.ts'
import { compileShape, type Shape } from './automaton/shape.ts'
import {
  type CleanView,
  type FindingKind,
  NO_CASES,
  type Report,
  type StreamDetector,
  WALL,
} from './detector.ts'

/** A detector that a policy brings along: either a pattern or a list of words. */
export interface CustomRule {
  /** Shown in findings as `custom-<id>`. */
  readonly id: string
  readonly kind: FindingKind
  readonly entity: string
  /** In the linear syntax of `compileShape`; letters count as they are written. */
  readonly pattern?: string | undefined
  /** Letters count without regard to case; a space stands for any one white space. */
  readonly words?: readonly string[] | undefined
  /** Words count only by themselves: not as a part of an address, a path or a longer name. */
  readonly alone?: boolean | undefined
}

/** Most units a custom value may have: with the two behind it, which decide, that is what a scanner may hold. */
export const CUSTOM_UNITS_MAX = 42

/** Length of the value at `position`: 0 when there is none, undefined while too little has arrived. */
type Measure = (view: CleanView, position: number) => number | undefined

/**
 * Makes a scanner of a custom rule. It stands behind the built-in detectors, so that no automaton is built for a policy, and
 * finds whole words only: a value that begins (ends) with a letter or digit must not follow (precede) one.
 * Throws `PatternError` with a reason fit to be shown when a pattern cannot be compiled or its bound is too large.
 */
export function customScanner(rule: CustomRule): StreamDetector {
  const { kind, entity } = rule
  const { measure, unitsMax } =
    rule.pattern === undefined ? byWords(rule.words ?? []) : byPattern(rule.pattern)
  function alone(view: CleanView, at: number, length: number | undefined): number | undefined {
    if (rule.alone !== true || !length) return length
    const end = at + length
    // A full stop or a hyphen may end a sentence or a thought: what follows tells.
    if (end + 1 >= view.end && !view.final) return undefined
    const next = end < view.end ? view.at(end) : WALL
    if (!isIn(BOUND, next)) return length
    const after = end + 1 < view.end ? view.at(end + 1) : WALL
    return (next === 0x2e || next === 0x2d) && !isJoined(after) ? length : 0
  }

  const open = () => {
    let at = 0
    return {
      scan(view: CleanView, report: Report): number {
        at = Math.max(at, view.start)
        while (at < view.end) {
          const front = before(view, at)
          const inside = isJoined(view.at(at)) && isJoined(front)
          const bound = inside || (rule.alone === true && isIn(BOUND, front))
          const length = bound ? 0 : alone(view, at, measure(view, at))
          if (length === undefined) return at
          if (length > 0) report(at, at + length, entity)
          at += Math.max(1, length)
        }
        return view.end
      },
    }
  }
  return {
    ...{ type: 'stream', id: `custom-${rule.id}`, kind, entity, entities: [entity] },
    ...{ cases: NO_CASES, holdUnitsMax: unitsMax + 2, open },
  }
}

/** Units that join what stands on both sides of them to one name. */
const BOUND = unitClass('._%+\\-@/')

function before(view: CleanView, position: number): number {
  return position > view.start ? view.at(position - 1) : WALL
}

interface Measured {
  readonly measure: Measure
  readonly unitsMax: number
}

function byPattern(pattern: string): Measured {
  const shape = compileShape(pattern)
  const { unitsMin, unitsMax } = shape
  if (unitsMin === 0) throw new PatternError('the pattern matches the empty text')
  if (unitsMax === Infinity)
    throw new PatternError(`the pattern has no longest match: write {1,${CUSTOM_UNITS_MAX}} for +`)
  if (unitsMax > CUSTOM_UNITS_MAX)
    throw new PatternError(
      `the pattern can match ${unitsMax} characters; at most ${CUSTOM_UNITS_MAX} can be held back`,
    )
  return { measure: (view, position) => measureShape(shape, view, position), unitsMax }
}

function measureShape(shape: Shape, view: CleanView, position: number): number | undefined {
  if (shape.begins[view.at(position)] !== 1) return 0
  let starved = false
  const unitAt = (index: number): number => {
    const at = position + index
    if (at < view.end) return view.at(at)
    starved ||= !view.final
    return -1
  }
  const length = shape.longest(unitAt)
  if (starved) return undefined
  return length > 0 ? wholeWord(view, position, length) : 0
}

/** `length`, or 0 when the value goes on behind it; undefined when the unit that tells has not arrived. */
function wholeWord(view: CleanView, position: number, length: number): number | undefined {
  const end = position + length
  if (!isJoined(view.at(end - 1))) return length
  if (end >= view.end) return view.final ? length : undefined
  return isJoined(view.at(end)) ? 0 : length
}

interface Node {
  readonly next: Map<number, Node>
  ends: boolean
}

function byWords(words: readonly string[]): Measured {
  const root: Node = { next: new Map(), ends: false }
  for (const word of words) {
    if (word.length > CUSTOM_UNITS_MAX)
      throw new PatternError(`a word has more than ${CUSTOM_UNITS_MAX} characters`)
    if (word.trim() === '') throw new PatternError('a word is empty')
    let node = root
    for (const read of asRead(word)) {
      const unit = folded(read)
      const next = node.next.get(unit) ?? { next: new Map(), ends: false }
      node.next.set(unit, next)
      node = next
    }
    node.ends = true
  }
  const unitsMax = Math.max(0, ...words.map((word) => word.length))
  return { measure: (view, position) => measureWord(root, view, position), unitsMax }
}

/** The units of a word as scanners see them: what looks like an escape is read as one. */
function asRead(word: string): Uint16Array {
  const units = new Uint16Array(CUSTOM_UNITS_MAX + 1)
  const offsets = new Int32Array(CUSTOM_UNITS_MAX + 2)
  const buffer = { units, offsets, bytes: Buffer.from(units.buffer) }
  const { end } = decode(word, 0, true, buffer, 0, CUSTOM_UNITS_MAX, 0)
  return units.subarray(0, end)
}

function measureWord(root: Node, view: CleanView, position: number): number | undefined {
  let node = root
  let longest = 0
  for (let at = position; ; at++) {
    if (node.ends) {
      const length = wholeWord(view, position, at - position)
      if (length === undefined) return undefined
      longest = Math.max(longest, length)
    }
    if (node.next.size === 0) return longest
    if (at >= view.end) return view.final ? longest : undefined
    const next = node.next.get(folded(view.at(at)))
    if (!next) return longest
    node = next
  }
}

const SPACE = 0x20

function folded(unit: number): number {
  if (unit >= 0x41 && unit <= 0x5a) return unit + 32
  if (unit < 0x80) return unit === 0x09 || unit === 0x0a || unit === 0x0d ? SPACE : unit
  if (unit === 0xa0) return SPACE
  const small = String.fromCharCode(unit).toLowerCase()
  return small.length === 1 ? small.charCodeAt(0) : unit
}

/** Scripts from here on are written without spaces between words. */
const UNSPACED_FROM = 0x2e80
const LETTER = /[\p{L}\p{N}\p{M}]/u

/** True for letters and digits of scripts that part words by spaces. */
function isJoined(unit: number): boolean {
  if (unit < 0x80)
    return (unit >= 0x30 && unit <= 0x39) || ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a)
  return unit < UNSPACED_FROM && LETTER.test(String.fromCharCode(unit))
}
