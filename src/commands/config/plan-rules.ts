import { isDeepStrictEqual } from 'node:util'
import { isNamed, policyIdentity, priceIdentity } from '../../admin/declaration-check.ts'
import type { Declaration, DeclaredPolicy } from '../../admin/declared.ts'
import { priceFrom } from '../../admin/price-shape.ts'
import { isJsonObject, type Json, member, textMember } from '../../base/json.ts'
import { isMistaken } from '../../policies/kind.ts'
import { kindOf } from '../../policies/kinds/index.ts'
import { isReservedKey, normaliseKey } from '../../policies/match.ts'
import type { Matcher } from '../../policies/policy.ts'
import type { Kind } from './names.ts'
import { differencesOf, type Planning } from './step.ts'

const POLICIES = '/platform/gateway-policies'
const PRICES = '/model-price-map'
const KIND_OF: Readonly<Record<string, Kind>> = {
  workspace_id: 'workspace',
  user_id: 'member',
  api_key_id: 'service key',
}

/** Policies of every family; children of defaults are the gateway's own. */
export function planPolicies(planning: Planning, declaration: Declaration): void {
  const { policies, organization } = declaration
  if (policies === undefined) return
  const { ask, state, steps, removals, notes, mistakes } = planning
  if (state.policies === undefined) {
    if (organization?.llm_gateway_enabled !== true) {
      const says = 'cannot be compared while the gateway is off (llm_gateway_enabled)'
      mistakes.push({ pointer: '/policies', says })
      return
    }
    notes.push('policies cannot be read while the gateway is off: those of the file are written')
  }
  const present = new Map(
    (state.policies ?? []).map((each) => [
      policyIdentity(
        { policy_type: textMember(each, 'policy_type') ?? '', config: member(each, 'config') },
        matchersOf(each),
      ),
      each,
    ]),
  )
  for (const [at, policy] of policies.entries()) {
    const shown = (policy.subject_matchers ?? []).map(normal)
    const pointer = `/policies/${at}/subject_matchers`
    const wrong = shown.flatMap(({ key, value }, index) =>
      isNamed(key, value) && !isResolvable(planning, key, value)
        ? [
            {
              pointer: `${pointer}/${index}/value`,
              says: `names no ${KIND_OF[key] ?? key}: ${value}`,
            },
          ]
        : [],
    )
    mistakes.push(...wrong)
    if (wrong.length > 0) continue
    const identity = policyIdentity(policy, resolve(planning, shown, 'as far as known'))
    const now = present.get(identity)
    present.delete(identity)
    const differences = now
      ? differencesOf(factsOf(now, policy), wantedOf(policy))
      : differencesOf(undefined, { ...wantedOf(policy), matchers: textOf(shown) })
    if (now && differences.length === 0) continue
    steps.push({
      action: now ? 'update' : 'create',
      resource: policy.policy_type,
      name: policy.name.trim(),
      differences,
      async run() {
        const subject_matchers = resolve(planning, shown, 'all')
        await ask('POST', POLICIES, { ...policy, subject_matchers })
      },
    })
  }
  for (const now of present.values())
    removals.unshift({
      action: 'delete',
      resource: textMember(now, 'policy_type') ?? 'policy',
      name: textMember(now, 'name') ?? '',
      differences: [],
      run: async () => void (await ask('DELETE', `${POLICIES}/${textMember(now, 'id')}`)),
    })
}

/** Keys of headers as the gateway keeps them. */
function normal({ key, value }: Matcher): Matcher {
  const plain = key.replace(/^x-gateway-/i, '')
  return { key: isReservedKey(key) ? key : normaliseKey(plain), value }
}

function isResolvable({ names }: Planning, key: string, value: string): boolean {
  const kind = KIND_OF[key]
  return kind === undefined ? value === 'current' : names.isKnown(kind, value)
}

