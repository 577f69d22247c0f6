import { describe, expect, test } from 'bun:test'
import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { DETECTORS } from '../../src/redaction/detectors/index.ts'
import { MASK, type Operator, strongest } from '../../src/redaction/operator.ts'
import { redactor } from '../../src/redaction/redact.ts'
import { restorer } from '../../src/redaction/restore.ts'
import { scan } from '../../src/redaction/scan.ts'
import { vault } from '../../src/redaction/vault.ts'

const compiled = compileDetectors(DETECTORS)
const KEY = new Uint8Array(32).fill(3)
const open = (scope = 'one') => vault({ key: KEY, scope })
const github = () => `ghp_${'aB3'.repeat(12)}`

function run(text: string, operator: Operator = 'replace', store = open()) {
  const filter = redactor(compiled, () => operator, store)
  const out = filter.push(text) + filter.end()
  return { out, filter, store }
}

describe('a redactor', () => {
  test('clean text in front of a value leaves at once', () => {
    const filter = redactor(compiled, () => 'replace', open())
    expect(filter.push('The answer is in the file. ')).toBe('The answer is in the file. ')
    expect(filter.push('Mail jo')).toBe('Mail ')
    expect(filter.push('@example.com')).toBe('')
    expect(filter.push(' now')).toMatch(/^\[SAFE_TO_USE:EMAIL_ADDRESS_[a-z]{8}\] $/)
  })

  test('a certain match is replaced before its end has come, and its tail is swallowed', () => {
    const filter = redactor(compiled, () => 'replace', open())
    const first = filter.push(`key sk-ant-api03-${'Zb9_'.repeat(15)}`)
    expect(first).toMatch(/^key \[SAFE_TO_USE:ANTHROPIC_API_KEY_[a-z]{8}\]$/)
    expect(filter.push('Zb9_'.repeat(500))).toBe('')
    expect(filter.held()).toBe(0)
    expect(filter.push(' end')).toBe(' ')
  })

  test('a private key goes whole, and what follows it stays', () => {
    const head = `-----BEGIN RSA ${'PRIVATE'} KEY-----`
    const text = `a\n${head}\n${'MIIEpQ+/'.repeat(60)}\n-----END RSA ${'PRIVATE'} KEY-----\nafter`
    expect(run(text).out).toMatch(/^a\n\[SAFE_TO_USE:PRIVATE_KEY_[a-z]{8}\]\nafter$/)
  })

  test('equal values get equal placeholders, different ones never', () => {
    const { out } = run('a@example.com b@example.com a@example.com')
    const [first, second, third] = out.split(' ')
    expect(first).toBe(third ?? '')
    expect(first).not.toBe(second ?? '')
  })

  test('values with one head and different tails keep apart, and both come back', () => {
    const head = `sk-ant-api03-${'Zb9_'.repeat(20)}`
    const text = `${head}AAAA ${head}BBBB ${head}AAAA`
    const { out, store } = run(text)
    const [first, second, third] = out.split(' ')
    expect(first).not.toBe(second ?? '')
    expect(first).toBe(third ?? '')
    const back = restorer(store)
    expect(back.push(out) + back.end()).toBe(text)
  })

  test('placeholders are stable within a scope and unlinkable across scopes', () => {
    const text = `token ${github()}`
    expect(run(text).out).toBe(run(text).out)
    expect(run(text, 'replace', open('two')).out).not.toBe(run(text).out)
  })

  test('each operator does what it says, and none but replace and block can be undone', () => {
    const text = 'to a@example.com!'
    expect(run(text, 'mask').out).toBe(`to ${MASK}!`)
    expect(run(text, 'drop').out).toBe('to !')
    expect(run(text, 'observe').out).toBe(text)
    expect(run(text, 'hash').out).toMatch(/^to \[HASHED:EMAIL_ADDRESS_[a-z]{8}\]!$/)
    expect(run(text, 'mask').store.size).toBe(0)
    const blocked = run(text, 'block')
    expect(blocked.filter.blocked()).toBe(true)
    expect(blocked.out).not.toContain('a@example.com')
    expect(strongest(['observe', 'hash', 'block', 'drop'])).toBe('block')
    expect(strongest(['mask', 'replace', 'drop'])).toBe('drop')
  })

  test('findings say where and what, never the value', () => {
    const { filter } = run(`x ${github()} y`)
    expect(filter.findings()).toEqual([
      { kind: 'secret', entity: 'GITHUB_PAT', detector: 'github-pat', start: 2, end: 42 },
    ])
    expect(JSON.stringify(filter.findings())).not.toContain('aB3')
  })

  test('look-alikes of placeholders stay, and are never restored to anything', () => {
    const text = 'keep [SAFE_TO_USE:GITHUB_PAT_abcdefgh] as it is'
    const { out, store } = run(text)
    expect(out).toBe(text)
    const back = restorer(store)
    expect(back.push(out) + back.end()).toBe(text)
    expect(back.unknown()).toBe(1)
  })

  test("another exchange's placeholder is never restored", () => {
    const mine = run('a@example.com')
    const back = restorer(open())
    expect(back.push(mine.out) + back.end()).toBe(mine.out)
  })

  test('a restored value is encoded for its slot, however the placeholder was cut', () => {
    const store = open()
    const placeholder = store.seal('NOTE', 'say "hi"\n')
    const back = restorer(store, (value) => JSON.stringify(value).slice(1, -1))
    let out = ''
    for (const unit of `{"a":"${placeholder}"}`) out += back.push(unit)
    expect(JSON.parse(out + back.end())).toEqual({ a: 'say "hi"\n' })
  })
})

