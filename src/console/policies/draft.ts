import { exactMoney } from '../parts/format.ts'
import { type Family, familyOf, type Policy } from './policy.ts'

/** A policy while it is being written. Members of `config` that the form does not know stay as they are. */
export interface Draft {
  readonly family: Family
  readonly name: string
  readonly description: string
  readonly matchers: readonly { readonly key: string; readonly value: string }[]
  readonly config: Readonly<Record<string, unknown>>
  readonly enabled: boolean
  readonly priority: number
}

const CONFIGS: Readonly<Record<Family, Readonly<Record<string, unknown>>>> = {
  spend_cap: { window: 'daily', limit_usd: '10' },
  rate_limit: { limits: [{ metric: 'requests', window: 'minute', value: 60 }] },
  model_access: { providers: { openai: 'all' } },
  guard: { detect: { pii: true, secrets: true }, operator: 'replace' },
}

/** A new policy about one workspace. */
export function newDraft(family: Family, workspaceId: string | undefined): Draft {
  return {
    family,
    name: '',
    description: '',
    matchers: workspaceId === undefined ? [] : [{ key: 'workspace_id', value: workspaceId }],
    config: CONFIGS[family],
    enabled: true,
    priority: 0,
  }
}

/** What a policy says, ready to be changed. */
export function draftOf(policy: Policy): Draft {
  return {
    family: familyOf(policy.policy_type),
    name: policy.name,
    description: policy.description,
    matchers: policy.subject_matchers,
    config: typed({ ...policy.config }),
    enabled: policy.enabled,
    priority: policy.priority,
  }
}

/** Limits as text with every digit: a number of the page could not hold them all. */
function typed(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { limit_nanos: nanos, ...rest } = config
  return typeof nanos === 'string' ? { ...rest, limit_usd: dollarsOf(BigInt(nanos)) } : config
}

/** Nanodollars as the decimal text that a person would type: `12.5`. */
export function dollarsOf(nanos: bigint): string {
  return exactMoney(nanos)
    .replace(/[$,]/g, '')
    .replace(/\.?0+$/, '')
}

/** The members that a change of a policy sends. */
export function changeOf(draft: Draft) {
  return {
    name: draft.name.trim(),
    description: draft.description,
    subject_matchers: draft.matchers.map(({ key, value }) => ({ key, value })),
    config: draft.config,
    enabled: draft.enabled,
    priority: draft.priority,
  }
}

/** An empty value means one policy for each member, which is a type of its own. */
export function typeOf({ family, matchers }: Draft) {
  if (family === 'model_access' || !matchers.some(({ value }) => value === '')) return family
  return `default_${family}` as const
}

/** Windows are part of what a policy is: caps of a day and of a month stand side by side. */
function identityOf(type: string, matchers: Draft['matchers'], config: object): string {
  const subjects = matchers.map(({ key, value }) => JSON.stringify([key, value])).sort()
  return JSON.stringify([type, subjects, Reflect.get(config, 'window') ?? ''])
}

/** The policy that saving a new one would change instead: the same type, subjects and window. */
export function sameAs(draft: Draft, policies: readonly Policy[]): Policy | undefined {
  const own = identityOf(typeOf(draft), draft.matchers, draft.config)
  return policies.find(
    (each) => identityOf(each.policy_type, each.subject_matchers, each.config) === own,
  )
}
