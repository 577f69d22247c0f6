import { LRUCache } from 'lru-cache'
import type { World } from '../base/world.ts'

/** A bounded cache before a slow look-up, synchronous while it knows. */
export interface ReadThrough<Value extends object> {
  /** The value, undefined for none, or a promise of either. Rejects as the look-up does when nothing is known. */
  get(key: string): Value | undefined | Promise<Value | undefined>
  /** Forgets one key, or all of them. A look-up under way is not remembered. */
  forget(key?: string): void
  /** Forgets every key whose value matches. */
  forgetWhere(matches: (value: Value, key: string) => boolean): void
}

export interface ReadThroughOptions<Value> {
  readonly world: World
  readonly entriesMax: number
  /** Within this a value is given as it is, in milliseconds. */
  readonly freshMs: number
  /** Within this it is still given, and looked up again behind the caller's back: the store may be away. */
  readonly staleMs: number
  /** How long "there is none" is remembered. */
  readonly negativeMs: number
  readonly load: (key: string) => Promise<Value | undefined>
}

interface Entry<Value> {
  readonly value: Value | undefined
  readonly atMs: number
}

/** Makes a cache: look-ups of one key at the same time are one, and what is forgotten meanwhile stays forgotten. */
export function readThrough<Value extends object>(
  options: ReadThroughOptions<Value>,
): ReadThrough<Value> {
  const { world } = options
  const entries = new LRUCache<string, Entry<Value>>({ max: options.entriesMax })
  const underWay = new Map<string, Promise<Value | undefined>>()
  let generation = 0

  const load = (key: string): Promise<Value | undefined> => {
    const running = underWay.get(key)
    if (running) return running
    const bornIn = generation
    const started = options.load(key).then(
      (value) => {
        if (underWay.get(key) === started) underWay.delete(key)
        if (bornIn === generation) entries.set(key, { value, atMs: world.clock.monotonic() })
        return value
      },
      (cause) => {
        if (underWay.get(key) === started) underWay.delete(key)
        throw cause
      },
    )
    underWay.set(key, started)
    return started
  }

  const forgetAll = (): void => {
    generation++
    underWay.clear()
  }

  return {
    get(key) {
      const entry = entries.get(key)
      if (!entry) return load(key)
      const ageMs = world.clock.monotonic() - entry.atMs
      if (entry.value === undefined) return ageMs < options.negativeMs ? undefined : load(key)
      if (ageMs < options.freshMs) return entry.value
      if (ageMs >= options.staleMs) return load(key)
      load(key).catch(() => {})
      return entry.value
    },
    forget(key) {
      forgetAll()
      if (key === undefined) entries.clear()
      else entries.delete(key)
    },
    forgetWhere(matches) {
      forgetAll()
      for (const [key, { value }] of entries.entries())
        if (value === undefined || matches(value, key)) entries.delete(key)
    },
  }
}
