import { expect, test } from 'bun:test'
import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { sampleOf } from '../../src/redaction/automaton/sample.ts'
import { SECRETS } from '../../src/redaction/detectors/index.ts'
import { redactor } from '../../src/redaction/redact.ts'
import { scan } from '../../src/redaction/scan.ts'
import { vault } from '../../src/redaction/vault.ts'

const compiled = compileDetectors(SECRETS)
const head = `sk_live_${sampleOf('[A-Za-z0-9]{30}', 3)}`
const rest = `q7Zk${sampleOf('[A-Za-z0-9]{30}', 4)}B2`

function found(text: string): string[] {
  return scan(compiled, text).map(({ start, end }) => text.slice(start, end))
}

function inPieces(text: string, size: number): string {
  const filter = redactor(compiled, () => 'drop', vault({ key: new Uint8Array(32), scope: 'test' }))
  let out = ''
  for (let at = 0; at < text.length; at += size) out += filter.push(text.slice(at, at + size))
  return out + filter.end()
}

test('a token goes on over a concatenation that stands behind its verdict', () => {
  for (const join of ['" + "', '"+"', '" +\n  "', "' + '"])
    expect(found(`x = ${join[0]}${head}${join}${rest}${join[0]}`)).toEqual([head + join + rest])
})

test('a token goes on over a line wrap when the next line is a random run', () => {
  expect(found(`${head}\n${rest} end`)).toEqual([`${head}\n${rest}`])
})

test('what merely stands on the next line is not taken', () => {
  for (const next of ['Nothing was said about it', 'someCamelCaseIdentifierOfCode', 'a b', ''])
    expect(found(`${head}\n${next}`)).toEqual([head])
  expect(found(`f("${head}" + name)`)).toEqual([head])
  expect(found(`["${head}", "x"]`)).toEqual([head])
})

test('joins are taken alike at every cut', () => {
  for (const text of [`"${head}" + "${rest}"; a`, `${head}\n${rest}\nand`, `${head}\nwords here`]) {
    const whole = inPieces(text, text.length)
    for (let size = 1; size < 40; size++) expect(inPieces(text, size)).toBe(whole)
  }
})
