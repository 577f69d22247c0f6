import { Failure } from '../base/failure.ts'
import { LIMITS } from '../base/limits.ts'
import type { Clock } from '../base/world.ts'

/** UTF-16 units, or bytes, of a body from which on it is large: each step that reads all of it is a turn of its own. */
export const LARGE_BODY_UNITS = 1024 * 1024

/** Lets other calls go on, when what was just read is large. */
export async function letOthers(units: number): Promise<void> {
  if (units >= LARGE_BODY_UNITS) await new Promise<void>((resolve) => setImmediate(resolve))
}

let running = 0
const waiting: (() => void)[] = []

/**
 * Runs the scan of a text of so many units; of large ones only a few at once in a process, in the order they came: more at
 * once would not be done sooner, but hold memory and use up the time that each may take. Fails with `overloaded` when too many
 * wait, or one has waited too long.
 */
export async function inScanTurn<T>(
  units: number,
  clock: Clock,
  scan: () => Promise<T>,
): Promise<T> {
  if (units < LARGE_BODY_UNITS) return scan()
  if (running >= LIMITS.largeScansAtOnceMax) await turn(clock)
  else running++
  try {
    return await scan()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

/** Resolves when a scan that has ended leaves its place. */
function turn(clock: Clock): Promise<void> {
  if (waiting.length >= LIMITS.largeScansWaitingMax) throw tooMany()
  return new Promise((resolve, reject) => {
    const timer = clock.after(LIMITS.largeScanWaitMs, () => {
      waiting.splice(waiting.indexOf(start), 1)
      reject(tooMany())
    })
    const start = (): void => {
      timer.cancel()
      resolve()
    }
    waiting.push(start)
  })
}

function tooMany(): Failure {
  return new Failure('overloaded', {
    says: 'Too many large requests wait to be looked at under their data policies.',
  })
}
