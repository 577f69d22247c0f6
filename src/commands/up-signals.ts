import { LIMITS } from '../base/limits.ts'

export interface AskOptions {
  /** Ends the drain at once; called on the second Ctrl-C. */
  force(): void
  say(line: string): void
}

/** npm, the start script and the terminal each deliver the same Ctrl-C; what comes within this is one. */
const SAME_PRESS_MS = 1_000
const PARENT_EVERY_MS = 500

/**
 * Resolves when this process is asked to end: by a signal, or because the script that started it was killed (its port would
 * stay taken by nobody). Later signals force.
 */
export function untilAsked({ force, say }: AskOptions): Promise<'signal' | 'parent'> {
  return new Promise((resolve) => {
    let askedAt: number | undefined
    const onSignal = (): void => {
      const now = performance.now()
      if (askedAt === undefined) {
        askedAt = now
        const seconds = LIMITS.drainMs / 1_000
        say(`\nStopping: calls in flight may end (up to ${seconds} s). Ctrl-C again cuts them.`)
        resolve('signal')
      } else if (now - askedAt > SAME_PRESS_MS) {
        say('Cutting what is left')
        force()
      }
    }
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
    const parent = Number(process.env.SLUICE_BOOT_PID)
    if (process.ppid !== parent) return
    const watch = setInterval(() => {
      if (process.ppid === parent) return
      clearInterval(watch)
      askedAt ??= performance.now()
      resolve('parent')
    }, PARENT_EVERY_MS)
    watch.unref()
  })
}
