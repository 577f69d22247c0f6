import { Failure } from '../base/failure.ts'
import type { JsonObject } from '../base/json.ts'
import { formatUsd, nanos } from '../base/money.ts'
import { NO_WINDOW } from '../base/window.ts'
import { outputTokensThatFit } from '../pricing/ceiling.ts'
import type { Terms } from './admission.ts'
import { broadestFirst } from './decide.ts'
import type { NoRoom } from './ledger-port.ts'
import { SUBJECT_KEYS } from './match.ts'
import type { Meter, Policy } from './policy.ts'

/** How long to wait when only calls in flight stand in the way: they end within seconds. */
const RESERVED_RETRY_MS = 1_000

interface Refusing {
  readonly policy: Policy
  readonly meter: Meter
  readonly noRoom: NoRoom
  /** True when final amounts alone leave no room; false when only calls in flight do. */
  readonly final: boolean
}

/**
 * The refusal of a call that some meters have no room for, naming every policy that said no, broadest first: 402 when
 * spend and this call's upper bound pass a cap, 429 for rate limits, and 429 when only holds stand in the way.
 */
export function refusalOf(noRoom: readonly NoRoom[], terms: Terms): Failure {
  const refusing = noRoom.flatMap((each) => refusingOf(each, terms)).sort(byPolicy)
  const names = [...new Set(refusing.map(({ policy }) => policy.name))]
  const says = `Request blocked by gateway policies: ${names.join(', ')}`
  const details: JsonObject = { policies: refusing.map(describe) }
  const spend = refusing.filter(({ meter }) => meter.metric === 'nanos')
  const fitting = tokensThatFit(spend, terms)
  if (fitting !== undefined) details['max_tokens_that_fit'] = fitting
  if (spend.some(({ final }) => final)) return new Failure('spend_limit_reached', { says, details })
  const limited = refusing.filter(({ meter }) => meter.metric !== 'nanos')
  if (limited.length > 0) {
    const waits = limited.map(({ final, noRoom: { resetsAtMs, nowMs } }) =>
      final ? resetsAtMs - nowMs : Math.min(RESERVED_RETRY_MS, resetsAtMs - nowMs),
    )
    const retryAfterMs = Math.max(1, ...waits)
    return new Failure('rate_limit_reached', { says, details, retryAfterMs })
  }
  const reserved = `The spend cap is fully reserved by calls in flight: ${names.join(', ')}`
  return new Failure('spend_reserved', {
    says: reserved,
    details,
    retryAfterMs: RESERVED_RETRY_MS,
  })
}

/** The policies that a refusal names, for the trace. */
export function refusingPolicies(
  noRoom: readonly NoRoom[],
  terms: Terms,
): readonly { readonly id: string; readonly name: string }[] {
  const refusing = noRoom.flatMap((each) => refusingOf(each, terms)).sort(byPolicy)
  const byId = new Map(refusing.map(({ policy }) => [policy.id, policy.name]))
  return [...byId].map(([id, name]) => ({ id, name }))
}

function refusingOf(noRoom: NoRoom, terms: Terms): readonly Refusing[] {
  const policy = terms.decision.byMeter.get(noRoom.meter)
  const meter = policy?.meters.find(({ id }) => id === noRoom.meter)
  if (!policy || !meter) return []
  const amount =
    meter.metric === 'nanos' ? terms.nanos : meter.metric === 'tokens' ? BigInt(terms.tokens) : 1n
  return [{ policy, meter, noRoom, final: noRoom.spent + amount > noRoom.limit }]
}

function byPolicy(a: Refusing, b: Refusing): number {
  return broadestFirst(a.policy, b.policy)
}

function describe({ policy, meter, noRoom, final }: Refusing): JsonObject {
  const amounts: JsonObject =
    meter.metric === 'nanos'
      ? {
          limit_usd: Number(formatUsd(noRoom.limit)),
          limit_nanos: noRoom.limit.toString(),
          spent_usd: Number(formatUsd(noRoom.spent)),
          spent_nanos: noRoom.spent.toString(),
          held_usd: Number(formatUsd(noRoom.held)),
          held_nanos: noRoom.held.toString(),
        }
      : { limit: Number(noRoom.limit), used: Number(noRoom.spent), held: Number(noRoom.held) }
  return {
    id: policy.id,
    name: policy.name,
    scope: scopeOf(policy),
    metric: meter.metric === 'nanos' ? 'spend' : meter.metric,
    window: meter.window === NO_WINDOW ? 'none' : meter.window,
    ...amounts,
    reason: final ? 'reached' : 'reserved',
    // What runs now ends by itself, at no known moment.
    ...(meter.window === NO_WINDOW ? {} : { resets_at: new Date(noRoom.resetsAtMs).toISOString() }),
  }
}

/** The narrowest subject a policy names: `organization`, `workspace`, `user`, `api_key`, `provider`, `model` or a header. */
export function scopeOf(policy: Pick<Policy, 'matchers'>): string {
  const keys = policy.matchers.map(({ key }) => key)
  const own = SUBJECT_KEYS.slice(0, 4).findLast((key) => keys.includes(key))
  const [other] = keys.filter((key) => !SUBJECT_KEYS.slice(0, 4).includes(key))
  return own?.replace(/_id$/, '') ?? other ?? 'organization'
}

function tokensThatFit(spend: readonly Refusing[], terms: Terms): number | undefined {
  const { ceiling } = terms
  if (spend.length === 0 || ceiling.kind !== 'bounded') return undefined
  const rooms = spend.map(({ noRoom }) => noRoom.limit - noRoom.spent - noRoom.held)
  // Math.min() takes no bigint.
  const [least = 0n] = rooms.sort((a, b) => (a < b ? -1 : 1))
  return outputTokensThatFit(ceiling, nanos(least))
}