describe('text that hides what it holds', () => {
  const token = github()
  const disguises: Record<string, string> = {
    'percent escapes': token.replace('_', '%5F'),
    'HTML escapes': token.replace('_', '&#95;'),
    'JSON escapes': token.replace('p', '\\u0070'),
    'zero-width characters': `${token.slice(0, 9)}\u200b${token.slice(9)}`,
    'soft hyphens': `${token.slice(0, 9)}\u00ad${token.slice(9)}`,
    'wide digits': token.replace('3', '３'),
    'look-alike letters': token.replace('p', 'р'),
    base64: Buffer.from(`KEY=${token}`).toString('base64'),
    hexadecimal: Buffer.from(token).toString('hex'),
    'spaces between': token.split('').join(' '),
    'a line wrap': `${token.slice(0, 20)}\\\n${token.slice(20)}`,
    'bold marks': `${token.slice(0, 20)}**${token.slice(20)}`,
    concatenation: `${token.slice(0, 20)}" + "${token.slice(20)}`,
  }
  for (const [name, text] of Object.entries(disguises))
    test(`${name} do not hide a token`, () => {
      expect(scan(compiled, `x ${text} y`).map((found) => found.entity)).toEqual(['GITHUB_PAT'])
    })

  test('escapes, brackets and scripts in front of a token do not hide it', () => {
    for (const before of [
      '\\n',
      '\\\\n',
      '\\t',
      '\\"',
      '(',
      '（',
      '中',
      '«',
      '=',
      '&',
      '>',
      '"',
      "'",
      '`',
      ',',
    ])
      expect(scan(compiled, `${before}${token}`)).toHaveLength(1)
  })
})

describe('bad input', () => {
  test('lone surrogates and unpaired escapes pass unchanged', () => {
    for (const text of [
      '\ud800',
      'a\udc00b',
      '\\',
      '%',
      '&#',
      '\\u00',
      '%4',
      '\ud83d',
      '\u200b',
      '\uffff',
    ])
      expect(run(text).out).toBe(text)
  })

  test('a stream that stops inside a match gives its rest', () => {
    const filter = redactor(compiled, () => 'replace', open())
    expect(filter.push('see ghp_abc') + filter.end()).toBe('see ghp_abc')
  })

  test('an endless token is swallowed up to a bound and never kept whole', () => {
    const { out, store } = run(`ghp_${'aB3'.repeat(40_000)}`)
    expect(out.length).toBeGreaterThan(1000)
    expect(store.open(out.slice(0, out.indexOf(']') + 1))?.length ?? 0).toBeLessThan(20_000)
  })
})
