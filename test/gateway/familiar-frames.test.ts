import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { AnswerReader } from '../../src/dialects/dialect.ts'
import { openReader } from '../../src/dialects/reader.ts'
import { openPipe } from '../../src/gateway/answer-pipe.ts'
import { protocols } from '../dialects/answer-frames.ts'

/** What leaves a pipe that was given `chunks`, and how many frames were recognized by their bytes. */
function piped(reader: AnswerReader, chunks: readonly Uint8Array[]) {
  const out: Uint8Array[] = []
  let recognized = 0
  const watched: AnswerReader = {
    ...reader,
    recognize(chunk, from) {
      const found = reader.recognize(chunk, from)
      if (found) recognized++
      return found
    },
  }
  const pipe = openPipe('sse', watched, (piece) => {
    out.push(typeof piece === 'string' ? Buffer.from(piece) : Uint8Array.from(piece))
  })
  for (const chunk of chunks) {
    // As a socket does it: the memory is used again after the call.
    const lent = Uint8Array.from(chunk)
    pipe.push(lent)
    lent.fill(0)
  }
  pipe.end()
  return { bytes: Buffer.concat(out).toString('latin1'), summary: reader.summary(), recognized }
}

function cutInto(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end))
}

const newline = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r')
const event = fc.constantFrom('', '', 'event: message', ': a comment', 'id: 7')
/** A byte that no UTF-8 text holds, in place of a letter. */
const broken = fc.constantFrom(undefined, undefined, undefined, 0xff, 0xc3)

const word = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '""',
    '"a"',
    '"\\u00e9"',
    '"\\n\\t\\"\\\\"',
    '" na\u00efve"',
    '"\\x"',
    '"a',
    '7',
    '12',
    '01',
  ),
)
const kindOfFrame = (frame: fc.Arbitrary<string>) => fc.tuple(frame, event, newline)

describe.each(protocols)('%s', (_, frame, shape) => {
  // A few kinds of frames in any order, each time with other words.
  const stream = fc
    .tuple(
      fc.array(kindOfFrame(frame), { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(fc.nat(2), word, broken), { minLength: 8, maxLength: 40 }),
    )
    .map(([kinds, frames]) =>
      Buffer.concat(
        frames.map(([which, text, byte]) => {
          const [like, name, end] = kinds[which % kinds.length] ?? ['', '', '\n']
          const data = like.replace(/"a"|" word"|"\u00e9\u{1f600}"|\b7\b/u, () => text)
          const lines = [...(name === '' ? [] : [name]), `data: ${data.replaceAll('\n', ' ')}`]
          const bytes = Buffer.from([...lines, '', ''].join(end))
          const letter = bytes.lastIndexOf('a')
          if (byte !== undefined && letter > 0) bytes[letter] = byte
          return bytes
        }),
      ),
    )

  test('frames recognized by their bytes leave and count as they do when they are read', () => {
    let recognized = 0
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 6 }), (bytes, cuts) => {
        const chunks = cutInto(bytes, cuts)
        const quick = piped(openReader(shape()), chunks)
        const careful = piped({ ...openReader(shape()), recognize: () => undefined }, chunks)
        expect(quick.bytes).toBe(careful.bytes)
        expect(quick.summary).toEqual(careful.summary)
        recognized += quick.recognized
      }),
      { numRuns: 500 },
    )
    expect(recognized).toBeGreaterThan(20)
  })
})
