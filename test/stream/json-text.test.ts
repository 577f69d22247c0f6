import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { encodeLiteral } from '../../src/stream/json-literal.ts'
import { decodeLiteral, scanJson, stringLiterals } from '../../src/stream/json-text.ts'
import { applySplices } from '../../src/stream/splice.ts'

const DEPTH_MAX = 128

/** All strings of a value with their paths, by recursion: what the scanner must find in the text. */
function strings(value: unknown, path: (string | number)[] = []): [string, boolean, string][] {
  const at = path.join('/')
  if (typeof value === 'string') return [[at, false, value]]
  if (Array.isArray(value)) return value.flatMap((one, index) => strings(one, [...path, index]))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => [
    [[...path, key].join('/'), true, key] as [string, boolean, string],
    ...strings(one, [...path, key]),
  ])
}

describe('the scanner', () => {
  test('finds every string literal of any JSON, with its path', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const scan = stringLiterals(text, DEPTH_MAX)
        if (!scan.ok) throw new Error(`refused ${text}`)
        const found = scan.literals.map((one) => [
          one.path.join('/'),
          one.isKey,
          decodeLiteral(text.slice(one.start, one.end)),
        ])
        expect(found).toEqual(strings(JSON.parse(text)))
        expect(scan.duplicates).toBe(false)
      }),
    )
  })

  test('accepts exactly what JSON.parse accepts', () => {
    const piece = fc.constantFrom(
      ...['{', '}', '[', ']', ',', ':', '"a"', '"', '\\', '\\u00', '\\u00e9', '0', '1', '-', '.5'],
      ...['e3', 'E+2', 'true', 'null', 'tru', ' ', '\n', '\t', '\u0001', 'é', '\u2028', '01'],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
        const text = parts.join('')
        let valid = true
        try {
          JSON.parse(text)
        } catch {
          valid = false
        }
        expect(scanJson(text, DEPTH_MAX, {}).ok).toBe(valid)
      }),
      { numRuns: 5000 },
    )
    const lone = String.fromCharCode(0x22, 1, 0x22)
    for (const bad of ['', ' ', '{"a":1,}', '[1,]', '[,1]', '01', '"\\x"', '{"a" 1}', '1 2', lone])
      expect(scanJson(bad, DEPTH_MAX, {}).ok).toBe(false)
  })

  test('gives the extent of every other value', () => {
    const found: string[] = []
    const text = ' {"a": [1.0, {"b": null} ], "c": {} , "d":1e400}'
    scanJson(text, DEPTH_MAX, {
      value: (path, start, end) => found.push(`${path.join('/')}=${text.slice(start, end)}`),
    })
    expect(found).toEqual([
      'a/0=1.0',
      'a/1/b=null',
      'a/1={"b": null}',
      'a=[1.0, {"b": null} ]',
      'c={}',
      'd=1e400',
      `=${text.trim()}`,
    ])
  })

  test('sees duplicate keys through escapes', () => {
    const scan = stringLiterals('{"a":"x","\\u0061":"y"}', DEPTH_MAX)
    expect(scan).toMatchObject({ ok: true, duplicates: true })
  })

  test('says where nesting goes too deep, and does not overflow at any depth', () => {
    expect(scanJson('['.repeat(129), DEPTH_MAX, {})).toEqual({ ok: false, at: 128, why: 'depth' })
    expect(scanJson('[[]]', 2, {}).ok).toBe(true)
    const deep = '[{"a":'.repeat(200_000)
    expect(scanJson(deep, Number.POSITIVE_INFINITY, {})).toMatchObject({ ok: false, why: 'syntax' })
  })
})

describe('an edit of one string', () => {
  test('leaves numbers, key order, white space and other escapes as they were', () => {
    const text = '{ "b":1.0,"n":12345678901234567890123, "a" : "caf\\u00e9 \\/ secret" , "a2":1e5}'
    const scan = stringLiterals(text, DEPTH_MAX)
    if (!scan.ok) throw new Error('refused')
    const found = scan.literals.find((one) => one.path[0] === 'a' && !one.isKey)
    if (!found) throw new Error('not found')
    const original = text.slice(found.start, found.end)
    const edited = encodeLiteral(decodeLiteral(original).replace('secret', 'é/"'), original)
    const out = applySplices(text, [{ start: found.start, end: found.end, text: edited }])
    expect(out).toBe(text.replace('secret', '\\u00e9\\/\\"'))
  })

  test('decodes to the text asked for, whatever the style of the original', () => {
    const unit = fc.constantFrom(
      ...[
        'a',
        '<',
        '/',
        '"',
        '\\',
        '\n',
        '\u2028',
        'é',
        '😀',
        '\ud83d',
        '\ude00',
        '\u0000',
        '\u007f',
      ],
    )
    const text = fc.array(unit, { maxLength: 6 }).map((units) => units.join(''))
    const escaped = fc.array(fc.tuple(unit, fc.boolean()), { maxLength: 6 }).map((units) =>
      units
        .map(([one, hard]) => {
          const lone = one.length === 1 && one >= '\ud800' && one <= '\udfff'
          if (!hard && !lone) return JSON.stringify(one).slice(1, -1)
          return [...Array(one.length).keys()]
            .map((index) => `\\u${one.charCodeAt(index).toString(16).padStart(4, '0')}`)
            .join('')
        })
        .join(''),
    )
    fc.assert(
      fc.property(text, escaped, (wanted, original) => {
        const content = encodeLiteral(wanted, original)
        // What goes out is UTF-8, in which a raw lone surrogate would be lost.
        const wire = new TextDecoder().decode(new TextEncoder().encode(content))
        expect(decodeLiteral(wire)).toBe(wanted)
        expect(JSON.parse(`"${wire}"`)).toBe(wanted)
        expect(encodeLiteral(decodeLiteral(original), original)).toBe(original)
      }),
      { numRuns: 5000 },
    )
  })

  test('keeps to the escapes of the original and adds no others', () => {
    expect(encodeLiteral('<b>é', 'x')).toBe('<b>é')
    expect(encodeLiteral('<b>', 'a\\u003Cb')).toBe('\\u003Cb>')
    expect(encodeLiteral('ü!', '\\u00e9')).toBe('\\u00fc!')
    expect(encodeLiteral('\u2028', '')).toBe('\\u2028')
    expect(encodeLiteral('a\u2028b!', 'a\u2028b')).toBe('a\u2028b!')
  })
})

describe('splices', () => {
  test('that overlap or reach outside are refused', () => {
    const at = (start: number, end: number) => ({ start, end, text: '' })
    expect(() => applySplices('abc', [at(0, 2), at(1, 3)])).toThrow(RangeError)
    expect(() => applySplices('abc', [at(2, 1)])).toThrow(RangeError)
    expect(() => applySplices('abc', [at(2, 4)])).toThrow(RangeError)
  })
})
