import { END, type Reader } from '../detector.ts'
import { isIn, unitClass } from './classes.ts'

/** Most units the machine holds; with a scanner of names (44) and an unfinished escape (20) that makes 128. */
export const MACHINE_HOLD_UNITS_MAX = 64
/** Most units left of a mark that a finding may begin at: the local part of a mail address, mostly. */
export const RUN_UNITS_MAX = 40
/** Left context kept, for boundaries, labels and table headers. */
export const CONTEXT_UNITS = 96

/** Units that may belong to a value whose mark (`@`, `:` …) is still to come. */
const RUN = unitClass('A-Za-z0-9._%+\\-(:')

/** The part of the text in memory. Positions are indexes into `units`. */
export interface Window extends Reader {
  readonly units: Uint16Array
  readonly offsets: Int32Array
  /** Nothing left of this can be read: the text's beginning, or the end of the last finding. */
  low: number
  /** First position that has not arrived. */
  end: number
  /** True when nothing follows `end`. */
  final: boolean
  /** Set when a read went past what has arrived: the verdict must wait. */
  starved: boolean
  /** Set when a read met the bound: what looked like a value so far is taken for one. */
  capped: boolean
  /** Where holding began for the candidate at hand; the bound counts from there. */
  base: number
  /** Raw units that may be read from `base` on. */
  holdMax: number
  /** Where `pass` was last told that a value may begin. */
  passed: number
}

/** A window over `room` units. */
export function openWindow(room: number): Window {
  const window: Window = {
    units: new Uint16Array(room),
    offsets: new Int32Array(room + 1),
    low: 0,
    end: 0,
    final: false,
    starved: false,
    capped: false,
    base: 0,
    holdMax: MACHINE_HOLD_UNITS_MAX,
    passed: 0,
    at(position) {
      if (position < window.low) return END
      const start = window.offsets[window.base] ?? 0
      if (position < window.end) {
        if ((window.offsets[position] ?? 0) - start < window.holdMax)
          return window.units[position] ?? END
        window.capped = true
        return END
      }
      const arrived = (window.offsets[window.end] ?? 0) - start
      if (arrived >= window.holdMax || position - window.base >= window.holdMax)
        window.capped = true
      else if (!window.final) window.starved = true
      return END
    },
    pass(position) {
      // What is read after a read that must wait says nothing.
      if (window.starved || position > window.end) return
      window.passed = position
      window.base = runStart(window, position)
    },
  }
  return window
}

/** Leftmost position at which a value around `position` may begin, by the run of units in front of it. */
export function runStart(window: Window, position: number): number {
  const { units, offsets } = window
  const most = (offsets[position] ?? 0) - RUN_UNITS_MAX
  let start = position
  while (
    start > window.low &&
    isIn(RUN, units[start - 1] ?? END) &&
    (offsets[start - 1] ?? 0) >= most
  )
    start--
  return start
}
