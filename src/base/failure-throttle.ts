import { Failure } from './failure.ts'
import type { Clock } from './world.ts'

/** Counts failed sign-ins and authentications per address. Never per key: that would let anybody lock its owner out. */
export interface FailureThrottle {
  /** Milliseconds until this address is listened to again; 0 when it is now. */
  waitMs(address: string): number
  /** Notes a failure. */
  failed(address: string): void
}

export interface ThrottleLimits {
  /** Failures an address has free per window. */
  readonly failuresMax: number
  readonly windowMs: number
  /** Addresses remembered; past it the one that failed first is forgotten. */
  readonly addressesMax: number
}

interface Count {
  failures: number
  readonly endsAtMs: number
}

/** A throttle with fixed windows that begin with an address' first failure. */
export function failureThrottle(clock: Clock, limits: ThrottleLimits): FailureThrottle {
  // A Map keeps the order of insertion, so its first key is the oldest.
  const counts = new Map<string, Count>()
  const live = (address: string): Count | undefined => {
    const count = counts.get(address)
    if (count === undefined || count.endsAtMs > clock.monotonic()) return count
    counts.delete(address)
    return undefined
  }
  return {
    waitMs(address) {
      const count = live(address)
      if (count === undefined || count.failures < limits.failuresMax) return 0
      return count.endsAtMs - clock.monotonic()
    },
    failed(address) {
      const count = live(address)
      if (count) {
        count.failures++
        return
      }
      const [oldest] = counts.keys()
      if (counts.size >= limits.addressesMax && oldest !== undefined) counts.delete(oldest)
      counts.set(address, { failures: 1, endsAtMs: clock.monotonic() + limits.windowMs })
    },
  }
}

/**
 * What a caller at `address` is told for `failure`: an address that failed to authenticate too often is told to wait.
 * Who gets it right is never throttled, so guessing behind the same address locks nobody out.
 */
export function throttledFailure(
  failure: Failure,
  address: string | undefined,
  throttle: FailureThrottle | undefined,
): Failure {
  if (failure.code !== 'unauthenticated' || address === undefined || !throttle) return failure
  const waitMs = throttle.waitMs(address)
  if (waitMs > 0) return new Failure('auth_throttled', { retryAfterMs: waitMs })
  throttle.failed(address)
  return failure
}
