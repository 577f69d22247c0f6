import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { chatAnswer } from '../../src/dialects/openai-chat-answer.ts'
import { openReader } from '../../src/dialects/reader.ts'
import { ask, protocols } from './answer-frames.ts'

describe.each(protocols)('%s', (_, frame, shape) => {
  test('a frame read by likeness says exactly what parsing it says', () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 4, maxLength: 30 }), (frames) => {
        const quick = openReader(shape())
        const careful = openReader(shape(), false)
        for (const data of frames) {
          expect(pieces(quick.read(data, undefined))).toEqual(pieces(careful.read(data, undefined)))
        }
        expect(quick.summary()).toEqual(careful.summary())
      }),
      { numRuns: 200 },
    )
  })

  test('and so does one glanced at', () => {
    fc.assert(
      fc.property(fc.array(frame.filter(isJson), { minLength: 4, maxLength: 30 }), (frames) => {
        const quick = openReader(shape())
        const careful = openReader(shape(), false)
        for (const data of frames) {
          expect(quick.glance(data, undefined)).toEqual(careful.glance(data, undefined))
        }
        expect(quick.summary()).toEqual(careful.summary())
      }),
      { numRuns: 200 },
    )
  })
})

test('an empty piece teaches nothing about a full one, which ends the slots before it', () => {
  const frame = (delta: string) =>
    `{"id":"c","model":"m","choices":[{"index":0,"delta":${delta},"finish_reason":null}]}`
  const reader = openReader(chatAnswer({ ...ask, usageAsked: true }))
  for (const delta of ['{"content":""}', '{"reasoning_content":"a"}', '{"content":""}'])
    expect(reader.read(frame(delta), undefined).closes).toEqual([])
  const { closes } = reader.read(frame('{"content":"b"}'), undefined)
  expect(closes).toEqual(['choice:0/reasoning_content'])
})

/** A reading without what only the reader's own parts use. */
function pieces(reading: ReturnType<ReturnType<typeof openReader>['read']>) {
  const slots = reading.slots.map(({ slot, start, end, kind, whole, last }) => ({
    ...{ slot, start, end, kind, whole, last },
  }))
  return { ...reading, slots }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
