import type { Clock } from '../base/world.ts'

/** Something with deadlines, looked at on every tick. */
export interface Watched {
  /** Gets the current monotonic milliseconds. */
  check(nowMs: number): void
}

/** One ticking timer for all calls of a process: a chunk costs one assignment, not a timer. */
export interface Watch {
  /** Monotonic milliseconds as of the last tick or `add`: behind by at most one tick. */
  readonly nowMs: number
  add(watched: Watched): void
  remove(watched: Watched): void
}

/** Deadlines are seconds to minutes; a tenth of a second late is exact enough and costs nothing. */
const TICK_MS = 100

/** A watch on `clock`. It ticks only while something is watched. */
export function startWatch(clock: Clock): Watch {
  const all = new Set<Watched>()
  let ticking = false
  const watch = { nowMs: clock.monotonic(), add, remove }

  function tick(): void {
    watch.nowMs = clock.monotonic()
    ticking = false
    for (const watched of all) watched.check(watch.nowMs)
    keepTicking()
  }
  function keepTicking(): void {
    if (ticking || all.size === 0) return
    ticking = true
    clock.after(TICK_MS, tick)
  }
  function add(watched: Watched): void {
    watch.nowMs = clock.monotonic()
    all.add(watched)
    keepTicking()
  }
  function remove(watched: Watched): void {
    all.delete(watched)
  }
  return watch
}
