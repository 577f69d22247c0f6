import type { FailureCode } from '../base/failure.ts'

/** A call in flight, as far as others may end it. */
export interface Running {
  readonly keyId: string
  /** Ends the answer at its next event, with the dialect's error event. */
  stop(code: FailureCode): void
}

/** The calls of this process that are in flight. */
export interface RunningCalls {
  add(call: Running): void
  remove(call: Running): void
  readonly size: number
  /** Every running call of a key. */
  ofKey(keyId: string): Iterable<Running>
  /** The keys that have a call in flight. */
  keyIds(): Iterable<string>
  /** Resolves when nothing is in flight any more. */
  whenIdle(): Promise<void>
}

/** An empty registry. */
export function runningCalls(): RunningCalls {
  const byKey = new Map<string, Set<Running>>()
  let size = 0
  let waiting: (() => void)[] = []
  return {
    get size() {
      return size
    },
    add(call) {
      size++
      const calls = byKey.get(call.keyId)
      if (calls) calls.add(call)
      else byKey.set(call.keyId, new Set([call]))
    },
    remove(call) {
      const calls = byKey.get(call.keyId)
      if (!calls?.delete(call)) return
      if (calls.size === 0) byKey.delete(call.keyId)
      if (--size > 0) return
      const idle = waiting
      waiting = []
      for (const resolve of idle) resolve()
    },
    ofKey: (keyId) => [...(byKey.get(keyId) ?? [])],
    keyIds: () => [...byKey.keys()],
    whenIdle: () =>
      size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  }
}
