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

/** Resolves after `delayMs` on `clock`, at once when `end` is aborted; for retry pauses, never for waiting on a state. */
export function pause(clock: Clock, delayMs: number, end?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (end?.aborted) return resolve()
    const stop = (): void => {
      waiting.cancel()
      resolve()
    }
    const waiting = clock.after(delayMs, () => {
      end?.removeEventListener('abort', stop)
      resolve()
    })
    end?.addEventListener('abort', stop, { once: true })
  })
}

/** Wraps a cancel function as a {@link Timer}, so that `using` works on it. */
export function timer(cancel: () => void): Timer {
  return { cancel, [Symbol.dispose]: cancel }
}
