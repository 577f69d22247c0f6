import { END, type FormatDetector, type Match, type Tail } from '../detector.ts'
import { type Ahead, JOIN_UNITS_MIN, one } from './ahead.ts'
import { ALNUM, BASE64, HEX, isIn, TOKEN, type UnitClass, unitClass } from './classes.ts'
import { glanceAtBody, joinAt, LONG_ENOUGH, TOO_SHORT } from './joins.ts'
import { type Measured, measure as measureNode } from './measure.ts'
import { type Node, parsePattern } from './pattern.ts'
import { compileShape, type Shape } from './shape.ts'
import { MACHINE_HOLD_UNITS_MAX, type Window } from './window.ts'

/** One way a format can stand in a text: plainly, or disguised. */
export interface Candidate {
  /** What the gate must see. */
  readonly literal: string
  /** Index of the detector in its compiled set. */
  readonly detector: number
  /** True when no letter or digit may stand in front. */
  readonly alone: boolean
  /** A cheap look: false when the unit in front or the literal itself already says no. */
  glance(units: Uint16Array, start: number, low: number, end: number): boolean
  /** What must stand at the literal and behind it before `judge` can say yes; worked out when it is asked for. */
  ahead(): Ahead
  /** The verdict on a literal that begins at `start`. Reads through `window`; check `starved` before the result. */
  judge(window: Window, start: number, runStart: number): Match | undefined
}

/** Every candidate of a format. */
export function candidatesOf(format: FormatDetector, detector: number): Candidate[] {
  // Most formats are never met: their patterns are compiled when they are.
  let compiled: Shape | undefined
  const shape = (): Shape => {
    compiled ??= compileShape(format.body)
    return compiled
  }
  let measured: Measured | undefined
  const measure = (): Measured => {
    measured ??= measureNode(parsePattern(format.body, false))
    return measured
  }
  const left = unitClass(format.left ?? 'A-Za-z0-9')
  const units = format.tail === undefined ? TOKEN : unitClass(format.tail)
  const joins = format.disguises === true
  const tail: Tail = format.until === undefined ? { units, joins } : { units, until: format.until }
  const found: Candidate[] = []
  for (const literal of format.literals) {
    found.push({
      literal,
      detector,
      alone: excludes(left),
      glance: startsWith(literal, left),
      ahead: () => ({
        literal,
        body: parsePattern(format.body, false),
        joins: literal.length >= 3 ? measure().alphabet : undefined,
      }),
      judge: plainly(format, literal, shape, measure, left, tail),
    })
    if (format.disguises !== true || literal.length < 3) continue
    for (const shift of [0, 1, 2]) {
      const { text, skipBits } = base64Of(literal, shift)
      if (text.length >= 4)
        found.push({
          literal: text,
          detector,
          alone: false,
          glance: startsWith(text, undefined),
          ahead: () => {
            const bits = (literal.length + measure().unitsMin - 1) * 8 - skipBits
            return { literal: text, body: times(Math.floor(bits / 6) + 2 - text.length, BASE64) }
          },
          judge: inBase64(literal, shape, skipBits),
        })
    }
    for (const text of hexOf(literal))
      found.push({
        literal: text,
        detector,
        alone: false,
        glance: startsWith(text, undefined),
        ahead: () => ({ literal: text, body: times(measure().unitsMin * 2, HEX) }),
        judge: inHex(literal, shape),
      })
    const wide = [...literal].join(' ')
    found.push({
      literal: wide,
      detector,
      alone: true,
      glance: startsWith(wide, ALNUM),
      ahead: () => {
        const { unitsMin, alphabet } = measure()
        const part: Node = { is: 'then', parts: [one(' '), { is: 'set', set: alphabet }] }
        return { literal: wide, body: { is: 'repeat', part, from: unitsMin, to: unitsMin } }
      },
      judge: spaced(literal, shape),
    })
  }
  return found
}

/** So many units of a class. */
function times(count: number, set: UnitClass): Node {
  return { is: 'repeat', part: { is: 'set', set }, from: count, to: count }
}

