import { metersOf, type Policy } from '../policies/policy.ts'
import type { Dimension } from './usage.ts'

/** What a cap still leaves, in nanodollars. */
export interface Room {
  readonly policy: Policy
  readonly spent: bigint
  readonly held: bigint
  readonly free: bigint
  readonly window: string
}

/** Every spend cap that is on and counts. */
export function roomsOf(policies: readonly Policy[]): readonly Room[] {
  return policies.flatMap((policy) => {
    const [meter] = metersOf(policy)
    if (meter?.metric !== 'nanos' || !policy.enabled) return []
    if (policy.policy_type.startsWith('default_')) return []
    const used = meter.used + meter.held
    return [
      {
        policy,
        spent: meter.used,
        held: meter.held,
        free: used > meter.limit ? 0n : meter.limit - used,
        window: meter.window,
      },
    ]
  })
}

/** The cap about this part alone that leaves the least; caps over several parts do not tell what one has left. */
export function roomOf(by: Dimension, id: string, rooms: readonly Room[]): Room | undefined {
  return rooms
    .filter(({ policy: { subject_matchers: all } }) => {
      return all.some((each) => each.key === by.field && each.value === id) && all.length === 1
    })
    .sort((left, right) => (left.free < right.free ? -1 : 1))[0]
}
