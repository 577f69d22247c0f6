/** Processor time of this thread and runs after which the fastest is told: long enough for the compiler to have settled. */
const SETTLED_MS = 1000
const SETTLED_RUNS = 40
/** Slower things are told when they have taken so much. */
const PATIENCE_MS = 3000
/** Runs are timed so many milliseconds at once: a thread's processor time is counted in steps of a few. */
const BATCH_MS = 60

/**
 * Milliseconds of processor time of the fastest of many runs: what else the machine does stays out of it, and so do the threads that
 * compile meanwhile.
 */
export function fastest(runs: number, run: () => void): number {
  let best = Infinity
  let [spent, ran, told, count] = [0, 0, 0, 1]
  const isSettled = () =>
    runs <= 2 || spent > PATIENCE_MS || (spent > SETTLED_MS && ran >= SETTLED_RUNS)
  while (told < runs || !isSettled()) {
    const start = process.threadCpuUsage()
    for (let times = 0; times < count; times++) run()
    const { user, system } = process.threadCpuUsage(start)
    const time = (user + system) / 1000
    spent += time
    ran += count
    if (time < BATCH_MS * 0.8) count = Math.ceil((count * BATCH_MS) / Math.max(time, 4))
    else {
      best = Math.min(best, time / count)
      told++
    }
  }
  return best
}
