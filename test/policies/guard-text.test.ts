import { expect, test } from 'bun:test'
import { guardHoldUnitsMax } from '../../src/policies/guard-rules.ts'
import { guardText, readGuard, tryOutRules } from '../../src/policies/guard-text.ts'
import { KINDS } from '../../src/policies/kinds/index.ts'
import type { Guard } from '../../src/policies/policy.ts'

const KEY = new Uint8Array(32).fill(3)

function guardOf(config: unknown): Guard {
  const read = readGuard(config)
  if ('kind' in read) return read
  throw new Error(JSON.stringify(read))
}

function through(config: unknown, text: string, size = text.length) {
  const opened = guardText(tryOutRules(guardOf(config)), KEY)
  let out = ''
  for (let at = 0; at < text.length; at += size) out += opened.push(text.slice(at, at + size))
  return { out: out + opened.end(), findings: opened.findings(), blocked: opened.blocked() }
}

test('places of findings are those of the text as it came, with allowed values around them', () => {
  const text = 'Acme Ltd told ann@example.com that acme ltd, not bob@example.com, pays.'
  const config = {
    detect: { pii: true },
    except: ['names'],
    custom: [{ id: 'firm', allow: ['Acme Ltd'] }],
  }
  for (const size of [text.length, 1, 7]) {
    const { out, findings } = through(config, text, size)
    expect(findings.map(({ start, end }) => text.slice(start, end))).toEqual([
      'ann@example.com',
      'bob@example.com',
    ])
    expect(out).toStartWith('Acme Ltd told [SAFE_TO_USE:EMAIL_ADDRESS_')
    expect(out).toContain('that acme ltd, not [SAFE_TO_USE:')
  }
})

test('what a guard leaves out is neither found nor changed', () => {
  const text = 'Mail ann@example.com from 8.69.237.21'
  const { out, findings } = through({ detectors: { IP_ADDRESS: 'drop' } }, text)
  expect(out).toBe('Mail ann@example.com from ')
  expect(findings.map(({ entity }) => entity)).toEqual(['IP_ADDRESS'])
})

test('a blocking guard says so', () => {
  const config = { detect: { pii: true }, operator: 'block' }
  expect(through(config, 'ann@example.com').blocked).toBe(true)
  expect(through(config, 'nobody').blocked).toBe(false)
})

test('the bound shown without compiling is the bound of the compiled rules', () => {
  const configs = [
    ...KINDS.guard.examples,
    { detect: { secrets: true } },
    { detect: { pii: true }, except: ['names'] },
    { detect: { secrets: true }, custom: [{ id: 'own', pattern: 'EMP-[0-9]{6,38}' }] },
    { detect: { pii: true }, custom: [{ id: 'ours', allow: ['a very long allowed value'] }] },
  ]
  for (const config of configs) {
    const policy = guardOf(config)
    expect(guardHoldUnitsMax(policy)).toBe(tryOutRules(policy).holdUnitsMax)
  }
})

test('mistakes of a config come with the place of each', () => {
  expect(readGuard({ detect: { pii: true }, except: ['no-such'] })).toEqual([
    { pointer: '/config/except/0', says: 'is no detector and no entity' },
  ])
})
