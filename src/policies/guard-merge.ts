import type { PolicyName } from '../base/exchange.ts'
import type { Guard, Policy } from './policy.ts'

/** Several guards as one call obeys them: what each detects counts, and of each choice the stricter one. */
export interface MergedGuard {
  /** Parallel to `guards`. */
  readonly policies: readonly PolicyName[]
  readonly guards: readonly Guard[]
  readonly placeholderScope: Guard['placeholderScope']
  readonly timeoutMs: number
  readonly timeoutAction: Guard['timeoutAction']
  readonly failMode: Guard['failMode']
  /** Of all guards that do more than observe: of a call that cannot be read the answer cannot either. */
  readonly unscannable: Guard['unscannable']
}

/** The guards among `enabled`, in their order; undefined when there is none. */
export function mergeGuards(enabled: readonly Policy[]): MergedGuard | undefined {
  const found = enabled.flatMap((policy) =>
    policy.config.kind === 'guard' ? [{ policy, config: policy.config }] : [],
  )
  if (found.length === 0) return undefined
  const guards = found.map(({ config }) => config)
  const acting = guards.filter(doesAct)
  return {
    policies: found.map(({ policy: { id, name } }) => ({ id, name })),
    guards,
    placeholderScope: guards.some((each) => each.placeholderScope === 'exchange')
      ? 'exchange'
      : 'key',
    timeoutMs: Math.min(...guards.map((each) => each.timeoutMs)),
    timeoutAction: guards.some((each) => each.timeoutAction === 'block') ? 'block' : 'allow',
    failMode: guards.some((each) => each.failMode === 'closed') ? 'closed' : 'open',
    unscannable: acting.some((each) => each.unscannable === 'block') ? 'block' : 'allow',
  }
}

/** False for a guard that only counts what it finds. */
function doesAct({ operator, detectors }: Guard): boolean {
  return [operator, ...Object.values(detectors)].some((each) => each !== 'observe')
}
