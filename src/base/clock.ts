import type { Clock, Timer } from './world.ts'

/** The real clock: wall time for ids and display, `performance.now()` for deadlines. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    const handle = setTimeout(run, delayMs)
    handle.unref?.()
    return timer(() => clearTimeout(handle))
  },
}

/** Resolves after `delayMs` on `clock`; for retry pauses, never for waiting on a state. */
export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve))
}

/** Wraps a cancel function as a {@link Timer}, so that `using` works on it. */
export function timer(cancel: () => void): Timer {
  return { cancel, [Symbol.dispose]: cancel }
}
