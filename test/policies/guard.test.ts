import { beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { mergeGuards } from '../../src/policies/guard-merge.ts'
import { builtIn, type Direction, guardRules } from '../../src/policies/guard-rules.ts'
import { isMistaken } from '../../src/policies/kind.ts'
import { guard } from '../../src/policies/kinds/guard.ts'
import type { Guard, Policy } from '../../src/policies/policy.ts'
import { restrictCompiled } from '../../src/redaction/automaton/restrict.ts'
import { customScanner } from '../../src/redaction/custom-scanner.ts'
import { redactor } from '../../src/redaction/redact.ts'
import { scan } from '../../src/redaction/scan.ts'
import { vault } from '../../src/redaction/vault.ts'

// Takes seconds on a busy machine; once a process.
beforeAll(() => void builtIn(), 60_000)

function read(config: object): Guard {
  const parsed = guard.parse(config)
  if (isMistaken(parsed) || parsed.kind !== 'guard') throw new Error(JSON.stringify(parsed))
  return parsed
}

function operators(configs: readonly object[], direction: Direction = 'request') {
  const rules = guardRules(configs.map(read), direction)
  return (detector: string, entity: string) => rules?.operatorFor(detector, entity)
}

const TOKEN = ['github-pat', 'GITHUB_PAT'] as const
const MAIL = ['email-address', 'EMAIL_ADDRESS'] as const

describe('several guards on one call', () => {
  test('detect together what each of them detects', () => {
    const of = operators([{ detect: { secrets: true } }, { detect: { pii: true } }])
    expect(of(...TOKEN)).toBe('replace')
    expect(of(...MAIL)).toBe('replace')
  })

  test('give each detector the strongest operator, whatever their order', () => {
    const weak = { detect: { secrets: true, pii: true }, operator: 'observe' }
    const mask = { detect: { secrets: true }, operator: 'mask' }
    const block = { detectors: { EMAIL_ADDRESS: 'block' } }
    for (const order of [
      [weak, mask, block],
      [block, mask, weak],
    ]) {
      const of = operators(order)
      expect(of(...TOKEN)).toBe('mask')
      expect(of(...MAIL)).toBe('block')
    }
  })

  test('leave out only what all of them leave out', () => {
    const all = { detect: { secrets: true, pii: true } }
    expect(operators([{ ...all, except: ['GITHUB_PAT'] }])(...TOKEN)).toBeUndefined()
    expect(operators([{ ...all, except: ['github-pat'] }, all])(...TOKEN)).toBe('replace')
    expect(operators([{ ...all, except: ['github-pat'] }])(...MAIL)).toBe('replace')
  })

  test('look each in its own direction', () => {
    const configs = [
      { detect: { secrets: true }, direction: 'request' },
      { detect: { pii: true }, direction: 'response' },
    ]
    expect(operators(configs, 'request')(...TOKEN)).toBe('replace')
    expect(operators(configs, 'request')(...MAIL)).toBeUndefined()
    expect(operators(configs, 'response')(...TOKEN)).toBeUndefined()
    expect(operators(configs, 'response')(...MAIL)).toBe('replace')
    expect(guardRules([read(configs[0] ?? {})], 'response')).toBeUndefined()
  })

  test('agree on the stricter of every choice', () => {
    const policies = [
      { detect: { secrets: true }, timeout_seconds: 5, timeout_action: 'allow', fail_mode: 'open' },
      { detect: { pii: true }, timeout_seconds: 0.5, placeholder_scope: 'exchange' },
    ].map(
      (config, index): Policy => ({
        ...{ id: `id-${index}`, name: `policy ${index}`, type: 'guard', matchers: [] },
        ...{ enabled: true, priority: 0, parentId: undefined, meters: [] },
        config: read(config),
      }),
    )
    expect(mergeGuards(policies)).toMatchObject({
      policies: [
        { id: 'id-0', name: 'policy 0' },
        { id: 'id-1', name: 'policy 1' },
      ],
      placeholderScope: 'exchange',
      timeoutMs: 500,
      timeoutAction: 'block',
      failMode: 'closed',
      unscannable: 'block',
    })
  })

  test('refuse what cannot be read in either direction, unless all of them only observe or let it pass', () => {
    const unscannable = (...configs: object[]) =>
      mergeGuards(
        configs.map(
          (config): Policy => ({
            ...{ id: 'id', name: 'policy', type: 'guard', matchers: [], enabled: true },
            ...{ priority: 0, parentId: undefined, meters: [], config: read(config) },
          }),
        ),
      )?.unscannable
    const answers = { detect: { secrets: true }, direction: 'response' }
    expect(unscannable(answers)).toBe('block')
    expect(unscannable({ ...answers, unscannable: 'allow' })).toBe('allow')
    const watching = { detect: { secrets: true }, operator: 'observe' }
    expect(unscannable(watching)).toBe('allow')
    expect(unscannable({ ...watching, detectors: { jwt: 'mask' } })).toBe('block')
    expect(unscannable(watching, answers)).toBe('block')
  })

  test('allow a value only together', () => {
    const one = {
      detect: { pii: true },
      custom: [{ id: 'a', allow: ['x@example.org', 'y'.repeat(9)] }],
    }
    const two = { detect: { pii: true }, custom: [{ id: 'b', allow: ['x@example.org'] }] }
    const allowed = (configs: object[]) => {
      const { allowed: set } = guardRules(configs.map(read), 'request') ?? {}
      return set ? scan(set, `x@example.org ${'y'.repeat(9)}`).length : 0
    }
    expect(allowed([one])).toBe(2)
    expect(allowed([one, two])).toBe(1)
    expect(allowed([one, { detect: { pii: true } }])).toBe(0)
  })

  test('may bring different detectors of one name: each is looked for', () => {
    const own = (pattern: string) => ({ custom: [{ id: 'staff', pattern }] })
    const rules = guardRules([read(own('EMP-\\d{4}')), read(own('HR-\\d{4}'))], 'request')
    if (!rules) throw new Error('no rules')
    expect(scan(rules.compiled, 'EMP-1234 HR-1234').map(({ detector }) => detector)).toEqual([
      'custom-staff',
      'custom-staff~2',
    ])
  })
})

describe('a guard as it is written', () => {
  test('its examples name only what exists', () => {
    for (const example of guard.examples)
      expect(guard.review?.(read(example as object))).toEqual([])
  })

  test('a name that nobody knows is refused when written, yet a stored one stays readable', () => {
    const config = read({ detect: { pii: true }, detectors: { emial: 'mask' }, except: ['nope'] })
    expect(guard.review?.(config).map(({ pointer }) => pointer)).toEqual([
      '/config/detectors/emial',
      '/config/except/0',
    ])
  })

  test('a pattern that holds back too much is refused with the reason', () => {
    for (const [pattern, why] of [
      ['[A-Z]{50}', /50 characters; at most 42/],
      ['x[0-9]*', /no longest match/],
      ['a?', /empty/],
    ] as const) {
      const parsed = guard.parse({ custom: [{ id: 'a', pattern }] })
      if (!isMistaken(parsed)) throw new Error(`accepted ${pattern}`)
      expect(parsed[0]?.pointer).toBe('/config/custom/0/pattern')
      expect(parsed[0]?.says).toMatch(why)
    }
  })

  test('asking for the same rules again costs nothing: they are the same', () => {
    const config = read({ detect: { secrets: true } })
    expect(guardRules([config], 'request')).toBe(guardRules([config], 'request'))
  })
})

describe('a custom detector', () => {
  const compiled = () =>
    restrictCompiled(builtIn(), {
      keeps: (id) => id === 'email-address',
      adds: [
        customScanner({ id: 'a', kind: 'pii', entity: 'A', pattern: '[A-C]{2}-?\\d{1,3}(x|yz)?' }),
        customScanner({
          id: 'w',
          kind: 'pii',
          entity: 'W',
          words: ['ab c', 'b-1', 'ö ü', '1 2 3'],
        }),
      ],
    })
  const text = fc
    .array(
      fc.constantFrom(...'ABCabc123-xyzöü @.\n\\u200b', 'AB-12', 'ab c', 'a@b.example', '&#45;'),
      {
        maxLength: 40,
      },
    )
    .map((parts) => parts.join(''))

  function run(pieces: readonly string[]): { text: string; held: number } {
    const store = vault({ key: new Uint8Array(32), scope: '' })
    const filter = redactor(compiled(), () => 'replace', store)
    let held = 0
    let out = ''
    for (const piece of pieces) {
      out += filter.push(piece)
      held = Math.max(held, filter.held())
    }
    return { text: out + filter.end(), held }
  }

  test('finds the same however the text is cut, and finds nothing in what it wrote', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 7 }), (whole, size) => {
        const once = run([whole]).text
        const cut = run(whole.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [])
        expect(cut.text).toBe(once)
        expect(run([once]).text).toBe(once)
      }),
      { numRuns: 300 },
    )
  })

  test('holds back no more than the policy shows', () => {
    const config = read({ custom: [{ id: 'a', pattern: '[A-C]{2,40}' }] })
    const rules = guardRules([config], 'request')
    if (!rules) throw new Error('no rules')
    const store = vault({ key: new Uint8Array(32), scope: '' })
    const filter = redactor(rules.compiled, () => 'replace', store)
    let held = 0
    for (const piece of 'ABC '.repeat(50) + 'ABCABC'.repeat(40)) {
      filter.push(piece)
      held = Math.max(held, filter.held())
    }
    expect(held).toBeGreaterThan(30)
    expect(held).toBeLessThanOrEqual(rules.holdUnitsMax)
    expect(rules.holdUnitsMax).toBeLessThanOrEqual(128)
  })
})
