import { describe, expect, test } from 'bun:test'
import { checkPolicy, isRefused } from '../../src/policies/input.ts'
import { isMistaken } from '../../src/policies/kind.ts'
import { KINDS } from '../../src/policies/kinds/index.ts'
import type { Matcher } from '../../src/policies/policy.ts'

const ORGANIZATION = '00000000-0000-7000-8000-00000000000a'
const OTHER = '00000000-0000-7000-8000-00000000000b'

describe('every kind', () => {
  for (const [type, kind] of Object.entries(KINDS)) {
    test(`${type} reads its own examples and stands under its own name`, () => {
      expect(kind.type).toBe(type as typeof kind.type)
      expect(kind.examples.length).toBeGreaterThan(0)
      for (const example of kind.examples) {
        const parsed = kind.parse(example)
        if (isMistaken(parsed)) throw new Error(JSON.stringify(parsed))
        for (const meter of kind.meters(parsed)) expect(meter.limit >= 0n).toBe(true)
      }
    })

    test(`${type} refuses what is broken and says where`, () => {
      for (const { config, pointer } of kind.refusals) {
        const parsed = kind.parse(config)
        if (!isMistaken(parsed)) throw new Error(`accepted ${JSON.stringify(config)}`)
        expect(parsed.map((mistake) => mistake.pointer)).toContain(pointer)
      }
    })
  }

  test('money in a config is read digit by digit', () => {
    const limit = (limit_usd: unknown) => {
      const parsed = KINDS.spend_cap.parse({ window: 'daily', limit_usd })
      return isMistaken(parsed) || parsed.kind !== 'spend'
        ? undefined
        : parsed.limitNanos.toString()
    }
    expect(limit('0.1')).toBe('100000000')
    expect(limit(0.1)).toBe('100000000')
    expect(limit('999999999.999999999')).toBe('999999999999999999')
    expect(limit('1e3')).toBeUndefined()
    expect(limit(Number.NaN)).toBeUndefined()
  })
})

describe('a policy as it is sent', () => {
  const sent = (over: {
    type?: string
    name?: string
    matchers?: readonly Matcher[]
    config?: unknown
  }) =>
    checkPolicy(
      {
        type: over.type ?? 'spend_cap',
        name: over.name ?? 'Cap',
        description: '',
        matchers: over.matchers ?? [],
        config: over.config ?? { window: 'daily', limit_usd: 1 },
        enabled: true,
        priority: 0,
      },
      ORGANIZATION,
    )
  const pointers = (over: Parameters<typeof sent>[0]) => {
    const checked = sent(over)
    return isRefused(checked) ? checked.map(({ pointer }) => pointer) : []
  }

  test('headers may be named as they are sent', () => {
    const checked = sent({ matchers: [{ key: 'X-Gateway-Customer.ID', value: 'a' }] })
    expect(isRefused(checked) ? checked : checked.matchers).toEqual([
      { key: 'customer_id', value: 'a' },
    ])
  })

  test('mistakes are named all at once, each by its pointer', () => {
    expect(
      pointers({ name: ' ', matchers: [{ key: 'workspace_id', value: 'x' }], config: {} }),
    ).toEqual(['/name', '/subject_matchers/0', '/config/window', '/config/limit_usd'])
  })

  test('what could never match is refused', () => {
    expect(pointers({ matchers: [{ key: 'organization_id', value: OTHER }] })).toEqual([
      '/subject_matchers/0',
    ])
    expect(pointers({ matchers: [{ key: 'workspace_id', value: '' }] })).toEqual([
      '/subject_matchers/0',
    ])
    expect(pointers({ matchers: [{ key: 'run_rule_id', value: OTHER }] })).toEqual([
      '/subject_matchers/0',
    ])
    expect(pointers({ matchers: [{ key: 'bad key', value: 'a'.repeat(300) }] })).toEqual([
      '/subject_matchers/0',
    ])
    expect(
      pointers({
        matchers: Array.from({ length: 11 }, (_, n) => ({ key: 'model', value: `m${n}` })),
      }),
    ).toEqual(['/subject_matchers'])
  })

  test('a default names the dimension whose members it is for', () => {
    const type = 'default_spend_cap'
    expect(pointers({ type })).toEqual(['/subject_matchers'])
    expect(pointers({ type, matchers: [{ key: 'api_key_id', value: '' }] })).toEqual([])
    const mixed = [
      { key: 'api_key_id', value: '' },
      { key: 'api_key_id', value: OTHER },
    ]
    expect(pointers({ type, matchers: mixed })).toEqual(['/subject_matchers/0'])
  })

  test('guards and model access look at subjects only', () => {
    const matchers = [{ key: 'customer', value: 'a' }]
    expect(pointers({ type: 'guard', matchers, config: { detect: { pii: true } } })).toEqual([
      '/subject_matchers/0',
    ])
    expect(
      pointers({ type: 'model_access', matchers, config: { providers: { openai: 'all' } } }),
    ).toEqual(['/subject_matchers/0'])
    expect(pointers({ type: 'shout' })).toEqual(['/policy_type'])
  })
})
