import { windowStart } from '../base/window.ts'
import type { CheckedPolicy } from '../policies/input.ts'
import { matches, type Subject, subjectValue } from '../policies/match.ts'
import { allows } from '../policies/model-verdict.ts'
import { isDefaultType, type Matcher, type MeterSpec } from '../policies/policy.ts'
import type { PastCall, PastSum } from '../store/policy-history.ts'

/** What a policy would have done, had it stood alone. */
export interface DryRun {
  readonly matched: number
  readonly refused: number
  readonly firstRefusedAtMs: number | undefined
  /** Every account it would have kept, those that refused most first. */
  readonly accounts: readonly DryAccount[]
}

export interface DryAccount {
  /** The values of the dimensions a default splits by; empty for one sum. */
  readonly member: Readonly<Record<string, string>>
  readonly metric: MeterSpec['metric']
  readonly window: MeterSpec['window']
  readonly windowStartMs: number
  readonly limit: bigint
  readonly used: bigint
  readonly refused: number
}

/**
 * Runs a policy over the calls since `fromMs` in their order; `before` is what its window held already then. A call that would have been refused uses nothing; every other uses
 * what it really did. Calls are taken one after another, so holds that stood at the same time are not added up.
 */
export function dryRun(
  policy: CheckedPolicy,
  calls: readonly PastCall[],
  before: readonly PastSum[],
  fromMs: number,
): DryRun {
  const { parsed } = policy
  const split = policy.matchers.filter((each) => isDimension(policy, each)).map(({ key }) => key)
  const fixed = policy.matchers.filter((each) => !isDimension(policy, each))
  const books = booksOf(policy.kind.meters(parsed), split)
  const concerns = (subject: Subject): boolean =>
    matches(fixed, subject) && split.every((key) => subjectValue(key, subject) !== undefined)
  for (const sum of before) if (concerns(sum.subject)) books.open(sum, fromMs)
  let matched = 0
  let refused = 0
  let firstRefusedAtMs: number | undefined
  for (const call of calls) {
    if (!concerns(call.subject)) continue
    matched++
    const isAllowed =
      parsed.kind === 'models' ? allows(parsed, call.subject, true) : books.admit(call)
    if (isAllowed) continue
    refused++
    firstRefusedAtMs ??= call.atMs
  }
  return { matched, refused, firstRefusedAtMs, accounts: books.list() }
}

/** An empty value of a default is the dimension that its children split. */
function isDimension(policy: CheckedPolicy, { value }: Matcher): boolean {
  return isDefaultType(policy.kind.type) && value === ''
}

type Account = { -readonly [Field in keyof DryAccount]: DryAccount[Field] }

function booksOf(meters: readonly MeterSpec[], split: readonly string[]) {
  const accounts = new Map<string, Account>()
  const accountOf = (meter: MeterSpec, subject: Subject, atMs: number): Account => {
    const member = Object.fromEntries(split.map((key) => [key, subjectValue(key, subject) ?? '']))
    const windowStartMs = windowStart(meter.window, atMs)
    const name = JSON.stringify([member, meter.metric, meter.window, windowStartMs])
    let account = accounts.get(name)
    if (!account) {
      const { metric, window, limit } = meter
      account = { member, metric, window, windowStartMs, limit, used: 0n, refused: 0 }
      accounts.set(name, account)
    }
    return account
  }
  return {
    /** What stood in the first window already. */
    open(sum: PastSum, atMs: number): void {
      for (const meter of meters) {
        const amounts = {
          nanos: sum.nanos,
          requests: sum.requests,
          tokens: sum.tokens,
          ...NO_PLACE,
        }
        // A window shorter than a day began after the sums did.
        if (meter.window === 'minute' || meter.window === 'hour') continue
        accountOf(meter, sum.subject, atMs).used += BigInt(amounts[meter.metric])
      }
    },
    admit(call: PastCall): boolean {
      const held = { nanos: call.heldNanos, requests: 1, tokens: call.heldTokens, ...NO_PLACE }
      const posted = {
        nanos: call.postedNanos,
        requests: 1,
        tokens: call.postedTokens,
        ...NO_PLACE,
      }
      const all = meters.map((meter) => accountOf(meter, call.subject, call.atMs))
      const full = all.filter((each) => each.used + BigInt(held[each.metric]) > each.limit)
      for (const each of full) each.refused++
      if (full.length > 0) return false
      for (const each of all) each.used += BigInt(posted[each.metric])
      return true
    },
    list: () => [...accounts.values()].sort((a, b) => b.refused - a.refused),
  }
}

/** Past calls do not tell which of them ran at the same time. */
const NO_PLACE = { concurrency: 0 }
