import { timingSafeEqual } from 'node:crypto'
import { hashKey, parseKey } from '../base/gateway-key.ts'
import { LIMITS } from '../base/limits.ts'
import type { World } from '../base/world.ts'
import type { Database } from './database.ts'
import { findKey, type KeyFacts } from './key-facts.ts'
import { lastUsed } from './last-used.ts'
import { readThrough } from './read-through.ts'

/** Turns tokens into what they may do. Shared by the data plane and the admin API. */
export interface KeyResolver {
  /**
   * The facts of a token, whatever the key's state, or `unknown`. Synchronous on a warm key. Rejects with
   * `store_unavailable` when the store is away and the key is not known well enough: never `unknown` then.
   */
  resolve(token: string): KeyFacts | 'unknown' | Promise<KeyFacts | 'unknown'>
  /** Forgets one key by its id, or all of them. */
  forget(id?: string): void
  /** Writes what is still to be noted of the keys' last use. */
  close(): Promise<void>
}

/** While the store is away a key that was known goes on for this long; a revocation cannot arrive either. */
const STALE_MS = 60_000

/** Makes a resolver with a bounded cache. Feed {@link KeyResolver.forget} from `watchChanges`. */
export function keyResolver(database: Database, world: World): KeyResolver {
  const used = lastUsed(database, world)
  const cache = readThrough<KeyFacts>({
    world,
    entriesMax: LIMITS.keyCacheEntriesMax,
    freshMs: LIMITS.keyCacheMs,
    staleMs: STALE_MS,
    negativeMs: LIMITS.unknownKeyCacheMs,
    load: (short) => findKey(database, short, world.clock.now()),
  })

  const check = (facts: KeyFacts | undefined, hash: Uint8Array): KeyFacts | 'unknown' => {
    if (facts === undefined || !isTokenOf(facts, hash, world.clock.now())) return 'unknown'
    used.note(facts.id)
    // The cache outlives the moment of expiry.
    if (facts.state === 'active' && (facts.expiresAtMs ?? Infinity) <= world.clock.now())
      return { ...facts, state: 'expired' }
    return facts
  }

  return {
    resolve(token) {
      const parsed = parseKey(token)
      if (!parsed) return 'unknown'
      const hash = hashKey(token)
      const found = cache.get(parsed.short)
      if (found instanceof Promise) return found.then((facts) => check(facts, hash))
      return check(found, hash)
    },
    forget(id) {
      if (id === undefined) cache.forget()
      else cache.forgetWhere((facts) => facts.id === id)
    },
    close: () => used.close(),
  }
}

/** True for the key's token, and during a rotation's overlap for the one before it. Compares both always. */
function isTokenOf(facts: KeyFacts, hash: Uint8Array, nowMs: number): boolean {
  const isCurrent = timingSafeEqual(facts.hash, hash)
  const isPrevious = timingSafeEqual(facts.previous?.hash ?? facts.hash, hash)
  return isCurrent || (isPrevious && facts.previous !== undefined && facts.previous.untilMs > nowMs)
}