/** True when `left` holds every letter and digit. */
function excludes(left: UnitClass): boolean {
  for (let unit = 0; unit < 128; unit++) if (ALNUM[unit] === 1 && left[unit] !== 1) return false
  return true
}

/** The literal stands at `start`, as far as it has arrived, and nothing of `left` stands in front. */
function startsWith(literal: string, left: UnitClass | undefined): Candidate['glance'] {
  return (units, start, low, end) => {
    if (left !== undefined && start > low && isIn(left, units[start - 1] ?? END)) return false
    // The gate has seen a beginning of the literal; the rest is compared from its far end.
    for (let index = Math.min(literal.length, end - start) - 1; index >= 0; index--)
      if (units[start + index] !== literal.charCodeAt(index)) return false
    return true
  }
}

function plainly(
  format: FormatDetector,
  literal: string,
  shape: () => Shape,
  measure: () => Measured,
  left: UnitClass,
  tail: Tail,
): Candidate['judge'] {
  const joins = literal.length >= 3
  return (window, start) => {
    if (isIn(left, start > window.low ? window.at(start - 1) : END)) return undefined
    const body = start + literal.length
    // The glance compared it already; what must be seen is whether it has arrived and the bound was not met.
    if (body > window.end || !isNear(window, body - 1))
      for (let index = 0; index < literal.length; index++)
        if (window.at(start + index) !== literal.charCodeAt(index)) return undefined
    const measured = measure()
    const seen = glanceAtBody(
      window,
      body,
      measured,
      joins ? JOIN_UNITS_MIN - literal.length : Infinity,
    )
    if (seen === TOO_SHORT) return undefined
    if (seen === LONG_ENOUGH && measured.uniform && !format.exact)
      return concluded(window, start, body, body + measured.unitsMin)
    const { alphabet, first, longest } = shape()
    let skipped = 0
    let joinedAt = Infinity
    const next = (index: number): number => {
      const position = body + index + (index >= joinedAt ? skipped : 0)
      const unit = window.at(position)
      if (!joins || skipped > 0 || unit === END || isIn(alphabet, unit)) return unit
      if (literal.length + index < JOIN_UNITS_MIN) return unit
      skipped = joinAt(window, position)
      if (skipped > 0) joinedAt = index
      return skipped === 0 ? unit : window.at(position + skipped)
    }
    const length = format.exact ? longest(next) : first(next)
    if (length < 0) return window.capped ? atBound(window, start, tail) : undefined
    const end = body + length + (length > joinedAt ? skipped : 0)
    if (format.exact && isIn(tail.units, window.at(end))) return undefined
    return concluded(window, start, body, end)
  }

  function concluded(window: Window, start: number, body: number, end: number): Match | undefined {
    if (isStandIn(window, body, end)) return undefined
    if (format.check && !format.check(textOf(window, start, end))) return undefined
    return { start, end, tail: format.exact ? undefined : tail }
  }
}

/** True when the bound cannot have been met at `position`. */
function isNear(window: Window, position: number): boolean {
  const { offsets, base } = window
  return (offsets[position] ?? 0) - (offsets[base] ?? 0) < MACHINE_HOLD_UNITS_MAX
}

/** `ghp_xxxx…`, `AKIAXXXX…`: what documentation writes where a token would stand. */
function isStandIn(window: Window, start: number, end: number): boolean {
  if (end - start < 8) return false
  for (let position = start; position < end; position++) {
    const unit = window.units[position] ?? 0
    if ((unit | 0x20) !== 0x78 && unit !== 0x2a && unit !== 0x2e) return false
  }
  return true
}

/** The bound was met while the candidate was still alive: it is taken for a value, never released. */
function atBound(window: Window, start: number, tail: Tail): Match {
  let end = start
  const from = window.offsets[window.base] ?? 0
  while (end < window.end && (window.offsets[end] ?? 0) - from < MACHINE_HOLD_UNITS_MAX) end++
  return { start, end, tail }
}

