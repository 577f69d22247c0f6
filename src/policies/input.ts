import { isUuid } from '../base/id.ts'
import type { Mistake, PolicyKind } from './kind.ts'
import { isMistaken } from './kind.ts'
import { kindOf } from './kinds/index.ts'
import { isReservedKey, MATCHERS_MAX, normaliseKey } from './match.ts'
import type { Matcher, PolicyConfig } from './policy.ts'
import { isDefaultType } from './policy.ts'

/** A policy as a caller sends it, after its outer shape was checked. */
export interface PolicyInput {
  readonly type: string
  readonly name: string
  readonly description: string
  readonly matchers: readonly Matcher[]
  readonly config: unknown
  readonly enabled: boolean
  readonly priority: number
}

/** The same with everything checked and normalised. */
export interface CheckedPolicy extends PolicyInput {
  readonly kind: PolicyKind
  readonly parsed: PolicyConfig
}

const NAME_UNITS_MAX = 200
const VALUE_UNITS_MAX = 256
const PRIORITY_MAX = 1_000_000
/** Ids under which a matcher may stand. */
const ID_KEYS = ['organization_id', 'workspace_id', 'user_id', 'api_key_id']

/** Everything that is wrong with a policy, by pointer; or the policy, ready to be stored. */
export function checkPolicy(
  input: PolicyInput,
  organizationId: string,
): CheckedPolicy | readonly Mistake[] {
  const kind = kindOf(input.type)
  if (!kind) return [{ pointer: '/policy_type', says: 'is not a type of policy' }]
  const mistakes: Mistake[] = []
  const name = input.name.trim()
  if (name === '' || name.length > NAME_UNITS_MAX)
    mistakes.push({ pointer: '/name', says: `must have 1 to ${NAME_UNITS_MAX} characters` })
  if (!Number.isInteger(input.priority) || Math.abs(input.priority) > PRIORITY_MAX)
    mistakes.push({ pointer: '/priority', says: 'must be a whole number within a million' })
  const matchers = input.matchers.map(({ key, value }) => ({
    key: ID_KEYS.includes(key) ? key : normaliseKey(key.replace(/^x-gateway-/i, '')),
    value,
  }))
  mistakes.push(...matcherMistakes(kind, matchers, organizationId))
  const parsed = kind.parse(input.config)
  if (isMistaken(parsed)) return [...mistakes, ...parsed]
  mistakes.push(...(kind.review?.(parsed) ?? []))
  return mistakes.length > 0 ? mistakes : { ...input, name, matchers, kind, parsed }
}

/** True when {@link checkPolicy} gave mistakes. */
export function isRefused(
  checked: CheckedPolicy | readonly Mistake[],
): checked is readonly Mistake[] {
  return Array.isArray(checked)
}

function matcherMistakes(
  kind: PolicyKind,
  matchers: readonly Matcher[],
  organizationId: string,
): readonly Mistake[] {
  const mistakes: Mistake[] = []
  if (matchers.length > MATCHERS_MAX)
    mistakes.push({ pointer: '/subject_matchers', says: `must be at most ${MATCHERS_MAX}` })
  const perMember = isDefaultType(kind.type)
  if (perMember && !matchers.some(({ value }) => value === ''))
    mistakes.push({
      pointer: '/subject_matchers',
      says: 'must hold one empty value: the dimension whose members get a policy each',
    })
  for (const [index, matcher] of matchers.entries()) {
    const says = matcherMistake(kind, matcher, matchers, organizationId)
    if (says) mistakes.push({ pointer: `/subject_matchers/${index}`, says })
  }
  return mistakes
}

function matcherMistake(
  kind: PolicyKind,
  { key, value }: Matcher,
  all: readonly Matcher[],
  organizationId: string,
): string | undefined {
  const perMember = isDefaultType(kind.type)
  const custom = !isReservedKey(key)
  if (key === 'run_rule_id') return 'run_rule_id is not supported: no evaluators run here'
  if (!/^[a-z0-9_]{1,64}$/.test(key)) return 'key must be 1 to 64 characters of a-z, 0-9 and _'
  if (value.length > VALUE_UNITS_MAX) return `value is longer than ${VALUE_UNITS_MAX} characters`
  if (value === '' && !perMember && !custom) return 'value must not be empty here'
  if (value === '' && all.filter((other) => other.key === key).length > 1)
    return 'an empty value must be the only one under its key'
  if (value !== '' && ID_KEYS.includes(key) && !isUuid(value)) return 'value must be a UUID'
  if (key === 'organization_id' && value !== '' && value !== organizationId)
    return 'value is not this organization, so no call could ever match'
  const counts = kind.type.endsWith('spend_cap') || kind.type.endsWith('rate_limit')
  if (!counts && (custom || key === 'model' || key === 'provider'))
    return `${key} can only be matched by spend caps and rate limits`
  return undefined
}
