import { describe, expect, test } from 'bun:test'
import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { compileShape } from '../../src/redaction/automaton/shape.ts'
import { type CustomSpec, customDetector } from '../../src/redaction/custom.ts'
import { scan } from '../../src/redaction/scan.ts'

const spec = (more: Partial<CustomSpec>): CustomSpec => ({
  id: 'mine',
  entity: 'MINE',
  kind: 'pii',
  ...more,
})

function found(more: Partial<CustomSpec>, text: string): string[] {
  const compiled = compileDetectors([customDetector(spec(more))])
  return scan(compiled, text).map(({ start, end }) => text.slice(start, end))
}

describe('a detector of a user', () => {
  test('finds its pattern as whole words', () => {
    expect(found({ pattern: 'EMP-\\d{6}' }, 'EMP-123456, XEMP-123456 EMP-1234567')).toEqual([
      'EMP-123456',
    ])
    expect(found({ pattern: '(?:A|B)[0-9]{3,5}' }, 'A123 b123 B12345.')).toEqual(['A123', 'B12345'])
  })

  test('finds words without regard to case, and leaves what is allowed', () => {
    expect(found({ words: ['Project Heron', 'acme'] }, 'PROJECT HERON at Acme, acmes')).toEqual([
      'PROJECT HERON',
      'Acme',
    ])
    expect(found({ words: ['acme'], allow: ['Acme'] }, 'acme Acme')).toEqual(['acme'])
  })

  const refused: [string, Partial<CustomSpec>, RegExp][] = [
    ['an unbounded pattern', { pattern: 'a+' }, /without end/],
    ['a pattern longer than may be held', { pattern: '[a-z]{90}' }, /at most 63/],
    ['a pattern that matches nothing', { pattern: 'a*' }, /empty text/],
    ['a back reference', { pattern: '(a)\\1' }, /not supported/],
    ['look-around', { pattern: '(?=a)b' }, /not supported/],
    ['an unclosed group', { pattern: '(a' }, /not closed/],
    ['a nested bomb', { pattern: '('.repeat(50) + 'a' }, /nested/],
    ['a huge count', { pattern: '(a{500}){500}' }, /too large|supported|at most/],
    ['both a pattern and words', { pattern: 'a', words: ['b'] }, /either/],
    ['a strange entity', { pattern: 'abc', entity: 'a b' }, /entity/],
  ]
  for (const [name, more, why] of refused)
    test(`${name} is refused with the reason`, () => {
      expect(() => customDetector(spec(more))).toThrow(why)
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
