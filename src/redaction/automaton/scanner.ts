import { decode } from '../../stream/logical.ts'
import type { Compiled } from './compile.ts'
import { openMachine } from './machine.ts'
import { type Decisions, freshMemory, type Memory } from './memory.ts'
import { CONTEXT_UNITS } from './window.ts'

/** Where a text's parts go, in order and without gaps. Offsets are into `raw`. */
export interface Parts {
  /** Text in which nothing was found; `units` and `offsets` are its logical view from `from` to `to`. */
  clean(
    raw: string,
    start: number,
    end: number,
    units: Uint16Array,
    offsets: Int32Array,
    from: number,
    to: number,
  ): void
  /** A finding is certain: `[start, end)` is what is known of it so far. */
  begin(detector: number, raw: string, start: number, end: number): void
  /** More of the finding that began last. */
  more(raw: string, start: number, end: number): void
  /** The finding that began last is complete. */
  finish(): void
  /** A placeholder look-alike: text to be left alone. */
  wall(raw: string, start: number, end: number): void
}

/** One text on its way through the machine. */
export interface Scanner {
  push(text: string): void
  end(): void
  /** Raw units taken and not yet handed to a part. */
  held(): number
}

/** Units decoded at a time: small enough for the first-level cache, large enough that the edges cost nothing. */
const BLOCK_UNITS = 8192

// A text keeps only its tail, and its left context once another text needs the window.

/** Opens a scanner whose findings go to `parts`. */
export function openScanner(compiled: Compiled, parts: Parts): Scanner {
  const { window } = compiled
  const { units, offsets } = window
  let context: Uint16Array | undefined
  /** Where the units of the context stand, counted back from the first unit of `tail`. */
  let contextOffsets: Int32Array | undefined
  /** Units of the context that may be read: everything since the last finding, at most all of it. */
  let contextUnits = 0
  let tail = ''
  /** Raw unit in front of `tail`: decides whether a look-alike letter counts as Latin. */
  let before = 0
  /** Positions in memory count from the first unit of `tail`. */
  const memory: Memory = freshMemory(CONTEXT_UNITS)
  const self = {
    leave(): void {
      context ??= new Uint16Array(CONTEXT_UNITS)
      contextOffsets ??= new Int32Array(CONTEXT_UNITS)
      context.set(units.subarray(0, CONTEXT_UNITS))
      contextOffsets.set(offsets.subarray(0, CONTEXT_UNITS))
    },
  }

  function enter(): void {
    if (window.resident === self) return
    window.resident?.leave()
    window.resident = self
    if (context) units.set(context)
    if (contextOffsets) offsets.set(contextOffsets)
  }

  /** The text being read and where in it decoding began; position up to which it was handed over; an open finding. */
  let raw = ''
  let base = 0
  let given = CONTEXT_UNITS
  let open = false

  function feed(text: string, final: boolean): void {
    enter()
    raw = tail === '' ? text : tail + text
    base = 0
    for (;;) {
      const room = CONTEXT_UNITS + BLOCK_UNITS
      window.low = CONTEXT_UNITS - contextUnits
      const { end, rawEnd } = decode(raw, base, final, window, CONTEXT_UNITS, room, before)
      window.end = end
      window.final = final && rawEnd === raw.length
      given = CONTEXT_UNITS
      const settled = run()
      release(settled)
      settle(settled)
      if (window.final || end < room) break
    }
    tail = base === 0 ? raw : raw.slice(base)
    raw = ''
  }

  /** Keeps what stands left of `settled` as context and counts positions from there. */
  function settle(settled: number): void {
    contextUnits = Math.min(CONTEXT_UNITS, settled - window.low)
    const by = settled - CONTEXT_UNITS
    if (by === 0) return
    const moved = offsets[settled] ?? 0
    compiled.engine.shift(by, moved)
    memory.position -= by
    for (const appointment of memory.appointments) {
      appointment.word -= by
      appointment.earliest -= by
      if (appointment.value >= 0) appointment.value -= by
    }
    base += moved
    if (moved > 0) before = raw.charCodeAt(base - 1)
  }

  function release(to: number): void {
    if (to <= given) return
    const from = given
    given = to
    const start = base + (offsets[from] ?? 0)
    const end = base + (offsets[to] ?? 0)
    if (open) parts.more(raw, start, end)
    else parts.clean(raw, start, end, units, offsets, from, to)
  }

  const decisions: Decisions = {
    begin(detector, start, end) {
      release(start)
      parts.begin(detector, raw, base + (offsets[start] ?? 0), base + (offsets[end] ?? 0))
      given = end
      open = true
    },
    finish(end) {
      release(end)
      open = false
      parts.finish()
    },
    wall(start, end) {
      release(start)
      parts.wall(raw, base + (offsets[start] ?? 0), base + (offsets[end] ?? 0))
      given = end
    },
  }
  const run = openMachine(compiled, memory, window, decisions)

  return {
    push(text) {
      if (text !== '') feed(text, false)
    },
    end() {
      feed('', true)
      if (!open) return
      open = false
      parts.finish()
    },
    held: () => tail.length,
  }
}
