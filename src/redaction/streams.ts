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

/** Clean units gathered before scanners must look: a slot stays small when a caller pushes megabytes. */
const GATHER_UNITS_MAX = 1024

/** Up to so many units are copied one by one: a delta is shorter than the call that copies a row. */
const FEW_UNITS = 48

/** Units of the smallest memory of a text, and of the one that a text of some kilobytes comes to need. */
const FEW_KEPT_UNITS = CONTEXT_UNITS * 4
const MANY_KEPT_UNITS = FEW_KEPT_UNITS * 4
/** Memory of that size that no text uses: a request may hold thousands of texts one after the other. Without content. */
const spare: Memory[] = []
const SPARE_MAX = 4

/** Logical units of a text, and raw units of clean text that went by in front of each; differences count, so they may overflow. */
interface Memory {
  readonly units: Uint16Array
  readonly rawAt: Int32Array
}

function takeMemory(size: number): Memory {
  const kept = size === MANY_KEPT_UNITS ? spare.pop() : undefined
  return kept ?? { units: new Uint16Array(size), rawAt: new Int32Array(size) }
}

function giveBack(memory: Memory): void {
  if (memory.units.length !== MANY_KEPT_UNITS || spare.length === SPARE_MAX) return
  memory.units.fill(0)
  memory.rawAt.fill(0)
  spare.push(memory)
}

const NO_MEMORY: Memory = { units: new Uint16Array(0), rawAt: new Int32Array(0) }

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
  let { units, rawAt } = NO_MEMORY
  /** Raw units of clean text that went by in all. */
  let rawEnd = 0
  /** Logical position of `units[0]`; position up to which all is decided; position behind the last unit. */
  let base = 0
  let done = 0
  let end = 0
  /** Raw text of the clean units from `done` on. */
  let raw = ''
  let waiting: Waiting[] = []
  let reported: Reported[] = []
  const scanners = compiled.streams.map(({ stream, detector }) => ({
    scanner: stream.open(),
    report: (start: number, finish: number, entity: string): void => {
      if (finish > start) reported.push({ detector, entity, start, end: finish })
    },
  }))
  const view: { -readonly [Key in keyof CleanView]: CleanView[Key] } = {
    start: 0,
    end: 0,
    final: false,
    at: (position) => units[position - base] ?? WALL,
    copy(from, to, target, at) {
      if (to - from > FEW_UNITS) target.set(units.subarray(from - base, to - base), at)
      else
        for (let index = 0; index < to - from; index++)
          target[at + index] = units[from - base + index] ?? WALL
    },
  }

  function addWall(): void {
    makeRoom(1)
    units[end - base] = WALL
    rawAt[end - base] = rawEnd
    end++
  }

  function add(logical: Uint16Array, offsets: Int32Array, from: number, to: number): void {
    makeRoom(to - from)
    const at = end - base - from
    const shift = rawEnd - (offsets[from] ?? 0)
    for (let index = from; index < to; index++) {
      units[at + index] = logical[index] ?? 0
      rawAt[at + index] = (offsets[index] ?? 0) + shift
    }
    rawEnd = ((offsets[to] ?? 0) + shift) | 0
    end += to - from
  }

  /** Drops what is no context any more, and grows when that is not enough. */
  function makeRoom(count: number): void {
    if (end - base + count <= units.length) return
    const from = Math.max(0, done - base - CONTEXT_UNITS)
    const kept = end - base - from
    let size = Math.max(units.length, FEW_KEPT_UNITS)
    while (size < 2 * kept + count) size *= 2
    const old: Memory = { units, rawAt }
    if (size > units.length) ({ units, rawAt } = takeMemory(size))
    units.set(old.units.subarray(from, from + kept))
    rawAt.set(old.rawAt.subarray(from, from + kept))
    base += from
    if (old.units !== units) giveBack(old)
  }

  function look(final: boolean): void {
    view.start = Math.max(base, done - CONTEXT_UNITS)
    view.end = end
    view.final = final
    let settled = end
    for (const { scanner, report } of scanners)
      settled = Math.min(settled, scanner.scan(view, report))
    if (reported.length === 0) {
      pass(settled)
      return
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
    if (length > 0) {
      outlet.clean(raw, 0, length)
      raw = raw.slice(length)
    }
    done = to
  }

  function rawLength(from: number, to: number): number {
    const last = to < end ? (rawAt[to - base] ?? 0) : rawEnd
    return (last - (rawAt[from - base] ?? 0)) | 0
  }

  /** Things of the machine's go through in order; a wall stands for them in the scanners' view. */
  function queue(position: number, play: () => void): void {
    if (waiting.length === 0 && done > position) play()
    else waiting.push({ position, play })
  }

  return {
    clean(text, start, finish, logical, offsets, from, to) {
      let taken = start
      for (let at = from; at < to; ) {
        const next = Math.min(to, at + GATHER_UNITS_MAX)
        const behind = next < to ? start + (offsets[next] ?? 0) - (offsets[from] ?? 0) : finish
        raw += text.slice(taken, behind)
        add(logical, offsets, at, next)
        taken = behind
        at = next
        if (end - done > GATHER_UNITS_MAX) look(false)
      }
    },
    begin(detector, text, start, finish) {
      addWall()
      queue(end - 1, () => outlet.begin(detector, text, start, finish))
    },
    more: (text, start, finish) => queue(end - 1, () => outlet.more(text, start, finish)),
    finish: () => queue(end - 1, () => outlet.finish()),
    wall(text, start, finish) {
      addWall()
      queue(end - 1, () => outlet.wall(text, start, finish))
    },
    settle: () => look(false),
    end() {
      look(true)
      giveBack({ units, rawAt })
      ;({ units, rawAt } = NO_MEMORY)
    },
    held: () => raw.length,
  }
}
