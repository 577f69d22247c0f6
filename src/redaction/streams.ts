import type { Compiled } from './automaton/compile.ts'
import type { Parts } from './automaton/scanner.ts'
import { CONTEXT_UNITS } from './automaton/window.ts'
import { type CleanView, WALL } from './detector.ts'

/** Where a text's parts go once everything is decided. Offsets are into `raw`. */
export interface Outlet {
  clean(raw: string, start: number, end: number): void
  /** A finding of a scanner, complete at once. */
  found(detector: number, entity: string, raw: string, start: number, end: number): void
  begin(detector: number, raw: string, start: number, end: number): void
  more(raw: string, start: number, end: number): void
  finish(): void
  wall(raw: string, start: number, end: number): void
}

/** The second stage: scanners behind the machine. Without any it hands everything through. */
export interface Streams extends Parts {
  /** To be called after every piece, so that scanners look at what came. */
  settle(): void
  /** The text has ended. */
  end(): void
  /** Raw units waiting here. */
  held(): number
}

/** Clean units gathered before scanners must look: bounds the buffer when a caller pushes megabytes. */
const GATHER_UNITS_MAX = 16_384

/** Opens the second stage in front of `outlet`. */
export function openStreams(compiled: Compiled, outlet: Outlet): Streams {
  if (compiled.streams.length === 0)
    return { ...outlet, settle: () => undefined, end: () => undefined, held: () => 0 }
  return scanBehind(compiled, outlet)
}

interface Waiting {
  /** Logical position of the wall this belongs to. */
  readonly position: number
  play(): void
}

interface Reported {
  readonly detector: number
  readonly entity: string
  readonly start: number
  readonly end: number
}

function scanBehind(compiled: Compiled, outlet: Outlet): Streams {
  let units = new Uint16Array(CONTEXT_UNITS * 4)
  let widths = new Uint8Array(units.length)
  /** Logical position of `units[0]`; position up to which all is decided; position behind the last unit. */
  let base = 0
  let done = 0
  let end = 0
  /** Raw text of the clean units from `done` on. */
  let raw = ''
  let waiting: Waiting[] = []
  let reported: Reported[] = []
  const scanners = compiled.streams.map(({ stream, detector }) => {
    const scanner = stream.open()
    return { scanner, detector, settled: 0 }
  })

  function add(unit: number, width: number): void {
    if (end - base >= units.length) grow()
    units[end - base] = unit
    widths[end - base] = width
    end++
  }

  function grow(): void {
    const from = Math.max(0, done - base - CONTEXT_UNITS)
    const kept = end - base - from
    const size = kept * 2 > units.length ? units.length * 2 : units.length
    const [oldUnits, oldWidths] = [units, widths]
    units = new Uint16Array(size)
    widths = new Uint8Array(size)
    units.set(oldUnits.subarray(from, end - base))
    widths.set(oldWidths.subarray(from, end - base))
    base += from
  }

  function look(final: boolean): void {
    const view: CleanView = {
      start: Math.max(base, done - CONTEXT_UNITS),
      end,
      final,
      at: (position) => units[position - base] ?? WALL,
    }
    let settled = end
    for (const entry of scanners) {
      const { detector } = entry
      entry.settled = entry.scanner.scan(view, (start, finish, entity) => {
        if (finish > start) reported.push({ detector, entity, start, end: finish })
      })
      settled = Math.min(settled, entry.settled)
    }
    if (scanners.length > 1) reported.sort((a, b) => a.start - b.start || a.detector - b.detector)
    for (const finding of reported)
      if (finding.end > settled && finding.start < settled) settled = finding.start
    hand(settled)
  }

  /** Hands out everything up to `settled`: clean text, scanner findings and the walls between them. */
  function hand(settled: number): void {
    const kept: Reported[] = []
    for (const finding of reported) {
      if (finding.end > settled) kept.push(finding)
      else if (finding.start >= done) {
        pass(finding.start)
        const length = rawLength(finding.start, finding.end)
        outlet.found(finding.detector, finding.entity, raw, 0, length)
        raw = raw.slice(length)
        done = finding.end
      }
    }
    reported = kept
    pass(settled)
  }

  function pass(to: number): void {
    let played = 0
    for (const { position, play } of waiting) {
      if (position >= to) break
      passClean(position)
      play()
      played++
      if (waiting[played]?.position !== position) done = position + 1
    }
    if (played > 0) waiting = waiting.slice(played)
    passClean(to)
  }

  function passClean(to: number): void {
    if (to <= done) return
    const length = rawLength(done, to)
    if (length > 0) outlet.clean(raw, 0, length)
    raw = raw.slice(length)
    done = to
  }

  function rawLength(from: number, to: number): number {
    let length = 0
    for (let index = from - base; index < to - base; index++) length += widths[index] ?? 0
    return length
  }

  /** Things of the machine's go through in order; a wall stands for them in the scanners' view. */
  function queue(position: number, play: () => void): void {
    if (waiting.length === 0 && done > position) play()
    else waiting.push({ position, play })
  }

  return {
    clean(text, start, finish, logical, offsets, from, to) {
      raw += text.slice(start, finish)
      for (let index = from; index < to; index++)
        add(logical[index] ?? 0, (offsets[index + 1] ?? 0) - (offsets[index] ?? 0))
      if (end - done > GATHER_UNITS_MAX) look(false)
    },
    begin(detector, text, start, finish) {
      add(WALL, 0)
      queue(end - 1, () => outlet.begin(detector, text, start, finish))
    },
    more: (text, start, finish) => queue(end - 1, () => outlet.more(text, start, finish)),
    finish: () => queue(end - 1, () => outlet.finish()),
    wall(text, start, finish) {
      add(WALL, 0)
      queue(end - 1, () => outlet.wall(text, start, finish))
    },
    settle: () => look(false),
    end: () => look(true),
    held: () => raw.length,
  }
}
