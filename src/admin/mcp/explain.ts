import { FAILURES, type Owner } from '../../base/failure.ts'
import { member, numberMember, textMember } from '../../base/json.ts'

const WHO: Readonly<Record<Owner, string>> = {
  client: 'the caller can fix it',
  policy: 'a policy decided it: whoever manages policies can change it',
  config: 'an administrator can fix it',
  upstream: 'it lies with the provider',
  platform: 'it lies with this gateway: whoever operates it can fix it',
}

const BASIS: Readonly<Record<string, string>> = {
  measured: 'from the usage the provider told',
  counted: 'counted from the answer as far as it was seen',
  ceiling: 'the upper bound that was held, because the provider never told',
}

/**
 * A call as `GET /requests/{id}` tells it, in sentences for a person; `policies` are those that looked at it, as they
 * stand now. Says nothing that the facts do not say.
 */
export function explanationOf(call: unknown, policies: readonly unknown[]): readonly string[] {
  return [
    outcomeOf(call),
    ...reasonOf(call),
    ...policies.flatMap(policyLine),
    costOf(call),
    ...ledgerOf(call),
    ...findingsOf(call),
    ...timesOf(call),
  ]
}

function outcomeOf(call: unknown): string {
  const model = textMember(call, 'request_model') ?? 'no model named'
  const provider = textMember(call, 'provider') ?? 'unknown provider'
  const at = textMember(member(call, 'timings'), 'started_at') ?? ''
  const asked = `${textMember(call, 'operation') ?? 'A call'} to ${provider} (${model}) at ${at}`
  const status = numberMember(call, 'status')
  switch (textMember(call, 'outcome')) {
    case 'ok':
      return `${asked}: answered with status ${status}.`
    case 'refused':
      return `${asked}: refused by the gateway with status ${status}; nothing was sent to the provider.`
    case 'failed':
      return `${asked}: failed with status ${status}.`
    case 'aborted':
      return `${asked}: the caller left before the end, or a stream was cut.`
    case 'interrupted':
      return `${asked}: the gateway process died while it ran; its cost stays at what was held.`
    default:
      return `${asked}: still running.`
  }
}

function reasonOf(call: unknown): string[] {
  const code = textMember(call, 'error_code')
  if (code === undefined) return []
  const upstream = numberMember(call, 'upstream_status')
  const told = upstream === undefined ? '' : ` The provider answered ${upstream}.`
  if (!isFailureCode(code)) return [`Code ${code}.${told}`]
  const { says, owner, retryable } = FAILURES[code]
  const again = retryable ? 'the same call may succeed later' : 'the same call fails again'
  return [`${code}: ${says} Meaning: ${WHO[owner]}; ${again}.${told}`, ...violatedOf(call)]
}

function violatedOf(call: unknown): string[] {
  const names = namesOf(member(member(call, 'policies'), 'violated'))
  return names.length === 0 ? [] : [`Refused by: ${names.join(', ')}.`]
}

function policyLine(policy: unknown): string[] {
  const spent = textMember(policy, 'current_spend_nanos')
  const limit = textMember(member(policy, 'config'), 'limit_nanos')
  if (spent === undefined || limit === undefined) return []
  const name = textMember(policy, 'name') ?? ''
  const held = dollars(textMember(policy, 'reserved_nanos') ?? '0')
  const resets = textMember(policy, 'resets_at') ?? ''
  return [
    `${name} now: ${dollars(spent)} of ${dollars(limit)} spent, ${held} held; resets at ${resets}.`,
  ]
}

function costOf(call: unknown): string {
  const cost = textMember(call, 'cost_nanos')
  if (cost !== undefined)
    return `Cost ${dollars(cost)}, ${BASIS[textMember(call, 'cost_basis') ?? ''] ?? 'basis unknown'}.`
  return textMember(call, 'outcome') === 'refused'
    ? 'Cost nothing: it was not sent.'
    : 'No cost is known: it still runs, was not sent, or its model has no price.'
}

/** What was held and what became of it: `reserve $0.05, settle $0.01`. */
function ledgerOf(call: unknown): string[] {
  const lines = member(call, 'ledger')
  const each = (Array.isArray(lines) ? lines : []).map(
    (line) => `${textMember(line, 'kind')} ${dollars(textMember(line, 'amount_nanos') ?? '0')}`,
  )
  return each.length === 0 ? [] : [`In the ledger: ${each.join(', ')}.`]
}

function findingsOf(call: unknown): string[] {
  const found = member(call, 'findings')
  const each = (Array.isArray(found) ? found : []).map(
    (one) =>
      `${numberMember(one, 'count')} × ${textMember(one, 'entity')} in the ${textMember(one, 'direction')}`,
  )
  return each.length === 0 ? [] : [`Detected by data policies: ${each.join(', ')}.`]
}

function timesOf(call: unknown): string[] {
  const times = member(call, 'timings')
  const part = (what: string, name: string): string[] => {
    const ms = numberMember(times, name)
    return ms === undefined ? [] : [`${what} ${Math.round(ms * 10) / 10} ms`]
  }
  const parts = [
    ...part('first byte after', 'first_byte_ms'),
    ...part('in all', 'duration_ms'),
    ...part('in the gateway before forwarding', 'overhead_ms'),
  ]
  return parts.length === 0 ? [] : [`Time: ${parts.join(', ')}.`]
}

function namesOf(list: unknown): string[] {
  return Array.isArray(list) ? list.flatMap((each) => textMember(each, 'name') ?? []) : []
}

/** Nanodollars in text → dollars, digit by digit. */
function dollars(nanosText: string): string {
  if (nanosText.startsWith('-')) return `-${dollars(nanosText.slice(1))}`
  const digits = nanosText.padStart(10, '0')
  const fraction = digits.slice(-9).replace(/0+$/, '').padEnd(2, '0')
  return `$${digits.slice(0, -9)}.${fraction}`
}

function isFailureCode(code: string): code is keyof typeof FAILURES {
  return Object.hasOwn(FAILURES, code)
}
