import type { ExchangeClosed } from '../base/exchange.ts'
import { isJsonObject, type Json, type JsonObject, numberMember, textMember } from '../base/json.ts'
import { formatUsd } from '../base/money.ts'
import { NO_WINDOW, WINDOWS, type Window, windowEnd, windowStart } from '../base/window.ts'
import type { DialectId } from '../dialects/dialect.ts'
import type { Metric } from '../policies/policy.ts'
import type { Hold } from '../store/ledger.ts'

/** How far the tightest limit of one metric is from its end. */
interface Standing {
  readonly metric: Metric
  readonly window: Window
  readonly limit: bigint
  readonly remaining: bigint
}

type Standings = Map<Metric, Standing>

/**
 * Tells the caller what is left of our limits: the tightest of each metric, as the commit that admitted the call saw it, and
 * for a call that is over by its bill instead of its hold. Money as `x-gateway-budget-*`; requests and tokens under the
 * names that the dialect's SDKs read; all of it as `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11).
 */
export function addLimits(
  headers: Headers,
  dialect: DialectId,
  hold: Hold,
  closed: ExchangeClosed | undefined,
): void {
  const { rooms, terms } = hold
  if (!rooms || terms.decision.legs.length === 0) return
  const usage = closed?.usage
  const given: Partial<Record<Metric, bigint>> =
    closed?.costNanos === undefined
      ? {}
      : {
          nanos: hold.nanos - closed.costNanos,
          tokens: usage ? BigInt(terms.tokens - usage.inputTokens - usage.outputTokens) : 0n,
        }
  const tightest: Standings = new Map()
  for (const { meter, metric, window } of terms.decision.legs) {
    const room = rooms.of(meter)
    if (!room) continue
    const { limit, spent, held } = room
    keepTightest(tightest, {
      metric,
      window,
      limit,
      remaining: limit - spent - held + (given[metric] ?? 0n),
    })
  }
  write(headers, dialect, tightest, rooms.nowMs)
}

/** The same for a refusal, from the policies that its details name; nothing when it is none of a limit. */
export function addRefusedLimits(
  headers: Headers,
  dialect: DialectId,
  details: JsonObject | undefined,
  nowMs: number,
): void {
  const policies = details?.policies
  if (!Array.isArray(policies)) return
  const tightest: Standings = new Map()
  for (const each of policies) {
    const standing = refusedStanding(each)
    if (standing) keepTightest(tightest, standing)
  }
  write(headers, dialect, tightest, nowMs)
}

function refusedStanding(policy: Json): Standing | undefined {
  if (!isJsonObject(policy)) return undefined
  const metric = textMember(policy, 'metric')
  const name = textMember(policy, 'window')
  const window = name === 'none' ? NO_WINDOW : WINDOWS.find((each) => each === name)
  if (!window) return undefined
  const amount = (key: string) => BigInt(numberMember(policy, key) ?? 0)
  if (metric === 'spend') {
    const nanos = (key: string) => BigInt(textMember(policy, key) ?? 0)
    const limit = nanos('limit_nanos')
    const remaining = limit - nanos('spent_nanos') - nanos('held_nanos')
    return { metric: 'nanos', window, limit, remaining }
  }
  if (metric !== 'requests' && metric !== 'tokens' && metric !== 'concurrency') return undefined
  const limit = amount('limit')
  return { metric, window, limit, remaining: limit - amount('used') - amount('held') }
}

function keepTightest(found: Standings, standing: Standing): void {
  const known = found.get(standing.metric)
  if (known && known.remaining <= standing.remaining) return
  const remaining = standing.remaining > 0n ? standing.remaining : 0n
  found.set(standing.metric, { ...standing, remaining })
}

/** Quota units of the draft: two are registered, the others are ours. */
const UNITS: Readonly<Record<Metric, string>> = {
  nanos: 'micro-usd',
  requests: 'requests',
  tokens: 'tokens',
  concurrency: 'concurrent-requests',
}
const NAMES: Readonly<Record<Metric, string>> = {
  nanos: 'spend',
  requests: 'requests',
  tokens: 'tokens',
  concurrency: 'concurrency',
}
/** Structured fields hold integers of 15 digits (RFC 9651). */
const INTEGER_MAX = 999_999_999_999_999n

function write(headers: Headers, dialect: DialectId, found: Standings, nowMs: number): void {
  if (found.size === 0) return
  const policies: string[] = []
  const limits: string[] = []
  for (const { metric, window, limit, remaining } of found.values()) {
    const ends = window === NO_WINDOW ? undefined : windowEnd(window, nowMs)
    const name = ends === undefined ? NAMES[metric] : `${NAMES[metric]}-${window}`
    const length = ends === undefined ? '' : `;w=${(ends - windowStart(window, nowMs)) / 1_000}`
    const left = ends === undefined ? '' : `;t=${secondsTo(ends, nowMs)}`
    policies.push(`"${name}";q=${onWire(metric, limit)}${length};qu="${UNITS[metric]}"`)
    limits.push(`"${name}";r=${onWire(metric, remaining)}${left}`)
    if (metric === 'nanos') {
      headers.set('x-gateway-budget-remaining-usd', formatUsd(remaining))
      headers.set('x-gateway-budget-limit-usd', formatUsd(limit))
      if (ends !== undefined)
        headers.set('x-gateway-budget-resets-at', new Date(ends).toISOString())
    } else if (ends !== undefined && metric !== 'concurrency') {
      ownNames(headers, dialect, { metric, limit, remaining, ends, nowMs })
    }
  }
  headers.set('ratelimit-policy', policies.join(', '))
  headers.set('ratelimit', limits.join(', '))
}

interface OwnLimit {
  readonly metric: 'requests' | 'tokens'
  readonly limit: bigint
  readonly remaining: bigint
  readonly ends: number
  readonly nowMs: number
}

/**
 * The names under which a provider tells of its limits: here they tell of ours. The provider's own of the same metric are
 * about a key that callers share, and come back under another name.
 */
function ownNames(headers: Headers, dialect: DialectId, own: OwnLimit): void {
  const { metric, limit, remaining, ends, nowMs } = own
  const isAnthropic = dialect.startsWith('anthropic.')
  if (!isAnthropic && !dialect.startsWith('openai.')) return
  const name = isAnthropic
    ? (part: string) => `anthropic-ratelimit-${metric}-${part}`
    : (part: string) => `x-ratelimit-${part}-${metric}`
  const reset = isAnthropic ? new Date(ends).toISOString() : `${secondsTo(ends, nowMs)}s`
  for (const [part, value] of [
    ['limit', limit.toString()],
    ['remaining', remaining.toString()],
    ['reset', reset],
  ] as const) {
    const theirs = headers.get(name(part))
    if (theirs !== null) headers.set(`x-gateway-upstream-${name(part)}`, theirs)
    headers.set(name(part), value)
  }
}

/** Money goes out in millionths of a dollar: what is left is rounded down with the division. */
function onWire(metric: Metric, amount: bigint): bigint {
  const shown = metric === 'nanos' ? amount / 1_000n : amount
  return shown < INTEGER_MAX ? shown : INTEGER_MAX
}

function secondsTo(ends: number, nowMs: number): number {
  return Math.max(0, Math.ceil((ends - nowMs) / 1_000))
}
