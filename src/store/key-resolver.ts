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

/** A refusal of a known key is asked again this often at most, so that wrong tokens cannot flood the database. */
const ASK_AGAIN_MS = 250

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

  /** Public part → when a remembered refusal was last asked again. */
  const askedAgain = new Map<string, number>()
  const mayAskAgain = (short: string): boolean => {
    const now = world.clock.monotonic()
    if (now - (askedAgain.get(short) ?? -Infinity) < ASK_AGAIN_MS) return false
    if (askedAgain.size >= LIMITS.keyCacheEntriesMax) askedAgain.clear()
    askedAgain.set(short, now)
    return true
  }

  /**
   * A refusal from memory may be older than a rotation or reactivation whose notice is still on its way, so it is asked
   * again. What is remembered is only dropped once the store has answered: a wrong token must not cost a key its
   * minute of grace while the store is away.
   */
  const askAgain = async (
    short: string,
    hash: Uint8Array,
    refusal: KeyFacts | 'unknown',
  ): Promise<KeyFacts | 'unknown'> => {
    try {
      const facts = await findKey(database, short, world.clock.now())
      cache.forget(short)
      return check(facts, hash)
    } catch {
      return refusal
    }
  }

  return {
    resolve(token) {
      const parsed = parseKey(token)
      if (!parsed) return 'unknown'
      const { short } = parsed
      const hash = hashKey(token)
      const found = cache.get(short)
      if (found instanceof Promise) return found.then((facts) => check(facts, hash))
      const verdict = check(found, hash)
      // An unknown public part is remembered for a second only; an expired key stays so.
      const isDoubtful = verdict === 'unknown' || verdict.state === 'deactivated'
      if (found === undefined || !isDoubtful) return verdict
      return mayAskAgain(short) ? askAgain(short, hash, verdict) : verdict
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