function inBase64(literal: string, shape: () => Shape, skipBits: number): Candidate['judge'] {
  return (window, start, runStart) => {
    const next = (index: number): number => {
      const bit = (literal.length + index) * 8 - skipBits
      const at = start + Math.floor(bit / 6)
      const shift = bit % 6
      const pair = sextet(window.at(at)) * 64 + sextet(window.at(at + 1))
      if (Number.isNaN(pair)) return END
      if (shift <= 4) return (pair >> (4 - shift)) & 255
      const third = sextet(window.at(at + 2))
      return Number.isNaN(third) ? END : ((pair * 64 + third) >> (10 - shift)) & 255
    }
    const length = shape().first(next)
    if (length < 0 && !window.capped) return undefined
    if (length < 0) return atBound(window, widen(window, start, runStart), { units: BASE64 })
    const end = start + Math.ceil(((literal.length + length) * 8 - skipBits) / 6)
    return { start: widen(window, start, runStart), end, tail: { units: BASE64 } }
  }
}

function inHex(literal: string, shape: () => Shape): Candidate['judge'] {
  return (window, start, runStart) => {
    const next = (index: number): number => {
      const at = start + (literal.length + index) * 2
      const value = nibble(window.at(at)) * 16 + nibble(window.at(at + 1))
      return Number.isNaN(value) ? END : value
    }
    const length = shape().first(next)
    const tail = { units: HEX }
    if (length < 0 && !window.capped) return undefined
    if (length < 0) return atBound(window, widen(window, start, runStart), tail)
    const end = start + (literal.length + length) * 2
    return { start: widen(window, start, runStart), end, tail }
  }
}

function spaced(literal: string, shape: () => Shape): Candidate['judge'] {
  return (window, start) => {
    if (isIn(ALNUM, start > window.low ? window.at(start - 1) : END)) return undefined
    const next = (index: number): number => {
      const at = start + (literal.length + index) * 2
      return window.at(at - 1) === 0x20 ? window.at(at) : END
    }
    for (let index = 0; index < literal.length * 2 - 1; index++) {
      const want = index % 2 === 1 ? 0x20 : literal.charCodeAt(index / 2)
      if (window.at(start + index) !== want) return undefined
    }
    const length = shape().first(next)
    const tail = { units: TOKEN, spaced: true }
    if (length >= 0) return { start, end: start + (literal.length + length) * 2 - 1, tail }
    if (!window.capped) return undefined
    const bound = atBound(window, start, tail)
    return { ...bound, end: bound.end - ((bound.end - start + 1) % 2) }
  }
}

/** The encoded text may begin before the encoded literal: everything in front of it that is encoded too. */
function widen(window: Window, start: number, runStart: number): number {
  let position = start
  while (position > runStart && isIn(TOKEN, window.at(position - 1))) position--
  return position
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const SEXTETS = new Float64Array(128).fill(Number.NaN)
for (let index = 0; index < 64; index++) SEXTETS[ALPHABET.charCodeAt(index)] = index
SEXTETS[0x2d] = 62
SEXTETS[0x5f] = 63

function sextet(unit: number): number {
  return unit < 0 || unit > 127 ? Number.NaN : (SEXTETS[unit] ?? Number.NaN)
}

function nibble(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30
  const folded = unit | 0x20
  return folded >= 0x61 && folded <= 0x66 ? folded - 0x57 : Number.NaN
}

/** The base64 units that `literal` alone decides when `shift` bytes of its group stand before it. */
function base64Of(literal: string, shift: number): { text: string; skipBits: number } {
  let bits = ''
  for (const unit of literal) bits += unit.charCodeAt(0).toString(2).padStart(8, '0')
  const skipBits = shift === 0 ? 0 : shift === 1 ? 4 : 2
  let text = ''
  for (let bit = skipBits; bit + 6 <= bits.length; bit += 6)
    text += ALPHABET[Number.parseInt(bits.slice(bit, bit + 6), 2)] ?? ''
  return { text, skipBits }
}

function hexOf(literal: string): string[] {
  let text = ''
  for (const unit of literal) text += unit.charCodeAt(0).toString(16).padStart(2, '0')
  return text === text.toUpperCase() ? [text] : [text, text.toUpperCase()]
}

/** The logical text of `[start, end)`. */
export function textOf(window: Window, start: number, end: number): string {
  return window.bytes.toString('utf16le', start * 2, end * 2)
}
