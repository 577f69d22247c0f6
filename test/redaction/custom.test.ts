import { describe, expect, test } from 'bun:test'
import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { compileShape } from '../../src/redaction/automaton/shape.ts'
import { type CustomRule, customScanner } from '../../src/redaction/custom-scanner.ts'
import { scan } from '../../src/redaction/scan.ts'

const rule = (more: Partial<CustomRule>): CustomRule => ({
  id: 'mine',
  entity: 'MINE',
  kind: 'pii',
  ...more,
})

function found(more: Partial<CustomRule>, text: string): string[] {
  const compiled = compileDetectors([customScanner(rule(more))])
  return scan(compiled, text).map(({ start, end }) => text.slice(start, end))
}

describe('a detector of a user', () => {
  test('finds its pattern as whole words', () => {
    expect(found({ pattern: 'EMP-\\d{6}' }, 'EMP-123456, XEMP-123456 EMP-1234567')).toEqual([
      'EMP-123456',
    ])
    expect(found({ pattern: '(?:A|B)[0-9]{3,5}' }, 'A123 b123 B12345.')).toEqual(['A123', 'B12345'])
  })

  test('finds words without regard to case', () => {
    expect(found({ words: ['Project Heron', 'acme'] }, 'PROJECT HERON at Acme, acmes')).toEqual([
      'PROJECT HERON',
      'Acme',
    ])
  })

  const refused: [string, Partial<CustomRule>, RegExp][] = [
    ['an unbounded pattern', { pattern: 'a+' }, /no longest match/],
    ['a pattern longer than may be held', { pattern: '[a-z]{90}' }, /at most 42/],
    ['a pattern that matches nothing', { pattern: 'a*' }, /empty text/],
    ['a lazy count', { pattern: 'a{1,3}?b' }, /lazy/],
    ['a back reference', { pattern: '(a)\\1' }, /not supported/],
    ['look-around', { pattern: '(?=a)b' }, /not supported/],
    ['an unclosed group', { pattern: '(a' }, /not closed/],
    ['a nested bomb', { pattern: `${'('.repeat(50)}a` }, /nested/],
    ['a huge count', { pattern: '(a{500}){500}' }, /too large|supported|at most/],
    ['an empty word', { words: [' '] }, /empty/],
    ['a word longer than may be held', { words: ['a'.repeat(43)] }, /more than 42/],
  ]
  for (const [name, more, why] of refused)
    test(`${name} is refused with the reason`, () => {
      expect(() => customScanner(rule(more))).toThrow(why)
    })

  test('a pattern made to explode costs one step a unit', () => {
    const shape = compileShape('(a|a|aa|b?a){1,30}c')
    let reads = 0
    const text = 'a'.repeat(500)
    shape.longest((index) => {
      reads++
      return index < text.length ? text.charCodeAt(index) : -1
    })
    expect(reads).toBeLessThanOrEqual(text.length + 1)
  })
})
