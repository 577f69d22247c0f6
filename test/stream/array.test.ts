import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { Failure } from '../../src/base/failure.ts'
import { type ArrayPiece, jsonArrayFramer } from '../../src/stream/array.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

function pieces(chunks: Uint8Array[], frameBytesMax = 4096): ArrayPiece[] {
  const found: ArrayPiece[] = []
  const framer = jsonArrayFramer({ frameBytesMax }, (piece) =>
    found.push({ ...piece, bytes: piece.bytes.slice() }),
  )
  for (const chunk of chunks) framer.push(chunk)
  framer.end()
  return found
}

const elements = (found: ArrayPiece[]): string[] =>
  found.filter((piece) => piece.element).map((piece) => decoder.decode(piece.bytes))

const whole = (found: ArrayPiece[]): string =>
  decoder.decode(Buffer.concat(found.map((piece) => piece.bytes)))

describe('a streamed JSON array', () => {
  test('gives the same elements and the same bytes at every cut', () => {
    const element = fc.oneof(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
      fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 3 }),
    )
    const hard = fc.constantFrom('{"a":"\\"}],{"}', '{"b":"\\\\"}', '{"c":["]",{"d":"}"}]}', '[]')
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            element.map((value) => JSON.stringify(value)),
            hard,
          ),
          { maxLength: 4 },
        ),
        fc.constantFrom(',', ',\r\n', '\n,\r\n'),
        (parts, separator) => {
          const text = `[${parts.join(separator)}\n]\n`
          const bytes = encoder.encode(text)
          for (let at = 0; at <= bytes.length; at++) {
            const found = pieces([bytes.slice(0, at), bytes.slice(at)])
            expect(elements(found)).toEqual(parts)
            expect(whole(found)).toBe(text)
          }
          const single = pieces([...bytes].map((byte) => Uint8Array.of(byte)))
          expect(elements(single)).toEqual(parts)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('gives an element the moment it is whole, and what stands between with the next', () => {
    const seen: [string, boolean][] = []
    const framer = jsonArrayFramer({ frameBytesMax: 64 }, ({ bytes, element }) =>
      seen.push([decoder.decode(bytes), element]),
    )
    framer.push(encoder.encode('[{"a":1}'))
    framer.push(encoder.encode('\n,\r\n'))
    framer.push(encoder.encode('{"b":'))
    expect(seen).toEqual([
      ['[', false],
      ['{"a":1}', true],
    ])
    expect(framer.held()).toBe(9)
    framer.end()
    expect(seen.slice(2)).toEqual([
      ['\n,\r\n', false],
      ['{"b":', false],
    ])
  })

  test('gives the closing bracket at once', () => {
    const seen: string[] = []
    const framer = jsonArrayFramer({ frameBytesMax: 64 }, ({ bytes }) =>
      seen.push(decoder.decode(bytes)),
    )
    for (const part of ['[', '{"a":1}', '\n', ']', '\n']) framer.push(encoder.encode(part))
    expect(seen).toEqual(['[', '{"a":1}', '\n]', '\n'])
    expect(framer.held()).toBe(0)
  })

  test('marks bytes that belong to no array', () => {
    const broken = (text: string) =>
      pieces([encoder.encode(text)])
        .filter((piece) => piece.broken)
        .map((piece) => decoder.decode(piece.bytes))
    expect(broken('[{"a":1},\r\n{"b":2}]\n')).toEqual([])
    expect(broken('[{"a":1},{"b":')).toEqual(['{"b":'])
    expect(broken('<html>no</html>')).toEqual(['<html>no</html>'])
    expect(broken('["text",{"a":1}]')).toEqual(['["text",'])
  })

  test('an error object where a list was due is one element', () => {
    const found = pieces([encoder.encode('{"error":{"code":429}}\n')])
    expect(elements(found)).toEqual(['{"error":{"code":429}}'])
  })

  test('a giant element is a broken provider', () => {
    const giant = encoder.encode(`[{"a":"${'x'.repeat(5000)}`)
    expect(() => pieces([giant])).toThrow(Failure)
    expect(() => pieces([encoder.encode(`[{"a":"${'x'.repeat(5000)}"}]`)])).toThrow(Failure)
  })
})
