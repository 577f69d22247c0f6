/** Processor time of this thread after which the fastest run is told, in milliseconds: long enough for the compiler to have settled. */
const SETTLED_MS = 1500
/** Runs are timed so many milliseconds at once: processor time is counted in steps of a few. */
const BATCH_MS = 30

/**
 * Milliseconds of processor time of the fastest of many runs: what else the machine does stays out of it, and so do the threads that
 * compile meanwhile.
 */
export function fastest(runs: number, run: () => void): number {
  let best = Infinity
  let spent = 0
  let count = 1
  for (let index = 0; index < runs || (runs > 2 && spent < SETTLED_MS); index++) {
    const start = process.threadCpuUsage()
    for (let times = 0; times < count; times++) run()
    const { user, system } = process.threadCpuUsage(start)
    const time = (user + system) / 1000
    spent += time
    if (time < BATCH_MS) {
      count = Math.ceil((count * BATCH_MS * 1.2) / Math.max(time, 1))
      index--
    } else best = Math.min(best, time / count)
  }
  return best
}
