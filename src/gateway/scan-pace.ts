import { Failure } from '../base/failure.ts'
import type { Clock } from '../base/world.ts'
import type { MergedGuard } from '../policies/guard-merge.ts'

/** How long a request's scan may go on: others get their turn, and the policy's time is kept. */
export interface ScanPace {
  /** Notes that `units` are about to be read; true when it is time to pause. */
  isDue(units: number): boolean
  /** Lets other calls go on. Fails with `scanner_unavailable` when the time is up and the policy blocks then. */
  pause(): Promise<void>
  /** True once the time is up and the policy lets the rest pass. */
  isOver(): boolean
  /** Milliseconds left. */
  leftMs(): number
}

/** Units read between two looks at the clock: some milliseconds of scanning, more while the process is young. */
const UNITS_PER_LOOK = 64 * 1024

/** What a text costs beside its units: a body may hold hundreds of thousands of a few units each. */
const TEXT_UNITS = 64

/** Starts the time of one request's scan. */
export function scanPace({ timeoutMs, timeoutAction }: MergedGuard, clock: Clock): ScanPace {
  const started = clock.monotonic()
  let units = 0
  let over = false
  const leftMs = () => timeoutMs - (clock.monotonic() - started)
  return {
    isDue(more) {
      units += more + TEXT_UNITS
      return units >= UNITS_PER_LOOK
    },
    async pause() {
      units = 0
      await new Promise<void>((resolve) => setImmediate(resolve))
      if (leftMs() > 0) return
      if (timeoutAction === 'block')
        throw new Failure('scanner_unavailable', {
          says: 'The data policy of this call allows less time than scanning its text takes.',
        })
      over = true
    },
    isOver: () => over,
    leftMs,
  }
}
