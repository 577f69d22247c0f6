import { END, type Match, type Reader, type Tail } from '../detector.ts'
import { isIn, unitClass } from './classes.ts'
import type { Engine } from './engine.ts'
import { RAW_UNITS } from './layout.ts'

/** Most units the machine holds; with a scanner of names (44) and an unfinished escape (20) that makes 128. */
export const MACHINE_HOLD_UNITS_MAX = 64
/** Most units left of a mark that a finding may begin at: the local part of a mail address, mostly. */
export const RUN_UNITS_MAX = 40
/** As near to where a value may begin, no bound can have been met: the run in front is at most the rest. */
const LAZY_UNITS = MACHINE_HOLD_UNITS_MAX - RUN_UNITS_MAX
/** Longer than any literal, so that what stood further left decides nothing. */
export const LITERAL_UNITS_MAX = 80
/** Left context kept, for boundaries, labels and table headers. */
export const CONTEXT_UNITS = 96

/** How every placeholder begins; text that looks like one is never scanned. */
export const PLACEHOLDER_START = '[SAFE_TO_USE:'
const BRACKET = 0x5b
/** As what the bracket of a placeholder is read: no boundary. */
export const PLACEHOLDER_READS = 0x41

/** Units that may belong to a value whose mark (`@`, `:` …) is still to come. */
export const RUN = unitClass('A-Za-z0-9._%+\\-(:')

/** The part of the text in memory. Positions are indexes into `units`. */
export interface Window extends Reader {
  readonly units: Uint16Array
  readonly bytes: Buffer
  readonly offsets: Int32Array
  /** Nothing left of this can be read: the text's beginning, or the end of the last finding. */
  low: number
  /** First position that has not arrived. */
  end: number
  /** True when nothing follows `end`. */
  final: boolean
  turn: number
  /** Set when a read went past what has arrived: the verdict must wait. */
  starved: boolean
  /** Set when a read met the bound: what looked like a value so far is taken for one. */
  capped: boolean
  /** Where holding began for the candidate at hand; the bound counts from there. */
  base: number
  /** True while `base` stands for where a value may begin, and the run in front of it was not looked up yet. */
  lazy: boolean
  /** Where `pass` was last told that a value may begin. */
  passed: number
  /** The text whose context stands here. Scanning never yields, so one window serves every text of a set. */
  resident: { leave(): void } | undefined
  copied: number
  renew(): void
  copy(
    raw: string,
    index: number,
    position: number,
    limit: number,
    offset: number,
    before: number,
  ): number
}

/** A window over the memory of an engine. */
export function openWindow(engine: Engine): Window {
  const { units, offsets } = engine
  /** Looks up where holding began after all, and reads again. */
  const exact = (position: number): number => {
    window.lazy = false
    window.base = runStart(window, window.base)
    return window.at(position)
  }
  /**
   * A placeholder reads as a letter. What stood there was no boundary, or its neighbour would have been taken too: so a text
   * that was redacted once is not redacted further.
   */
  const bracket = (position: number): number => {
    // The bound must be the true one here: whether it was looked up before depends on what has arrived.
    if (window.lazy) {
      window.lazy = false
      window.base = runStart(window, window.base)
    }
    for (let index = 1; index < PLACEHOLDER_START.length; index++) {
      const at = Math.min(position + index, window.end)
      if ((offsets[at] ?? 0) - (offsets[window.base] ?? 0) >= MACHINE_HOLD_UNITS_MAX) return BRACKET
      if (at === window.end) {
        if (window.final) return BRACKET
        window.starved = true
        return END
      }
      if (units[at] !== PLACEHOLDER_START.charCodeAt(index)) return BRACKET
    }
    return PLACEHOLDER_READS
  }
  /** The raw text in the engine's memory. */
  let loadedFrom = 0
  let loadedTo = 0
  const window: Window = {
    units,
    bytes: Buffer.from(units.buffer, units.byteOffset, units.byteLength),
    offsets,
    low: 0,
    end: 0,
    final: false,
    turn: 0,
    starved: false,
    capped: false,
    base: 0,
    lazy: false,
    passed: 0,
    resident: undefined,
    copied: 0,
    renew() {
      loadedTo = 0
    },
    copy(raw, index, position, limit, offset, before) {
      if (index >= loadedTo) {
        loadedFrom = index
        loadedTo = Math.min(raw.length, index + RAW_UNITS)
        engine.raw.writeUInt16LE(before, 0)
        engine.raw.write(
          loadedTo - index === raw.length ? raw : raw.slice(index, loadedTo),
          2,
          'utf16le',
        )
      }
      const count = Math.min(loadedTo - index, limit - position)
      const taken = engine.copy(index - loadedFrom, count, position, offset)
      window.copied = engine.copied()
      return taken
    },
    at(position) {
      if (position < window.low) return END
      if (position < window.end) {
        const distance = (offsets[position] ?? 0) - (offsets[window.base] ?? 0)
        if (distance < (window.lazy ? LAZY_UNITS : MACHINE_HOLD_UNITS_MAX))
          return units[position] === BRACKET ? bracket(position) : (units[position] ?? END)
        if (window.lazy) return exact(position)
        window.capped = true
        return END
      }
      if (window.lazy) return exact(position)
      const arrived = (offsets[window.end] ?? 0) - (offsets[window.base] ?? 0)
      // Even a far look waits until the bound itself has arrived: what a capped verdict takes ends there.
      if (arrived >= MACHINE_HOLD_UNITS_MAX) window.capped = true
      else if (!window.final) window.starved = true
      return END
    },
    pass(position) {
      // What is read after a read that must wait says nothing.
      if (window.starved || position > window.end) return
      window.passed = position
      window.base = position
      window.lazy = true
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

/** Raw units between two positions. */
export function rawUnits({ offsets }: Window, start: number, end: number): number {
  return (offsets[end] ?? 0) - (offsets[start] ?? 0)
}

/**
 * Behind the last unit that a verdict on a literal at `start` may read when holding began at `base`: what stands further says nothing,
 * or it would matter whether it has come.
 */
export function reach(window: Window, base: number, start: number): number {
  let end = Math.min(window.end, start + LITERAL_UNITS_MAX)
  while (end > start && rawUnits(window, base, end - 1) >= MACHINE_HOLD_UNITS_MAX) end--
  return end
}

/** The bound was met while the candidate was still alive: it is taken for a value, never released. */
export function atBound(window: Window, start: number, tail: Tail): Match {
  let end = start
  const from = window.offsets[window.base] ?? 0
  while (end < window.end && (window.offsets[end] ?? 0) - from < MACHINE_HOLD_UNITS_MAX) end++
  return { start, end, tail }
}
