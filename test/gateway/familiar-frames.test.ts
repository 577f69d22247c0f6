import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { AnswerReader } from '../../src/dialects/dialect.ts'
import { openReader } from '../../src/dialects/reader.ts'
import { openPipe } from '../../src/gateway/answer-pipe.ts'
import { protocols } from '../dialects/answer-frames.ts'
import { cutInto, streamsOf } from './answer-streams.ts'

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

describe.each(protocols)('%s', (_, frame, shape) => {
  const stream = streamsOf(frame)

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
