import { END, type Match } from '../detector.ts'
import { drop, dropBefore, dueAt, isDue, locateValues } from './appointments.ts'
import { isInside, isPlaceholder, saysWord, touchesPlaceholder } from './boundary.ts'
import type { Compiled } from './compile.ts'
import { follow, recall } from './follow.ts'
import { START } from './gate.ts'
import { type Decisions, type Memory, TAIL_UNITS_MAX } from './memory.ts'
import { swallowStep } from './swallow.ts'
import {
  MACHINE_HOLD_UNITS_MAX,
  RUN_UNITS_MAX,
  rawUnits,
  reach,
  runStart,
  type Window,
} from './window.ts'

/** `[SAFE_TO_USE:` + 40 of category + `_` + 8 letters + `]`. */
const PLACEHOLDER_UNITS_MAX = 63

const NONE = 0
const FOUND = 1
const WAIT = 2
type Outcome = typeof NONE | typeof FOUND | typeof WAIT

/**
 * Opens the machine of one text. Each call reads the window to its end, or to the first verdict that must wait, and gives
 * the position up to which nothing can change any more. One pass; a unit is read again only by candidates, whose
 * reach is bounded.
 */
export function openMachine(
  compiled: Compiled,
  memory: Memory,
  window: Window,
  decisions: Decisions,
): () => number {
  const { engine, gate } = compiled
  const { units } = window
  const groupsEnd = compiled.groups.length

  /** Everything left of this was looked at by the verdicts under way. */
  let waiting = -1

  function hold(position: number): number {
    return Math.min(runStart(window, position), underWay(position))
  }

  /**
   * Where the longest literal under way at `position` begins. One written in so many units that the bound comes first is under way no
   * more.
   */
  function underWay(position: number): number {
    const { offsets } = window
    const most = (offsets[position] ?? 0) - MACHINE_HOLD_UNITS_MAX
    for (const units of gate.said(memory.state).pending)
      if ((offsets[position - units] ?? 0) >= most) return position - units
    return position
  }

  function commit(detector: number, match: Match): void {
    decisions.begin(detector, match.start, match.end)
    memory.position = match.end
    memory.state = START
    memory.speaking = false
    if (memory.appointments.length > 0) dropBefore(memory, match.end)
    memory.tail = match.tail
    memory.tailLeft = TAIL_UNITS_MAX
    memory.untilSeen = 0
    window.low = match.end
    if (match.tail === undefined) decisions.finish(match.end)
  }

  /** Makes the window ready for a verdict; `base` is where holding began. */
  function prepare(base: number): void {
    window.base = base
    window.lazy = false
    window.starved = false
    window.capped = false
  }

  /** Takes a verdict, unless it was read from text that has not arrived. */
  function conclude(
    detector: number,
    base: number,
    start: number,
    match: Match | undefined,
  ): Outcome {
    if (window.starved) {
      waiting = Math.min(base, start)
      return WAIT
    }
    if (match === undefined || match.start < window.low || match.end <= match.start) return NONE
    const isTouching = touchesPlaceholder(window, match)
    if (window.starved) {
      waiting = Math.min(base, start)
      return WAIT
    }
    if (isTouching) return NONE
    commit(detector, match)
    return FOUND
  }

  function askGroup(group: number, start: number, base: number): Outcome {
    const run = base
    const end = reach(window, base, start)
    for (const candidate of compiled.groups[group] ?? []) {
      if (!candidate.glance(units, start, window.low, end)) continue
      prepare(base)
      const match = candidate.judge(window, start, run)
      const outcome = conclude(candidate.detector, base, start, match)
      if (outcome !== NONE) return outcome
    }
    return NONE
  }

  /** A look-alike of a placeholder is left as it is, and nothing reads across it. */
  function askPlaceholder(start: number): Outcome {
    prepare(start)
    let end = start
    while (window.at(end) !== 0x5d) {
      const unit = window.at(end)
      if (unit === END || end - start > PLACEHOLDER_UNITS_MAX) break
      end++
    }
    if (window.starved) {
      waiting = Math.min(start, hold(memory.position))
      return WAIT
    }
    if (!isPlaceholder(units, start, Math.min(end + 1, window.end))) return NONE
    decisions.wall(start, end + 1)
    memory.position = end + 1
    memory.state = START
    memory.speaking = false
    memory.appointments = []
    window.low = end + 1
    return FOUND
  }

  function hear(position: number): Outcome {
    const saying = gate.said(memory.state)
    if (saying.prefixes.length > 0 && engine.mayFollow(memory.state, position - 1, window.end)) {
      // What is asked at the mark after these may begin one unit further left: nothing of it may leave meanwhile.
      const base = Math.min(hold(position), saying.mark ? runStart(window, position - 1) : position)
      for (const { group, units: length } of saying.prefixes) {
        const start = position - length
        if (start < window.low || rawUnits(window, start, position) > MACHINE_HOLD_UNITS_MAX)
          continue
        const outcome =
          group === groupsEnd
            ? askPlaceholder(start)
            : askGroup(group, start, Math.min(base, start))
        if (outcome !== NONE) return outcome
      }
    }
    if (saying.mark) {
      const outcome = askSpots(position - 1)
      if (outcome !== NONE) return outcome
    }
    let heard = false
    // A literal that is under way for so long leaves no room to wait for a value: the word is part of it.
    const isPart = rawUnits(window, underWay(position), position) > RUN_UNITS_MAX
    for (const word of isPart ? [] : saying.words)
      for (const entry of compiled.words[word] ?? []) {
        if (entry.exotic && !saysWord(window, position, entry.word)) continue
        if (entry.label.whole && isInside(window, position - entry.word.length, position)) continue
        memory.appointments.push({ entry, word: position, value: -1, earliest: position })
        heard = true
      }
    if (heard) locateValues(memory, window)
    return NONE
  }

  function askSpots(mark: number): Outcome {
    const unit = units[mark] ?? 0
    const asked = compiled.spots[unit]
    if (asked === undefined) return NONE
    if (asked.first !== undefined && !asked.first(units, mark, window.end, window.low)) return NONE
    let worth = 0
    for (let index = 0; index < asked.glances.length; index++)
      if (asked.glances[index]?.(units, mark, window.end, window.low)) worth |= 1 << index
    if (worth === 0) return NONE
    const start = runStart(window, mark)
    const base = Math.min(start, underWay(mark + 1))
    for (const { spot, detector, glance } of asked.entries) {
      if ((worth & (1 << glance)) === 0) continue
      prepare(spot.fromMark === true ? mark : base)
      const outcome = conclude(detector, base, start, spot.judge(window, mark, start))
      if (outcome !== NONE) return outcome
    }
    return NONE
  }

  /** Values that begin where the scan stands: a token of a known format first, then the words' own verdicts. */
  function keepAppointments(position: number): Outcome {
    if (!isDue(memory, position)) return NONE
    const base = hold(position)
    const begun = position - underWay(position)
    const token = begun > 0 ? askPrefix(memory.state, begun, position, base) : NONE
    if (token !== NONE) return token
    const specific = askPrefix(START, 0, position, base)
    if (specific !== NONE) return specific
    const due = dueAt(memory, position)
    let asked = -1
    for (const { entry } of due) {
      if (entry.detector === asked) continue
      asked = entry.detector
      prepare(base)
      const match = entry.label.judge(window, position, entry.word)
      const outcome = conclude(entry.detector, base, position, match)
      if (outcome !== NONE) return outcome
    }
    drop(memory, position)
    return NONE
  }

  /**
   * Follows a prefix of which `begun` units stand in front of `position`, in state `from`: a token that begins with the value
   * or in front of it (`AGE-SECRET-KEY-1…`) goes before what its name says.
   */
  function askPrefix(from: number, begun: number, position: number, base: number): Outcome {
    let state = from
    for (let steps = 1; ; steps++) {
      prepare(base)
      const unit = window.at(position + steps - 1)
      if (window.starved) {
        waiting = base
        return WAIT
      }
      if (unit === END) return NONE
      state = gate.next(state, unit)
      const saying = gate.said(state)
      if (!saying.pending.includes(begun + steps)) return NONE
      if (saying.prefixes.length === 0) continue
      const ended = saying.prefixes.find((prefix) => prefix.units === begun + steps)
      if (ended === undefined) continue
      const last = position + steps - 1
      if (!engine.mayFollow(state, last, window.end, base)) return NONE
      return ended.group === groupsEnd ? NONE : askGroup(ended.group, position - begun, base)
    }
  }

  /** Passes the tail of a certain finding. False when it may go on in the next piece. */
  function swallow(): boolean {
    const { tail } = memory
    if (tail === undefined) return true
    let position = memory.position
    while (memory.tailLeft > 0) {
      const step = swallowStep(window, memory, tail, position)
      if (step === 0) break
      if (step < 0) {
        memory.position = position
        window.low = position
        return false
      }
      memory.tailLeft -= step
      position += step
    }
    memory.position = position
    window.low = position
    memory.tail = undefined
    decisions.finish(position)
    return true
  }

  return () => {
    recall(compiled, memory)
    window.turn++
    if (memory.appointments.length > 0) locateValues(memory, window)
    for (;;) {
      if (memory.tail !== undefined && !swallow()) return memory.position
      waiting = -1
      if (memory.speaking) {
        const outcome = hear(memory.position)
        if (outcome === WAIT) break
        if (outcome === FOUND) continue
        memory.speaking = false
      }
      if (memory.appointments.length > 0) {
        const outcome = keepAppointments(memory.position)
        if (outcome === WAIT) break
        if (outcome === FOUND) continue
      }
      let limit = window.end
      for (const { value, earliest } of memory.appointments) {
        const stop = value < 0 ? earliest : value
        if (stop >= memory.position && stop < limit) limit = stop
      }
      memory.speaking = follow(compiled, memory, limit)
      if (memory.speaking) continue
      if (isDue(memory, memory.position)) continue
      // Either all is read, or the scan stands where a value may begin whose name is not read to its end.
      break
    }
    if (window.final) return window.end
    const settled = hold(memory.position)
    return waiting < 0 ? settled : Math.min(settled, waiting)
  }
}
