import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { textUnits } from '../../src/dialects/text-units.ts'
import { readUsage } from '../../src/dialects/usage-rows.ts'

describe('counting text without parsing', () => {
  test('equals the length of the parsed texts, whatever they hold', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', 'é', '😀', '"text":"') })
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), fc.constantFrom(0, 1), (texts, indent) => {
        const data = JSON.stringify(
          { parts: texts.map((one) => ({ text: one, other: one })) },
          null,
          indent,
        )
        expect(textUnits(data, ['text'])).toBe(texts.reduce((sum, one) => sum + one.length, 0))
      }),
    )
  })

  test('survives text that ends anywhere', () => {
    const data = '{"text":"a\\u00e9\\"b"}'
    for (let end = 0; end <= data.length; end++) textUnits(data.slice(0, end), ['text'])
    expect(textUnits(data, ['text'])).toBe(4)
  })
})

describe('usage', () => {
  const rows = {
    inputTokens: [['a'], ['b', 'c']],
    outputTokens: [['o']],
    cacheReadTokens: [['b', 'c']],
  }

  test('is the sum of its places, zero parts left out', () => {
    expect(readUsage({ a: 1, b: { c: 2 }, o: 0 }, rows)).toEqual({
      usage: { inputTokens: 3, outputTokens: 0, cacheReadTokens: 2 },
      suspect: false,
    })
    expect(readUsage({ a: 1, b: null }, rows)?.usage).toEqual({ inputTokens: 1, outputTokens: 0 })
    expect(readUsage(null, rows)).toBeUndefined()
    expect(readUsage([], rows)).toBeUndefined()
  })

  test.each([
    ['negative', { a: -1 }],
    ['negative hidden in a sum', { a: 10, b: { c: -1 } }],
    ['a fraction', { a: 1.5 }],
    ['text', { a: '12' }],
    ['infinite', { a: JSON.parse('1e400') }],
    ['beyond any model', { a: 2_000_000_000_000 }],
  ])('that is %s is suspect', (_, raw) => {
    expect(readUsage(raw, rows)?.suspect).toBe(true)
  })
})
