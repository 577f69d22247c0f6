import type { Match } from '../detector.ts'
import { ALNUM, isIn } from './classes.ts'
import { PLACEHOLDER_READS, type Window } from './window.ts'

/** True when the word at `[start, end)` stands inside other letters: neither alone nor a hump of an identifier. */
export function isInside(window: Window, start: number, end: number): boolean {
  const { units, low } = window
  if (start > low) {
    const before = units[start - 1] ?? 0
    if (isIn(ALNUM, before) && !(before > 0x60 && isUpper(units[start] ?? 0))) return true
  }
  return goesOn(window, end)
}

/** True when a small letter follows: it belongs to the same word, unless it is a plural. */
export function goesOn(window: Window, end: number): boolean {
  const { units } = window
  const after = end < window.end ? (units[end] ?? 0) : 0
  return after > 0x60 && after < 0x7b && after !== 0x73 && (units[end - 1] ?? 0) > 0x60
}

/**
 * A value that begins in or runs over a placeholder is none: what was redacted once stays as it is. One that the bound cuts off is
 * not known for what it is, however much of it has arrived. Check `starved` before the result.
 */
export function touchesPlaceholder(window: Window, match: Match): boolean {
  const { units, low, end } = window
  for (let at = Math.max(low, match.start - 1); at < match.end && at < end; at++)
    if (units[at] === 0x5b && window.at(at) === PLACEHOLDER_READS) return true
  return false
}

/** True when `[start, end)` reads as a placeholder. */
export function isPlaceholder(units: Uint16Array, start: number, end: number): boolean {
  const text = String.fromCharCode(...units.subarray(start, end))
  return /^\[SAFE_TO_USE:[A-Z0-9_]{1,40}_[a-z]{8}\]$/.test(text)
}

/** Compares a word with units beyond ASCII, which the gate knows only roughly. */
export function saysWord(window: Window, end: number, word: string): boolean {
  const start = end - word.length
  if (start < window.low) return false
  // From behind: that is where words the gate takes for each other mostly differ.
  for (let index = word.length - 1; index >= 0; index--) {
    const unit = window.units[start + index] ?? 0
    if (unit === word.charCodeAt(index)) continue
    if (String.fromCharCode(unit).toLowerCase() !== word[index]) return false
  }
  return true
}

function isUpper(unit: number): boolean {
  return unit >= 0x41 && unit <= 0x5a
}
