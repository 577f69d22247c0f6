import type { Log } from '../base/world.ts'

/** What a kept part runs at one time. */
export interface Running {
  readonly pid: number
  /** Resolves when it ended, however. */
  readonly exited: Promise<unknown>
  stop(): Promise<void>
}

export type PartState = 'starting' | 'running' | 'waiting' | 'stopped'

/** One part of the process tree that is started again whenever it ends by itself. */
export interface KeptPart<R extends Running> {
  readonly name: string
  readonly state: PartState
  /** Undefined while it is not running. */
  readonly current: R | undefined
  /** How often it has been started again. */
  readonly restarts: number
  /** Ends it for good. Resolves when it is gone. */
  stop(): Promise<void>
  /** Ends the running one and lets it start again (its settings changed). */
  restart(): Promise<void>
}

export interface KeepOptions<R extends Running> {
  readonly name: string
  readonly log: Log
  /** Starts one and resolves when it serves; rejects when it cannot, soon when `cancel` is aborted. */
  start(cancel: AbortSignal): Promise<R>
  /** Aborted when the whole tree stops, also before this part has started once. */
  readonly cancel?: AbortSignal
  /** Told after every start and every end, also the first. */
  onChange?(state: PartState, why: string | undefined): void
  /** Defaults below; tests use shorter ones. */
  readonly backOff?: BackOff
}

export interface BackOff {
  readonly firstMs: number
  readonly maxMs: number
  /** After serving this long the next wait is the first one again. */
  readonly healthyMs: number
}

/** Quick enough that a single crash is hardly felt, slow enough that a crash loop leaves the machine usable. */
const BACK_OFF: BackOff = { firstMs: 100, maxMs: 10_000, healthyMs: 60_000 }

/** Starts a part and keeps it running. Rejects when the very first start fails: that is a fault of the set-up. */
export async function keep<R extends Running>(options: KeepOptions<R>): Promise<KeptPart<R>> {
  const backOff = options.backOff ?? BACK_OFF
  let state: PartState = 'starting'
  let current: R | undefined
  let restarts = 0
  let waitMs = backOff.firstMs
  let startedAt = 0
  const own = new AbortController()
  const cancel = options.cancel ? AbortSignal.any([own.signal, options.cancel]) : own.signal
  let stopping = false
  let wake = (): void => {}

  const change = (next: PartState, why?: string): void => {
    state = next
    options.onChange?.(next, why)
  }
  const begin = async (): Promise<void> => {
    change('starting')
    const started = await options.start(cancel)
    if (stopping) return started.stop()
    current = started
    startedAt = performance.now()
    change('running')
  }
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const again = async (why: string): Promise<void> => {
    if (performance.now() - startedAt > backOff.healthyMs) waitMs = backOff.firstMs
    while (!stopping) {
      options.log.warn('part_ended', { part: options.name, why, again_in_ms: waitMs })
      change('waiting', why)
      await pause(waitMs)
      waitMs = Math.min(waitMs * 2, backOff.maxMs)
      if (stopping) return
      restarts++
      try {
        await begin()
        return
      } catch (cause) {
        why = cause instanceof Error ? cause.message : String(cause)
      }
    }
  }
  const watch = async (): Promise<void> => {
    while (!stopping && current) {
      const how = await current.exited
      current = undefined
      if (!stopping) await again(typeof how === 'string' ? how : 'it ended')
    }
  }
  await begin()
  const watched = watch()
  return {
    name: options.name,
    get state() {
      return state
    },
    get current() {
      return current
    },
    get restarts() {
      return restarts
    },
    async restart() {
      waitMs = backOff.firstMs
      await current?.stop()
    },
    async stop() {
      stopping = true
      own.abort()
      wake()
      await current?.stop()
      await watched
      change('stopped')
    },
  }
}
