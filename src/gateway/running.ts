import type { FailureCode } from '../base/failure.ts'

/** A call in flight, as far as others may end it. */
export interface Running {
  readonly keyId: string
  /** Resolves false when the key may not call any more. Never rejects. */
  mayGoOn(): Promise<boolean>
  /** Ends the answer at once, with the dialect's error event. */
  stop(code: FailureCode): void
}

/** The calls of this process that are in flight. */
export interface RunningCalls {
  add(call: Running): void
  remove(call: Running): void
  readonly size: number
  /** Asks again whether running calls may go on (of one key, or of all) and stops those that may not. */
  recheck(keyId?: string): Promise<void>
  /** Stops every call, because the process cannot wait any longer. */
  stopAll(code: FailureCode): void
  /** Resolves when nothing is in flight any more. */
  whenIdle(): Promise<void>
}

/** An empty registry; `onChange` is told +1 and −1. */
export function runningCalls(onChange: (change: 1 | -1) => void = () => {}): RunningCalls {
  const byKey = new Map<string, Set<Running>>()
  let size = 0
  let waiting: (() => void)[] = []
  return {
    get size() {
      return size
    },
    add(call) {
      size++
      onChange(1)
      const calls = byKey.get(call.keyId)
      if (calls) calls.add(call)
      else byKey.set(call.keyId, new Set([call]))
    },
    remove(call) {
      const calls = byKey.get(call.keyId)
      if (!calls?.delete(call)) return
      if (calls.size === 0) byKey.delete(call.keyId)
      onChange(-1)
      if (--size > 0) return
      const idle = waiting
      waiting = []
      for (const resolve of idle) resolve()
    },
    async recheck(keyId) {
      const sets = keyId === undefined ? [...byKey.values()] : [byKey.get(keyId) ?? []]
      for (const calls of sets)
        for (const call of [...calls]) if (!(await call.mayGoOn())) call.stop('key_revoked')
    },
    stopAll(code) {
      for (const calls of [...byKey.values()]) for (const call of [...calls]) call.stop(code)
    },
    whenIdle: () =>
      size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  }
}
