import type { Subject } from './match.ts'
import { matchersKey, matches, subjectValue } from './match.ts'
import type { Policy } from './policy.ts'
import { isDefaultType, memberType } from './policy.ts'

/** An organisation's policies, indexed so that a call looks only at those that could be about it. */
export interface PolicySet {
  /** Raised with every change; the ledger refuses to decide with an older one. */
  readonly version: number
  /** Every policy, defaults and disabled ones included, that matches; defaults are given apart. */
  matching(subject: Subject): {
    readonly own: readonly Policy[]
    readonly defaults: readonly Policy[]
  }
  /** True when a policy of this identity exists, as a child or in its own right. */
  has(identity: string): boolean
  readonly size: number
}

/** Keys in the order in which they narrow the search most. */
const SELECTIVE = ['api_key_id', 'user_id', '', 'workspace_id', 'model', 'provider']

/** What makes two policies the same for an upsert: type, matchers and window. */
export function policyIdentity(
  type: Policy['type'],
  matchers: Policy['matchers'],
  windowKey: string,
): string {
  return `${type}\n${matchersKey(matchers)}\n${windowKey}`
}

/** The part of a policy's identity that its config decides: the window of a cap. */
export function windowKeyOf(policy: Pick<Policy, 'config'>): string {
  return policy.config.kind === 'spend' ? policy.config.window : ''
}

/** Builds the index. `policies` are all of one organisation. */
export function policySet(version: number, policies: readonly Policy[]): PolicySet {
  const byValue = new Map<string, Policy[]>()
  const everybody: Policy[] = []
  const defaults: Policy[] = []
  const identities = new Set<string>()
  for (const policy of policies) {
    if (isDefaultType(policy.type)) {
      defaults.push(policy)
      continue
    }
    identities.add(policyIdentity(memberType(policy.type), policy.matchers, windowKeyOf(policy)))
    const key = narrowestKey(policy)
    if (key === undefined) everybody.push(policy)
    else
      for (const matcher of policy.matchers)
        if (matcher.key === key) append(byValue, `${key}=${matcher.value}`, policy)
  }
  return {
    version,
    size: policies.length,
    has: (identity) => identities.has(identity),
    matching(subject) {
      const found = new Set<Policy>()
      for (const policy of everybody) if (matches(policy.matchers, subject)) found.add(policy)
      for (const at of addresses(subject))
        for (const policy of byValue.get(at) ?? [])
          if (matches(policy.matchers, subject)) found.add(policy)
      return {
        own: [...found],
        defaults: defaults.filter((policy) => appliesToMember(policy, subject)),
      }
    },
  }
}

/** A default is about every subject that fits its filled matchers and has a value for its empty ones. */
function appliesToMember(policy: Policy, subject: Subject): boolean {
  const filled = policy.matchers.filter(({ value }) => value !== '')
  if (!matches(filled, subject)) return false
  return policy.matchers.every(
    ({ key, value }) => value !== '' || isCustom(key) || subjectValue(key, subject) !== undefined,
  )
}

/** Where in the index policies about this subject stand. */
function* addresses(subject: Subject): Generator<string> {
  yield `api_key_id=${subject.keyId}`
  yield `workspace_id=${subject.workspaceId}`
  yield `provider=${subject.provider}`
  if (subject.userId !== undefined) yield `user_id=${subject.userId}`
  if (subject.model !== undefined) yield `model=${subject.model}`
  if (subject.requestModel !== undefined) yield `model=${subject.requestModel}`
  for (const [key, value] of subject.custom) yield `${key}=${value}`
}

/** The key under which a policy is filed; undefined = looked at for every call. */
function narrowestKey(policy: Policy): string | undefined {
  const keys = new Set(policy.matchers.map(({ key }) => key))
  for (const each of SELECTIVE) {
    if (each !== '') {
      if (keys.has(each)) return each
      continue
    }
    const custom = policy.matchers.find(({ key }) => isCustom(key))
    // A bucket for calls without the header has no value to be filed under.
    if (custom && policy.matchers.every(({ key, value }) => key !== custom.key || value !== ''))
      return custom.key
  }
  return undefined
}

function isCustom(key: string): boolean {
  return ![
    'organization_id',
    'workspace_id',
    'user_id',
    'api_key_id',
    'provider',
    'model',
    'run_rule_id',
  ].includes(key)
}

function append(map: Map<string, Policy[]>, key: string, policy: Policy): void {
  const list = map.get(key)
  if (list) list.push(policy)
  else map.set(key, [policy])
}
