import { systemClock, timer } from '../../src/base/clock.ts'
import { systemDice } from '../../src/base/dice.ts'
import type { Clock, Log, World } from '../../src/base/world.ts'

/** Writes nothing. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} }

/** The real clock and dice with a silent log. */
export function testWorld(parts: Partial<World> = {}): World {
  return { clock: systemClock, dice: systemDice, log: silentLog, ...parts }
}

/** A clock that stands still until it is told to move; timers run in their order while it moves. */
export interface ManualClock extends Clock {
  /** Moves time forward and runs what becomes due, in order. */
  advance(ms: number): void
  /** Timers not yet run or cancelled. */
  waiting(): number
}

/** A {@link ManualClock} that starts at `startMs` (epoch milliseconds). */
export function manualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let passedMs = 0
  const due = new Set<{ atMs: number; run: () => void }>()
  return {
    now: () => startMs + passedMs,
    monotonic: () => passedMs,
    after(delayMs, run) {
      const entry = { atMs: passedMs + Math.max(0, delayMs), run }
      due.add(entry)
      return timer(() => due.delete(entry))
    },
    advance(ms) {
      const until = passedMs + ms
      for (;;) {
        const [next] = [...due].filter((each) => each.atMs <= until).sort(byTime)
        if (next === undefined) break
        due.delete(next)
        passedMs = Math.max(passedMs, next.atMs)
        next.run()
      }
      passedMs = until
    },
    waiting: () => due.size,
  }
}

function byTime(left: { atMs: number }, right: { atMs: number }): number {
  return left.atMs - right.atMs
}

/** More than one look should take: a process that did not run for longer was not waiting. */
const LOOK_MS_MAX = 500

/**
 * Waits until `done` gives a truthy value and returns it. Throws after `deadlineMs`, naming `what`; time in which the machine
 * stood still does not count.
 */
export async function until<T>(
  what: string,
  done: () => T | Promise<T>,
  deadlineMs = 30_000,
): Promise<NonNullable<T>> {
  let waited = 0
  for (let last = performance.now(); ; ) {
    const value = await done()
    if (value) return value
    const now = performance.now()
    waited += Math.min(now - last, LOOK_MS_MAX)
    last = now
    if (waited > deadlineMs) throw new Error(`not within ${deadlineMs} ms: ${what}`)
    await Bun.sleep(5)
  }
}
