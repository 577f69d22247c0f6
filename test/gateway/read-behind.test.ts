import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { openReader } from '../../src/dialects/reader.ts'
import { openPipe } from '../../src/gateway/answer-pipe.ts'
import { protocols } from '../dialects/answer-frames.ts'
import { cutInto, streamsOf } from './answer-streams.ts'

/** A pipe for an answer in which nothing is edited; `late` lets whole frames leave unread. */
function pipeOf(shape: Parameters<typeof openReader>[0], late: boolean) {
  const { edit: _, ...unedited } = shape
  const reader = openReader(unedited)
  const glanced: string[] = []
  const out: Uint8Array[] = []
  const watched: typeof reader = {
    ...reader,
    edits: !late,
    recognize: () => undefined,
    glance(data, event) {
      glanced.push(data)
      return reader.glance(data, event)
    },
  }
  const pipe = openPipe('sse', watched, (piece) => {
    out.push(typeof piece === 'string' ? Buffer.from(piece) : Uint8Array.from(piece))
  })
  return {
    /** As a socket does it: the memory is used again after the call. */
    push(chunk: Uint8Array) {
      const lent = Uint8Array.from(chunk)
      pipe.push(lent)
      lent.fill(0)
    },
    end: () => pipe.end(),
    left: () => Buffer.concat(out).toString('latin1'),
    seen: () => glanced.length,
    told: reader.summary,
    summary() {
      pipe.catchUp?.()
      return reader.summary()
    },
  }
}

describe.each(protocols)('%s', (_, frame, shape) => {
  test('chunks read behind leave at the same moment and count the same whenever somebody asks', () => {
    let behind = 0
    const asks = fc.array(fc.nat(11), { maxLength: 4 })
    const cuts = fc.array(fc.nat(), { maxLength: 12 })
    fc.assert(
      fc.property(streamsOf(frame), cuts, fc.boolean(), asks, (bytes, at, whole, asked) => {
        // Providers mostly send whole frames: half of the streams are cut there.
        const ends = whole
          ? [
              ...Buffer.from(bytes)
                .toString('latin1')
                .matchAll(/\n\r?\n/g),
            ]
          : []
        const frames = ends.map((end) => end.index + end[0].length)
        const chunks = cutInto(bytes, [...frames, ...(whole ? at.slice(0, 2) : at)])
        const late = pipeOf(shape(), true)
        const plain = pipeOf(shape(), false)
        for (const [index, chunk] of chunks.entries()) {
          late.push(chunk)
          plain.push(chunk)
          expect(late.left()).toBe(plain.left())
          behind = Math.max(behind, plain.seen() - late.seen())
          if (asked.includes(index)) expect(late.summary()).toEqual(plain.summary())
        }
        late.end()
        plain.end()
        expect(late.left()).toBe(plain.left())
        expect(late.told()).toEqual(plain.told())
        expect(late.seen()).toBe(plain.seen())
      }),
      { numRuns: 400 },
    )
    expect(behind).toBeGreaterThan(8)
  })
})

test('what is unread is bounded, however long the answer', () => {
  const [, , shape] = protocols[0] ?? []
  if (!shape) throw new Error('no protocol')
  const late = pipeOf(shape(), true)
  const plain = pipeOf(shape(), false)
  const chunk = Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n')
  for (let index = 0; index < 2000; index++) {
    late.push(chunk)
    plain.push(chunk)
    expect((plain.seen() - late.seen()) * chunk.length).toBeLessThanOrEqual(4096)
  }
})
