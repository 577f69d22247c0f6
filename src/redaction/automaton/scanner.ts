import { decode } from '../../stream/logical.ts'
import type { Compiled } from './compile.ts'
import { type Decisions, freshMemory, type Memory, runMachine } from './machine.ts'
import { CONTEXT_UNITS, openWindow } from './window.ts'

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

// Scanning never yields, so one working window serves every text of the process; a text keeps only its tail.
const window = openWindow(CONTEXT_UNITS + BLOCK_UNITS + 64)

/** Opens a scanner whose findings go to `parts`. */
export function openScanner(compiled: Compiled, parts: Parts): Scanner {
  const context = new Uint16Array(CONTEXT_UNITS)
  /** Where the units of `context` stand, counted back from the first unit of `tail`. */
  const contextOffsets = new Int32Array(CONTEXT_UNITS)
  /** Units of `context` that may be read: everything since the last finding, at most all of it. */
  let contextUnits = 0
  let tail = ''
  /** Raw unit in front of `tail`: decides whether a look-alike letter counts as Latin. */
  let before = 0
  /** Positions in memory count from the first unit of `tail`. */
  const memory: Memory = freshMemory(CONTEXT_UNITS)

  function feed(text: string, final: boolean): void {
    const raw = tail === '' ? text : tail + text
    let base = 0
    for (;;) {
      const room = CONTEXT_UNITS + BLOCK_UNITS
      window.units.set(context)
      window.offsets.set(contextOffsets)
      window.low = CONTEXT_UNITS - contextUnits
      const { end, rawEnd } = decode(raw, base, final, window, CONTEXT_UNITS, room, before)
      window.end = end
      window.final = final && rawEnd === raw.length
      const settled = runMachine(compiled, memory, window, decisions(raw, base))
      release(raw, base, settled)
      const settledRaw = base + (window.offsets[settled] ?? 0)
      contextOffsets.set(window.offsets.subarray(settled - CONTEXT_UNITS, settled))
      const moved = settledRaw - base
      if (moved > 0) for (let at = 0; at < CONTEXT_UNITS; at++) contextOffsets[at] = (contextOffsets[at] ?? 0) - moved
      contextUnits = Math.min(CONTEXT_UNITS, settled - window.low)
      context.set(window.units.subarray(settled - CONTEXT_UNITS, settled))
      shift(memory, settled - CONTEXT_UNITS)
      if (settledRaw > 0) before = raw.charCodeAt(settledRaw - 1)
      base = settledRaw
      if (window.final || end < room) break
    }
    tail = base === 0 ? raw : raw.slice(base)
  }

  /** Position up to which text was handed over, in the window; and whether a finding is open there. */
  let given = CONTEXT_UNITS
  let open = false

  function release(raw: string, base: number, to: number): void {
    const { units, offsets } = window
    if (to <= given) return
    const from = given
    given = to
    if (open) parts.more(raw, base + (offsets[from] ?? 0), base + (offsets[to] ?? 0))
    else parts.clean(raw, base + (offsets[from] ?? 0), base + (offsets[to] ?? 0), units, offsets, from, to)
  }

  function decisions(raw: string, base: number): Decisions {
    const { offsets } = window
    given = CONTEXT_UNITS
    return {
      begin(detector, start, end) {
        release(raw, base, start)
        parts.begin(detector, raw, base + (offsets[start] ?? 0), base + (offsets[end] ?? 0))
        given = end
        open = true
      },
      finish(end) {
        release(raw, base, end)
        open = false
        parts.finish()
      },
      wall(start, end) {
        release(raw, base, start)
        parts.wall(raw, base + (offsets[start] ?? 0), base + (offsets[end] ?? 0))
        given = end
      },
    }
  }

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

function shift(memory: Memory, by: number): void {
  memory.position -= by
  for (const appointment of memory.appointments) {
    appointment.word -= by
    appointment.earliest -= by
    if (appointment.value >= 0) appointment.value -= by
  }
}
