import { Failure } from '../../base/failure.ts'
import { failureThrottle } from '../../base/failure-throttle.ts'
import { LIMITS } from '../../base/limits.ts'
import type { Clock } from '../../base/world.ts'

/**
 * Bounds what agents may ask of one process: requests of a key per window (`rate_limit_reached`, with the wait), and
 * requests under way at once (`overloaded`).
 */
export function pace(clock: Clock) {
  const counts = failureThrottle(clock, {
    failuresMax: LIMITS.mcpRequestsMax,
    windowMs: LIMITS.mcpRequestsWindowMs,
    addressesMax: LIMITS.mcpKeysMax,
  })
  let underWay = 0
  return async <T>(keyId: string, run: () => Promise<T>): Promise<T> => {
    const retryAfterMs = counts.waitMs(keyId)
    if (retryAfterMs > 0)
      throw new Failure('rate_limit_reached', {
        says: `A key may send ${LIMITS.mcpRequestsMax} MCP requests per ${LIMITS.mcpRequestsWindowMs / 1000} seconds.`,
        retryAfterMs,
      })
    if (underWay >= LIMITS.mcpAtOnceMax)
      throw new Failure('overloaded', {
        says: 'Too many MCP requests are under way.',
        retryAfterMs: 1_000,
      })
    counts.failed(keyId)
    underWay++
    try {
      return await run()
    } finally {
      underWay--
    }
  }
}
