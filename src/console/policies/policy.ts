import { api, ask } from '../client.ts'
import { count, money } from '../parts/format.ts'
import type { Names } from '../subjects/use-names.ts'

/** Every policy that the role may see. Rejects with a `Problem`. */
export const listPolicies = () => ask(api.platform['gateway-policies'].get())

/** A policy as the admin API gives it. */
export type Policy = Awaited<ReturnType<typeof listPolicies>>[number]

/** What a policy is about, in the words of the page; the API's types are these, and `default_` ones. */
export const FAMILIES = [
  {
    id: 'spend_cap',
    label: 'Spend cap',
    says: 'A hard limit of money per hour, day, week or month',
  },
  {
    id: 'rate_limit',
    label: 'Rate limit',
    says: 'Requests or tokens per minute or hour, or at once',
  },
  { id: 'model_access', label: 'Model access', says: 'Only the listed models may be called' },
  { id: 'guard', label: 'Data guard', says: 'Personal data and secrets are redacted or blocked' },
] as const

/** A kind of policy without the question whether it is one for all or one for each. */
export type Family = (typeof FAMILIES)[number]['id']

/** The family of a type of the API. */
export function familyOf(type: string): Family {
  const bare = type.replace(/^default_/, '')
  return FAMILIES.find(({ id }) => id === bare)?.id ?? 'guard'
}

/** What the family is called. */
export function labelOf(family: Family): string {
  return FAMILIES.find(({ id }) => id === family)?.label ?? family
}

/** One account of a policy: how much of what is used until when. Amounts are nanodollars, requests, tokens or calls. */
export interface Meter {
  readonly metric: string
  readonly window: string
  readonly used: bigint
  readonly held: bigint
  readonly limit: bigint
  readonly resetsAt: string | undefined
}

/** What a policy counts; none for those that only allow or redact, for defaults, and while it is not known. */
export function metersOf(policy: Policy): readonly Meter[] {
  const limit = Reflect.get(policy.config, 'limit_nanos')
  if (typeof limit === 'string' && policy.current_spend_nanos !== undefined)
    return [
      {
        metric: 'nanos',
        window: String(Reflect.get(policy.config, 'window') ?? ''),
        used: BigInt(policy.current_spend_nanos),
        held: BigInt(policy.reserved_nanos ?? '0'),
        limit: BigInt(limit),
        resetsAt: policy.resets_at,
      },
    ]
  return (policy.current_usage ?? []).flatMap((each) =>
    each.limit === undefined
      ? []
      : [
          {
            metric: each.metric,
            window: each.window,
            used: BigInt(each.value),
            held: 0n,
            limit: BigInt(each.limit),
            resetsAt: each.resets_at,
          },
        ],
  )
}

/** An amount of a meter with its unit. */
export function amountOf(metric: string, amount: bigint): string {
  if (metric === 'nanos') return money(amount)
  const unit = metric === 'concurrency' ? 'calls at once' : metric
  return `${count(Number(amount))} ${unit}`
}

/** What a config asks for, in one line. */
export function summaryOf(
  policy: Pick<Policy, 'policy_type' | 'config' | 'hold_units_max'>,
): string {
  const config: Readonly<Record<string, unknown>> = { ...policy.config }
  switch (familyOf(policy.policy_type)) {
    case 'spend_cap': {
      const nanos = config.limit_nanos
      const limit = typeof nanos === 'string' ? money(nanos) : `$${String(config.limit_usd)}`
      return `${limit} ${String(config.window)}`
    }
    case 'rate_limit':
      return listOf(config.limits)
        .map((each) => {
          const { metric, window, value } = Object(each)
          return `${count(Number(value))} ${metric === 'concurrency' ? 'at once' : `${metric} per ${window}`}`
        })
        .join(', ')
    case 'model_access':
      return Object.entries(Object(config.providers))
        .map(([name, models]) =>
          Array.isArray(models) ? `${name}: ${models.join(', ')}` : `${name}: all models`,
        )
        .join('; ')
    case 'guard': {
      const { pii, secrets } = Object(config.detect)
      const what = [pii && 'personal data', secrets && 'secrets'].filter(Boolean)
      const own = listOf(config.custom).length
      if (own > 0) what.push(`${own} own`)
      if (config.detectors && what.length === 0) what.push('chosen detectors')
      const does = `${String(config.operator ?? 'replace')}: ${what.join(', ')}`
      const held = policy.hold_units_max
      return held === undefined ? does : `${does}; holds at most ${count(held)} units`
    }
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

const SUBJECTS: Readonly<Record<string, string>> = {
  organization_id: 'organisation',
  workspace_id: 'workspace',
  user_id: 'member',
  api_key_id: 'key',
  provider: 'provider',
  model: 'model',
}

/** The word for a matcher's key. */
export function subjectWord(key: string): string {
  return SUBJECTS[key] ?? `header ${key}`
}

/** Who a policy is about, in one line. */
export function aboutOf(matchers: Policy['subject_matchers'], names: Names): string {
  if (matchers.length === 0) return 'every call'
  return matchers
    .map(({ key, value }) => {
      if (value === '') return `each ${subjectWord(key)} on its own`
      if (key === 'organization_id') return 'the whole organisation'
      return `${subjectWord(key)} ${names.of(value)}`
    })
    .join(', ')
}

/** A policy's name; one that was made from a default has the id of its subject in it, which is told by name. */
export function nameOf(policy: Policy, names: Names): string {
  if (!policy.is_system_generated) return policy.name
  return policy.name.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, names.of)
}

/** What is used of a limit: `$1.20 of $5.00`, `3 of 60 requests`. */
export function usedOf({ metric, used, limit }: Meter): string {
  const first = metric === 'nanos' ? money(used) : count(Number(used))
  return `${first} of ${amountOf(metric, limit)}`
}
