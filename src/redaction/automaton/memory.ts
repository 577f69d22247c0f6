import type { Tail } from '../detector.ts'
import type { WordEntry } from './compile.ts'
import { START } from './gate.ts'

/** Where what the machine decides goes. Positions are the window's. */
export interface Decisions {
  /** A finding is certain from `start`; its verdict fell at `end`. More may follow by `found(end)`. */
  begin(detector: number, start: number, end: number): void
  /** The finding that began last ends at `end`. */
  finish(end: number): void
  /** A placeholder of an earlier redaction stands at `[start, end)`: it is text, but nothing may read across it. */
  wall(start: number, end: number): void
}

/** A word whose value is still to come, or has come and waits for the scan to reach it. */
export interface Appointment {
  readonly entry: WordEntry
  /** Position behind the word. */
  word: number
  /** Where its value begins, or -1 while unknown. */
  value: number
  /** While unknown: where it may begin at the earliest; the scan does not go further. */
  earliest: number
}

/** What the machine remembers of one text between two pieces. All positions are the window's. */
export interface Memory {
  /** Automaton state at `position`, and the epoch it belongs to. */
  state: number
  epoch: number
  /** Everything left of this was read by the automaton. */
  position: number
  /** True when what the automaton said at `position` has not been worked through. */
  speaking: boolean
  appointments: Appointment[]
  /** The tail being swallowed, if any, and how many units of it are allowed to come. */
  tail: Tail | undefined
  tailLeft: number
  /** Units of `tail.until` seen so far, or -1 when it was seen and dashes follow. */
  untilSeen: number
}

/** Longest tail swallowed: a private key block of 16 384 bits is below; nothing longer is one token. */
export const TAIL_UNITS_MAX = 16_384

/** The memory of a text of which nothing was read. */
export function freshMemory(position: number): Memory {
  return {
    state: START,
    epoch: 0,
    position,
    speaking: false,
    appointments: [],
    tail: undefined,
    tailLeft: 0,
    untilSeen: 0,
  }
}
