import { END, type FormatDetector, type Match, type Tail } from '../detector.ts'
import { type Ahead, JOIN_UNITS_MIN, one } from './ahead.ts'
import { ALNUM, BASE64, HEX, isIn, TOKEN, type UnitClass, unitClass } from './classes.ts'
import { base64Of, hexOf, inBase64, inHex, spaced } from './disguise.ts'
import { glanceAtBody, joinAt, LONG_ENOUGH, TOO_SHORT } from './joins.ts'
import { type Measured, measure as measureNode } from './measure.ts'
import { type Node, parsePattern } from './pattern.ts'
import { compileShape, type Shape } from './shape.ts'
import { atBound, MACHINE_HOLD_UNITS_MAX, type Window } from './window.ts'

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

/** The logical text of `[start, end)`. */
export function textOf(window: Window, start: number, end: number): string {
  return window.bytes.toString('utf16le', start * 2, end * 2)
}
