import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { nanos } from '../../src/base/money.ts'
import { decide } from '../../src/policies/decide.ts'
import { isMistaken } from '../../src/policies/kind.ts'
import { KINDS } from '../../src/policies/kinds/index.ts'
import type { Subject } from '../../src/policies/match.ts'
import { customKeys, matchersKey, matches } from '../../src/policies/match.ts'
import type { Matcher, Policy, PolicyType } from '../../src/policies/policy.ts'
import { policySet } from '../../src/policies/policy-set.ts'

let count = 0

function policy(
  type: PolicyType,
  matchers: readonly Matcher[],
  config: unknown,
  over: Partial<Policy> = {},
): Policy {
  const parsed = KINDS[type].parse(config)
  if (isMistaken(parsed)) throw new Error(JSON.stringify(parsed))
  const id = ++count
  const meters = type.startsWith('default')
    ? []
    : KINDS[type].meters(parsed).map((spec) => ({ ...spec, id }))
  return {
    id: `p${id}`,
    name: `P${id}`,
    type,
    matchers,
    config: parsed,
    enabled: true,
    priority: 0,
    parentId: undefined,
    meters,
    ...over,
  }
}

const cap = (matchers: readonly Matcher[] = [], over: Partial<Policy> = {}) =>
  policy('spend_cap', matchers, { window: 'daily', limit_usd: 1 }, over)

function subject(over: Partial<Subject> = {}): Subject {
  return {
    organizationId: 'o',
    workspaceId: 'w',
    userId: undefined,
    keyId: 'k',
    provider: 'openai',
    model: 'gpt-4o',
    requestModel: 'gpt-4o-2024-08-06',
    custom: new Map(),
    ...over,
  }
}

const decided = (policies: readonly Policy[], over: Partial<Subject> = {}, reads = false) =>
  decide(policySet(1, policies), subject(over), reads)
const names = (found: readonly { readonly name: string }[]) => found.map(({ name }) => name)
const key = (value: string) => ({ key: 'api_key_id', value })

describe('matching', () => {
  test('values under one key are alternatives, keys add up', () => {
    const matchers = [key('k'), key('other'), { key: 'workspace_id', value: 'w' }]
    expect(matches(matchers, subject())).toBe(true)
    expect(matches(matchers, subject({ keyId: 'other' }))).toBe(true)
    expect(matches(matchers, subject({ keyId: 'third' }))).toBe(false)
    expect(matches(matchers, subject({ workspaceId: 'x' }))).toBe(false)
    expect(matches([], subject())).toBe(true)
  })

  test('a model is matched by the name asked for and by its price identity', () => {
    for (const value of ['gpt-4o', 'gpt-4o-2024-08-06'])
      expect(matches([{ key: 'model', value }], subject())).toBe(true)
    expect(matches([{ key: 'model', value: 'gpt-4.1' }], subject())).toBe(false)
  })

  test('an empty value of a custom key means calls without the header', () => {
    const without = [{ key: 'customer', value: '' }]
    expect(matches(without, subject())).toBe(true)
    expect(matches(without, subject({ custom: new Map([['customer', 'a']]) }))).toBe(false)
  })

  test('headers are normalised, JSON metadata is read, reserved names cannot be posed as', () => {
    const headers = new Headers({
      'X-Gateway-CUSTOMER.ID': 'Acme',
      'x-gateway-user-id': 'someone-else',
      'x-gateway-metadata': '{"Team":"R&D","seats":3,"customer_id":"other","deep":{"a":1}}',
      authorization: 'no',
    })
    expect([...customKeys(headers)]).toEqual([
      ['customer_id', 'Acme'],
      ['team', 'R&D'],
      ['seats', '3'],
    ])
    expect([...customKeys(new Headers({ 'x-gateway-metadata': 'not json' }))]).toEqual([])
    const many = new Headers(
      Array.from({ length: 50 }, (_, n): [string, string] => [`x-gateway-k${n}`, 'v']),
    )
    expect(customKeys(many).size).toBe(16)
  })

  test('the order and repetition of matchers do not make another policy', () => {
    const one = [key('a'), { key: 'model', value: 'b' }]
    expect(matchersKey(one)).toBe(matchersKey([...one].reverse().concat(one)))
    expect(matchersKey([{ key: 'a', value: 'b,c' }])).not.toBe(
      matchersKey([{ key: 'a,b', value: 'c' }]),
    )
  })

  test('the index finds exactly what looking at every policy finds', () => {
    const value = fc.constantFrom('a', 'b', '')
    const matcher = fc.record({
      key: fc.constantFrom(
        'organization_id',
        'workspace_id',
        'user_id',
        'api_key_id',
        'provider',
        'model',
        'team',
      ),
      value,
    })
    const some = fc.array(fc.array(matcher, { maxLength: 4 }), { maxLength: 12 })
    const who = fc.record({ w: value, u: value, k: value, m: value, t: value })
    fc.assert(
      fc.property(some, who, (all, { w, u, k, m, t }) => {
        const policies = all.map((matchers) => cap(matchers))
        const custom = new Map(t === '' ? [] : [['team', t]])
        const one = subject({
          organizationId: 'a',
          workspaceId: w,
          userId: u === '' ? undefined : u,
          keyId: k,
          provider: 'a',
          model: m,
          requestModel: m,
          custom,
        })
        const found = policySet(1, policies).matching(one).own
        const expected = policies.filter((each) => matches(each.matchers, one))
        expect(new Set(found)).toEqual(new Set(expected))
      }),
      { numRuns: 500 },
    )
  })
})

