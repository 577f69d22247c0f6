import type { Ask } from '../base/ask.ts'
import { NO_POLICIES, type PolicyOutcome } from '../base/exchange.ts'
import type { Principal } from '../base/permission.ts'
import type { Candidate } from './resolve-route.ts'

/** What the policies that match a call ask of the steps that follow. */
export interface Plan {
  readonly candidate: Candidate
  /** Which policies matched and which said no; written on the trace. */
  readonly policies: PolicyOutcome
}

/**
 * All matching policies folded into one plan. No policy kind exists yet, so every authorised call is let
 * through: the step stands here so that the pipeline's order does not change when kinds arrive.
 */
export function checkPolicies(_ask: Ask, _caller: Principal, candidate: Candidate): Plan {
  return { candidate, policies: NO_POLICIES }
}
