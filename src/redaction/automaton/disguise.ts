import { END } from '../detector.ts'
import type { Candidate } from './candidate.ts'
import { ALNUM, BASE64, HEX, isIn, TOKEN } from './classes.ts'
import type { Shape } from './shape.ts'
import { atBound, type Window } from './window.ts'

/** How a format is read through what hides it: base 64, hexadecimal digits, spaces. */

/**
 * True when the literal that ends in front of `end` was seen whole. One that the bound cuts off has been compared as far as that, and
 * is taken for a value like any other.
 */
function isSeen(window: Window, end: number): boolean {
  return window.at(end - 1) !== END
}

/** The verdict on a literal in base 64; its first `skipBits` belong to what stands in front. */
export function inBase64(
  literal: string,
  shape: () => Shape,
  skipBits: number,
): Candidate['judge'] {
  const units = Math.floor((literal.length * 8 - skipBits) / 6)
  return (window, start, runStart) => {
    if (!isSeen(window, start + units))
      return window.capped
        ? atBound(window, widen(window, start, runStart), { units: BASE64 })
        : undefined
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

/** The verdict on a literal in hexadecimal digits. */
export function inHex(literal: string, shape: () => Shape): Candidate['judge'] {
  const tail = { units: HEX }
  return (window, start, runStart) => {
    if (!isSeen(window, start + literal.length * 2))
      return window.capped ? atBound(window, widen(window, start, runStart), tail) : undefined
    const next = (index: number): number => {
      const at = start + (literal.length + index) * 2
      const value = nibble(window.at(at)) * 16 + nibble(window.at(at + 1))
      return Number.isNaN(value) ? END : value
    }
    const length = shape().first(next)
    if (length < 0 && !window.capped) return undefined
    if (length < 0) return atBound(window, widen(window, start, runStart), tail)
    const end = start + (literal.length + length) * 2
    return { start: widen(window, start, runStart), end, tail }
  }
}

/** The verdict on a literal with a space behind every unit. */
export function spaced(literal: string, shape: () => Shape): Candidate['judge'] {
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
export function base64Of(literal: string, shift: number): { text: string; skipBits: number } {
  let bits = ''
  for (const unit of literal) bits += unit.charCodeAt(0).toString(2).padStart(8, '0')
  const skipBits = shift === 0 ? 0 : shift === 1 ? 4 : 2
  let text = ''
  for (let bit = skipBits; bit + 6 <= bits.length; bit += 6)
    text += ALPHABET[Number.parseInt(bits.slice(bit, bit + 6), 2)] ?? ''
  return { text, skipBits }
}

/** The hexadecimal digits of `literal`, in both cases where they differ. */
export function hexOf(literal: string): string[] {
  let text = ''
  for (const unit of literal) text += unit.charCodeAt(0).toString(16).padStart(2, '0')
  return text === text.toUpperCase() ? [text] : [text, text.toUpperCase()]
}