describe('deciding', () => {
  test('all matching caps count, broad before narrow, disabled ones without a limit', () => {
    const narrow = cap([key('k')])
    const broad = cap()
    const off = cap([{ key: 'workspace_id', value: 'w' }], { enabled: false })
    const { matched, legs, capped } = decided([narrow, broad, off, cap([key('x')])])
    expect(names(matched)).toEqual([broad.name, narrow.name])
    expect(legs.map(({ meter, limit }) => [meter, limit !== undefined]).sort()).toEqual(
      [narrow, broad, off].map((each) => [each.meters[0]?.id ?? 0, each.enabled]).sort(),
    )
    expect(capped).toBe(true)
    expect(decided([off]).capped).toBe(false)
  })

  test('a default asks for one child per subject, unless a policy of its own stands there', () => {
    const perKey = policy('default_spend_cap', [key('')], { window: 'daily', limit_usd: 1 })
    const [fresh] = decided([perKey]).fresh
    expect(fresh).toMatchObject({
      parentId: perKey.id,
      type: 'spend_cap',
      name: `${perKey.name} (k)`,
      matchers: [key('k')],
    })
    expect(decided([perKey]).capped).toBe(true)
    expect(decided([perKey, cap([key('k')])]).fresh).toEqual([])
    const monthly = policy('spend_cap', [key('k')], { window: 'monthly', limit_usd: 1 })
    expect(decided([perKey, monthly]).fresh.length).toBe(1)
    const perUser = policy('default_spend_cap', [{ key: 'user_id', value: '' }], {
      window: 'daily',
      limit_usd: 1,
    })
    expect(decided([perUser]).fresh).toEqual([])
    expect(decided([{ ...perKey, enabled: false }]).fresh).toEqual([])
  })

  test('without the header a default per header value has one bucket for all', () => {
    const perTeam = policy('default_rate_limit', [{ key: 'team', value: '' }], {
      limits: [{ metric: 'requests', window: 'minute', value: 1 }],
    })
    expect(decided([perTeam]).fresh[0]?.matchers).toEqual([{ key: 'team', value: '' }])
    expect(decided([perTeam], { custom: new Map([['team', 'x']]) }).fresh[0]?.matchers).toEqual([
      { key: 'team', value: 'x' },
    ])
  })

  test('model access: the narrowest tier replaces broader ones, all on it must allow', () => {
    const access = (matchers: readonly Matcher[], providers: Record<string, unknown>) =>
      policy('model_access', matchers, { providers })
    const wide = access([], { openai: 'all' })
    const narrow = access([key('k')], { openai: ['gpt-4.1*'] })
    expect(decided([wide]).modelDenied).toEqual([])
    expect(names(decided([wide, narrow]).modelDenied)).toEqual([narrow.name])
    expect(
      decided([wide, narrow], { model: 'gpt-4.1-mini', requestModel: 'gpt-4.1-mini' }).modelDenied,
    ).toEqual([])
    expect(names(decided([wide, narrow], { provider: 'anthropic' }).modelDenied)).toEqual([
      narrow.name,
    ])
    const second = access([key('k')], { openai: ['gpt-4o'] })
    expect(names(decided([narrow, second]).modelDenied)).toEqual([narrow.name])
    const nameless = { model: undefined, requestModel: undefined }
    expect(decided([narrow], nameless, true).modelDenied).toEqual([])
    expect(names(decided([narrow], nameless, false).modelDenied)).toEqual([narrow.name])
  })

  test('several guards are one, each with the safer switch of the two', () => {
    const one = policy('guard', [], {
      detect: { pii: true },
      operator: 'mask',
      except: ['a', 'b'],
      timeout_action: 'allow',
    })
    const two = policy('guard', [key('k')], {
      detect: { pii: true, secrets: true },
      operator: 'block',
      except: ['b'],
      placeholder_scope: 'exchange',
    })
    expect(decided([one, two]).guard).toMatchObject({
      policies: [{ id: one.id }, { id: two.id }],
      placeholderScope: 'exchange',
      timeoutAction: 'block',
      timeoutMs: 2_000,
    })
    expect(decided([one]).guard).toMatchObject({ placeholderScope: 'key', timeoutAction: 'allow' })
    expect(decided([cap()]).guard).toBeUndefined()
  })

  test('one cap without a ceiling price is enough to refuse what has no price', () => {
    const priced = (usd: number) =>
      policy('spend_cap', [], {
        window: 'daily',
        limit_usd: 1,
        ceiling_price: { input_usd_per_mtok: usd, output_usd_per_mtok: 9 },
      })
    expect(decided([priced(1), priced(3)]).ceilingPrice).toEqual({
      input: 3_000_000_000n,
      output: 9_000_000_000n,
    })
    expect(decided([priced(1), cap()]).ceilingPrice).toBeUndefined()
    expect(nanos(1)).toBe(nanos(1n))
  })
})