/** Names as ids. What is yet to be made stays a name until then, and so matches nothing that is there. */
function resolve(
  { names, state }: Planning,
  matchers: readonly Matcher[],
  how: 'all' | 'as far as known',
): Matcher[] {
  return matchers.map(({ key, value }) => {
    if (!isNamed(key, value)) return { key, value }
    const kind = KIND_OF[key]
    if (kind === undefined) return { key, value: state.organization.id }
    return {
      key,
      value: (how === 'all' ? names.must(kind, value) : names.find(kind, value)) ?? value,
    }
  })
}

/** The matchers of a policy of the API. */
export function matchersOf(policy: Json): Matcher[] {
  const found = member(policy, 'subject_matchers')
  return (Array.isArray(found) ? found : []).map((each) => ({
    key: textMember(each, 'key') ?? '',
    value: textMember(each, 'value') ?? '',
  }))
}

function textOf(matchers: readonly Matcher[]): string {
  if (matchers.length === 0) return 'everything'
  return matchers.map(({ key, value }) => `${key}=${value || '(each)'}`).join(' ')
}

function wantedOf(policy: DeclaredPolicy): Record<string, unknown> {
  return {
    name: policy.name.trim(),
    description: policy.description ?? '',
    enabled: policy.enabled ?? true,
    priority: policy.priority ?? 0,
    config: policy.config,
  }
}

/** What is there, with the config as the file words it when both mean the same. */
function factsOf(now: Json, policy: DeclaredPolicy): Record<string, unknown> {
  const config = withoutTwin(member(now, 'config'))
  return {
    name: textMember(now, 'name'),
    description: textMember(now, 'description'),
    enabled: member(now, 'enabled'),
    priority: member(now, 'priority'),
    config: meansTheSame(policy.policy_type, config, policy.config) ? policy.config : config,
  }
}

/** A config as it was sent: answers carry the limit in nanodollars too. */
export function withoutTwin(config: unknown): unknown {
  if (!isJsonObject(config)) return config
  const { limit_nanos: _, ...rest } = config
  return rest
}

function meansTheSame(type: string, left: unknown, right: unknown): boolean {
  const kind = kindOf(type)
  if (!kind) return false
  const [one, other] = [kind.parse(left), kind.parse(right)]
  return !isMistaken(one) && !isMistaken(other) && isDeepStrictEqual(one, other)
}

/** Own prices, which win over the built-in ones. */
export function planPrices(planning: Planning, { prices }: Declaration): void {
  if (prices === undefined) return
  const { ask, state, steps, removals } = planning
  const present = new Map(state.prices.map((each) => [priceIdentity(each), each]))
  for (const price of prices) {
    const identity = priceIdentity(price)
    const now = present.get(identity)
    present.delete(identity)
    const id = textMember(now, 'id')
    const before = now === undefined ? undefined : priceAsSent(now)
    if (before && isDeepStrictEqual(priceFrom(before, ''), priceFrom(price, ''))) continue
    steps.push({
      action: now ? 'update' : 'create',
      resource: 'price',
      name: `${price.provider} ${price.match_pattern}`,
      differences: differencesOf(before, { ...price }),
      run: async () =>
        void (id === undefined
          ? await ask('POST', PRICES, price)
          : await ask('PUT', `${PRICES}/${id}`, price)),
    })
  }
  for (const now of present.values())
    removals.unshift({
      action: 'delete',
      resource: 'price',
      name: `${textMember(now, 'provider')} ${textMember(now, 'match_pattern')}`,
      differences: [],
      run: async () => void (await ask('DELETE', `${PRICES}/${textMember(now, 'id')}`)),
    })
}

type Price = NonNullable<Declaration['prices']>[number]

/** A price of the API as it would be sent. */
export function priceAsSent(price: Json): Price {
  const entries = isJsonObject(price) ? Object.entries(price) : []
  // The API's own answer has the members of its input, and an id.
  return Object.fromEntries(
    entries.filter(
      ([name, value]) => name !== 'id' && value !== null && !(name === 'hides_output' && !value),
    ),
  ) as unknown as Price
}
