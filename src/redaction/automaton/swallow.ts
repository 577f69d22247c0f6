import type { Tail } from '../detector.ts'
import { isIn } from './classes.ts'
import type { Memory } from './memory.ts'
import type { Window } from './window.ts'

/** Units to pass at `position`: 0 at the tail's end, negative when that cannot be told yet. */
export function swallowStep(window: Window, memory: Memory, tail: Tail, position: number): number {
  if (position >= window.end) return window.final ? 0 : -1
  const unit = window.units[position] ?? 0
  if (tail.until !== undefined) return swallowUntil(memory, tail, tail.until, unit)
  if (tail.spaced === true) {
    if (unit !== 0x20) return 0
    if (position + 2 >= window.end && !window.final) return -1
    if (position + 1 >= window.end || !isIn(tail.units, window.units[position + 1] ?? 0)) return 0
    const after = position + 2 < window.end ? window.units[position + 2] : 0x20
    return after === 0x20 || !isIn(tail.units, after ?? 0) ? 2 : 0
  }
  if (!isIn(tail.units, unit)) return tail.joins === true ? joinStep(window, tail, position) : 0
  // A full stop, comma or colon at the end belongs to the sentence, not to the value.
  if (unit !== 0x2e && unit !== 0x2c && unit !== 0x3a) return 1
  if (position + 1 >= window.end) return window.final ? 0 : -1
  return isIn(tail.units, window.units[position + 1] ?? 0) ? 1 : 0
}

/** Units of a line behind a wrapped token that must belong to it; shorter ones may be the next word of the text. */
const WRAPPED_UNITS_MIN = 20
/** White space allowed on each side of the sign of a concatenation. */
const JOIN_SPACES_MAX = 8

/** Units of a join at `position` behind which the token goes on: `" + "`, or a line break before a random run. */
function joinStep(window: Window, tail: Tail, position: number): number {
  const unit = window.units[position] ?? 0
  if (unit === 0x0a) return wrapStep(window, tail, position)
  if (unit !== 0x22 && unit !== 0x27) return 0
  let at = position + 1
  for (const sign of [0x2b, unit]) {
    const from = at
    while (at < window.end && at - from < JOIN_SPACES_MAX && isSpace(window.units[at])) at++
    if (at >= window.end) return window.final ? 0 : -1
    if (window.units[at++] !== sign) return 0
  }
  if (at >= window.end) return window.final ? 0 : -1
  return isIn(tail.units, window.units[at] ?? 0) ? at - position : 0
}

function isSpace(unit: number | undefined): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x09
}

/** 1 when the next line goes on with letters of both cases and digits, as no word does. */
function wrapStep(window: Window, tail: Tail, position: number): number {
  let [lower, upper, digits] = [0, 0, 0]
  for (let at = position + 1; at <= position + WRAPPED_UNITS_MIN; at++) {
    if (at >= window.end) return window.final ? 0 : -1
    const unit = window.units[at] ?? 0
    if (!isIn(tail.units, unit)) return 0
    if (unit >= 0x61) lower++
    else if (unit >= 0x41 && unit <= 0x5a) upper++
    else if (unit >= 0x30 && unit <= 0x39) digits++
  }
  return lower > 1 && upper > 1 && (digits > 1 || (upper > 6 && lower > 4)) ? 1 : 0
}

function swallowUntil(memory: Memory, tail: Tail, until: string, unit: number): number {
  if (memory.untilSeen === until.length + DASHES) return 0
  if (memory.untilSeen >= until.length) {
    // Behind the closing literal: its name, then five dashes.
    memory.untilSeen = unit === 0x2d ? memory.untilSeen + 1 : until.length
    return unit === 0x0a || !isIn(tail.units, unit) ? 0 : 1
  }
  if (!isIn(tail.units, unit)) return 0
  if (unit === until.charCodeAt(memory.untilSeen)) memory.untilSeen++
  else if (!(unit === 0x2d && memory.untilSeen === DASHES)) memory.untilSeen = unit === 0x2d ? 1 : 0
  return 1
}

/** Dashes around the head and foot lines of a private key block. */
const DASHES = 5
