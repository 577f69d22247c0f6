/** Processor time after which the fastest run is told, in milliseconds: long enough for the compiler to have settled. */
const SETTLED_MS = 1500

/** Milliseconds of processor time of the fastest of many runs: what else the machine does stays out of it. */
export function fastest(runs: number, run: () => void): number {
  let best = Infinity
  let spent = 0
  for (let index = 0; index < runs || (runs > 2 && spent < SETTLED_MS); index++) {
    const start = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(start)
    const time = (user + system) / 1000
    best = Math.min(best, time)
    spent += time
  }
  return best
}
