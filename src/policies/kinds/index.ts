import type { PolicyKind } from '../kind.ts'
import type { PolicyType } from '../policy.ts'
import { defaultGuard, guard } from './guard.ts'
import { modelAccess } from './model-access.ts'
import { defaultRateLimit, rateLimit } from './rate-limit.ts'
import { defaultSpendCap, spendCap } from './spend-cap.ts'

/** Every kind of policy by its type. */
export const KINDS: Readonly<Record<PolicyType, PolicyKind>> = {
  default_guard: defaultGuard,
  default_rate_limit: defaultRateLimit,
  default_spend_cap: defaultSpendCap,
  guard,
  model_access: modelAccess,
  rate_limit: rateLimit,
  spend_cap: spendCap,
}

/** The kind of a type named by a caller, or undefined. */
export function kindOf(type: string): PolicyKind | undefined {
  return Object.values(KINDS).find((kind) => kind.type === type)
}
