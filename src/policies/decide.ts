import type { PolicyName } from '../base/exchange.ts'
import { memberMatchers } from './children.ts'
import { type MergedGuard, mergeGuards } from './guard-merge.ts'
import { KINDS } from './kinds/index.ts'
import type { FreshChild, Leg } from './ledger-port.ts'
import type { Subject } from './match.ts'
import { breadth, subjectText } from './match.ts'
import { modelsDenying } from './model-verdict.ts'
import type { Policy, SpendCap } from './policy.ts'
import { memberType } from './policy.ts'
import type { PolicySet } from './policy-set.ts'
import { policyIdentity, windowKeyOf } from './policy-set.ts'

/** All matching policies folded into what the steps after must do. */
export interface Decision {
  readonly policyVersion: number
  /** Enabled policies that look at the call, broadest first. */
  readonly matched: readonly PolicyName[]
  /** Model access policies that say no; the call ends with 403 when there is one. */
  readonly modelDenied: readonly PolicyName[]
  /** Every meter the call counts on: spend caps and rate limits, disabled ones without a limit. */
  readonly legs: readonly Leg[]
  /** Meter id → its policy, to name the refusing ones. */
  readonly byMeter: ReadonlyMap<number, Policy>
  /** Defaults that have no child for this subject yet. */
  readonly fresh: readonly Omit<FreshChild, 'childId'>[]
  /** True when an enabled spend cap applies: an unpriced or unbounded call is then refused. */
  readonly capped: boolean
  /** The dearest price that a matching cap names for models without one. */
  readonly ceilingPrice: SpendCap['ceilingPrice']
  /** False when a cap applies that does not let unreadable writes pass. */
  readonly unmeteredAllowed: boolean
  /** `sliced` only when every matching enabled cap says so. */
  readonly hold: 'full' | 'sliced'
  readonly guard: MergedGuard | undefined
}

/**
 * Looks at a call. All matching policies count; the ledger decides about amounts, this decides everything else.
 * `reads` is true for calls that cannot cost anything (GET, HEAD): they need no model to be allowed.
 */
export function decide(set: PolicySet, subject: Subject, reads: boolean): Decision {
  const known = decisions.get(set) ?? new Map<string, Decision>()
  decisions.set(set, known)
  const key = `${reads ? 'r' : 'w'}${subjectText(subject)}`
  let decision = known.get(key)
  if (!decision) {
    if (known.size >= DECISIONS_MAX) known.clear()
    decision = decideAnew(set, subject, reads)
    known.set(key, decision)
  }
  return decision
}

/** Decisions by policy set and subject: nearly every call is by a subject that called a moment ago. */
const decisions = new WeakMap<PolicySet, Map<string, Decision>>()
/** Kept per policy set: some megabytes at most, since header values make subjects. */
const DECISIONS_MAX = 2_000

function decideAnew(set: PolicySet, subject: Subject, reads: boolean): Decision {
  const { own, defaults } = set.matching(subject)
  const fresh = missingChildren(set, defaults, subject)
  const enabled = [
    ...own.filter((policy) => policy.enabled),
    ...fresh.map(({ parent }) => parent),
  ].sort(broadestFirst)
  const caps = enabled.flatMap(({ config }) => (config.kind === 'spend' ? [config] : []))
  return {
    policyVersion: set.version,
    matched: enabled.map(nameOf),
    modelDenied: modelsDenying(enabled, subject, reads).map(nameOf),
    legs: own.flatMap(legsOf),
    byMeter: new Map(own.flatMap((each) => each.meters.map((meter) => [meter.id, each] as const))),
    // A guard counts nothing: its child would only repeat it.
    fresh: fresh.filter(({ meters }) => meters.length > 0).map(({ parent: _, ...child }) => child),
    capped: caps.length > 0,
    ceilingPrice: dearestPrice(caps),
    unmeteredAllowed: caps.every((cap) => cap.unmetered === 'allow'),
    hold: caps.length > 0 && caps.every((cap) => cap.hold === 'sliced') ? 'sliced' : 'full',
    guard: mergeGuards(enabled),
  }
}

/** Broad before narrow, then priority, then name: the order in which refusals name policies. */
export function broadestFirst(a: Policy, b: Policy): number {
  return breadth(a) - breadth(b) || a.priority - b.priority || (a.name < b.name ? -1 : 1)
}

function nameOf(policy: Policy): PolicyName {
  return { id: policy.id, name: policy.name }
}

/** A disabled policy keeps counting, so that switching it on tells the truth at once. */
function legsOf(policy: Policy): readonly Leg[] {
  return policy.meters.map(({ id, metric, window, limit }) => ({
    meter: id,
    metric,
    window,
    limit: policy.enabled ? limit : undefined,
  }))
}

/** Defaults of which this subject has no member yet; of two with the same member the first by priority makes it. */
function missingChildren(set: PolicySet, defaults: readonly Policy[], subject: Subject) {
  const taken = new Set<string>()
  const missing: (Omit<FreshChild, 'childId'> & { parent: Policy })[] = []
  for (const parent of [...defaults].sort(broadestFirst)) {
    if (!parent.enabled) continue
    const { matchers, label } = memberMatchers(parent.matchers, subject)
    const identity = policyIdentity(memberType(parent.type), matchers, windowKeyOf(parent))
    if (set.has(identity) || taken.has(identity)) continue
    taken.add(identity)
    missing.push({
      parentId: parent.id,
      type: memberType(parent.type),
      name: `${parent.name} (${label})`,
      matchers,
      meters: KINDS[parent.type].meters(parent.config),
      parent,
    })
  }
  return missing
}

function dearestPrice(caps: readonly SpendCap[]): SpendCap['ceilingPrice'] {
  const named = caps.map((cap) => cap.ceilingPrice)
  // One cap without a ceiling price is enough to refuse: it must not be got round by another cap's.
  if (named.some((price) => price === undefined)) return undefined
  let dearest: SpendCap['ceilingPrice']
  for (const price of named)
    if (price)
      dearest = {
        input: larger(price.input, dearest?.input ?? 0n),
        output: larger(price.output, dearest?.output ?? 0n),
      }
  return dearest
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
