import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { jsonNesting } from '../../src/stream/json-nesting.ts'

/** How deep the text stands behind these pieces. */
function depthBehind(...pieces: string[]): number {
  const nesting = jsonNesting()
  for (const piece of pieces) nesting.pass(piece)
  return nesting.depth()
}

test('a text that is no JSON has no depth, whatever it quotes', () => {
  for (const text of ['He said "', '[a] "link"(b "', '{a "', '"', ' \\"{"', '[SAFE] "', '{{"'])
    expect(depthBehind(text)).toBe(0)
})

test('what only begins with brackets is no JSON, by itself and in an argument of a tool', () => {
  for (const text of [
    '[1] He said "',
    '[1], "',
    '[-] "',
    '[note] "',
    '[tool.x]\nname = "',
    '[[bin]]\nname = "',
    '[true] "',
    '{} "',
    `[${'1,'.repeat(40)}"`,
  ]) {
    expect(depthBehind(text)).toBe(0)
    expect(depthBehind(`{"content":${JSON.stringify(text).slice(0, -1)}`)).toBe(1)
  }
  for (const text of ['[1, -2.5e3,true ,null,[ ],{}, ["', '[{},\n{"', '[[\n"', '[false,"']) {
    expect(depthBehind(text)).toBe(1)
    expect(depthBehind(`{"content":${JSON.stringify(text).slice(0, -1)}`)).toBe(2)
  }
})

test('strings that hold JSON are counted, other quotes in them are not', () => {
  expect(depthBehind('{"a":"')).toBe(1)
  expect(depthBehind(' [1, {"a":["x","')).toBe(1)
  expect(depthBehind('{"a":"x"')).toBe(0)
  expect(depthBehind('{"cmd":"echo \\"')).toBe(1)
  expect(depthBehind('{"path":"C:\\\\","b":"')).toBe(1)
  expect(depthBehind('{"a":"{\\"b\\":\\"')).toBe(2)
  expect(depthBehind('{"a":"\\n [{\\"b\\":\\"x\\\\\\"y')).toBe(2)
  expect(depthBehind('{"a":"{\\"b\\":\\"{\\\\\\"c\\\\\\":\\\\\\"')).toBe(3)
  expect(depthBehind('{"a":"{\\"b\\":1}","c":"')).toBe(1)
})

test('JSON in JSON deeper than any real one is not followed further', () => {
  let value = '{"here":"'
  for (let level = 0; level < 11; level++) value = `{"inner":${JSON.stringify(value).slice(0, -1)}`
  expect(depthBehind(value)).toBe(8)
})

test('the depth is that of the JSON written, however the text is cut', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 4 }),
      fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '{', ' ') }),
      fc.array(fc.nat(), { maxLength: 6 }),
      (depth, text, cuts) => {
        let value: unknown = { text: `x${text}`, here: 'HERE' }
        for (let level = 0; level < depth; level++)
          value = { before: `y${text}`, inner: JSON.stringify(value) }
        const front = JSON.stringify(value).split('HERE')[0] ?? ''
        const at = [...new Set(cuts.map((cut) => cut % (front.length + 1)))].sort((a, b) => a - b)
        const pieces = [...at, front.length].map((end, index) =>
          front.slice(at[index - 1] ?? 0, end),
        )
        expect(depthBehind(...pieces)).toBe(depth + 1)
      },
    ),
  )
})
