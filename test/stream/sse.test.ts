import { describe, expect, test } from 'bun:test'
import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { Failure } from '../../src/base/failure.ts'
import { readSse, type SseFrame, spliceSse, sseFramer, writeSse } from '../../src/stream/sse.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const bounds = { frameBytesMax: 1024 }

/** Frames of `chunks`, each copied out at once, as a relay that keeps nothing would see them. */
function frame(chunks: Uint8Array[], frameBytesMax = bounds.frameBytesMax): SseFrame[] {
  const frames: SseFrame[] = []
  const framer = sseFramer({ frameBytesMax }, (found) =>
    frames.push({ ...found, bytes: found.bytes.slice() }),
  )
  for (const chunk of chunks) framer.push(chunk)
  framer.end()
  expect(framer.held()).toBe(0)
  return frames
}

function cut(bytes: Uint8Array, at: number[]): Uint8Array[] {
  const cuts = [...at, bytes.length].sort((a, b) => a - b)
  let from = 0
  return cuts.map((to) => {
    const piece = bytes.slice(from, to)
    from = to
    return piece
  })
}

const texts = (frames: SseFrame[]): string[] => frames.map((found) => decoder.decode(found.bytes))

/** Pieces that streams are made of, hostile ones included. */
const stream = fc
  .array(
    fc.constantFrom(
      'data: ',
      'data: ',
      'event: a\n',
      'event: a\r\n',
      'data:',
      'data',
      'event: x',
      'event:',
      ': comment',
      'retry: 5',
      'id: 1',
      '{"a":"é😀"}',
      '\u2028',
      ' ',
      ':',
      '\ufeff',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      '\r\n\r\n',
      '\r\r',
    ),
    { maxLength: 24 },
  )
  .map((parts) => encoder.encode(parts.join('')))

describe('the frames of a stream', () => {
  test('together are the stream, whatever it holds and however it is cut', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(60), { maxLength: 6 }), (bytes, at) => {
        const cuts = at.map((position) => Math.min(position, bytes.length))
        const whole = frame([bytes])
        expect(texts(whole).join('')).toBe(decoder.decode(bytes))
        expect(texts(frame(cut(bytes, cuts)))).toEqual(texts(whole))
      }),
      { numRuns: 2000 },
    )
  })

  test('mean what the reference parser reads', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const expected: { event: string | undefined; data: string }[] = []
        const parser = createParser({
          onEvent: ({ event, data }) => expected.push({ event, data }),
        })
        parser.feed(decoder.decode(bytes))
        const found = frame([bytes])
          .filter((one) => one.terminated)
          .map(readSse)
          .flatMap(({ event, data }) =>
            data === undefined ? [] : [{ event: event || undefined, data }],
          )
        expect(found).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })

  test('come at once: a complete frame never waits for the next chunk', () => {
    for (const text of ['data: a\n\n', 'data: a\r\n\r\n', 'data: a\r\r', ': ping\n\n', '\n']) {
      const seen: string[] = []
      sseFramer(bounds, (one) => seen.push(decoder.decode(one.bytes))).push(encoder.encode(text))
      expect(seen).toEqual([text])
    }
  })

  test('are views of the chunk when they lie whole in it', () => {
    const chunk = encoder.encode('data: a\n\ndata: b\n\n')
    const buffers: ArrayBufferLike[] = []
    sseFramer(bounds, (one) => buffers.push(one.bytes.buffer)).push(chunk)
    expect(buffers).toEqual([chunk.buffer, chunk.buffer])
  })

  test('do not change when later chunks come', () => {
    const kept: SseFrame[] = []
    const framer = sseFramer(bounds, (one) => kept.push(one))
    for (const part of ['data: a', '\n\ndata: b', '\n\ndata: c\n', '\n']) {
      framer.push(encoder.encode(part))
    }
    expect(texts(kept)).toEqual(['data: a\n\n', 'data: b\n\n', 'data: c\n\n'])
  })

  test('a missing last blank line gives an unterminated frame whose data can be read', () => {
    const frames = frame([encoder.encode('data: a\n\ndata: [DONE]')])
    expect(frames.map((one) => one.terminated)).toEqual([true, false])
    expect(frames.map((one) => readSse(one).data)).toEqual(['a', '[DONE]'])
  })

  test('an unterminated frame never swallows half a line', () => {
    for (const [text, data] of [
      ['data: a\nd', 'a'],
      ['event: x\r\ndata: a\r\nx', 'a'],
      ['data: a\r\n\r', 'a'],
    ] as const) {
      const [, found] = frame([encoder.encode(`: first\n\n${text}`)])
      expect(found && readSse(found).data).toBe(data)
    }
  })

  test('a giant line is a broken provider, whether it comes at once or in pieces', () => {
    const giant = encoder.encode(`data: ${'x'.repeat(3000)}`)
    const pieces = cut(
      giant,
      Array.from({ length: 300 }, (_, index) => index * 10),
    )
    for (const chunks of [[giant], pieces, [encoder.encode(`data: ${'x'.repeat(3000)}\n\n`)]]) {
      expect(() => frame(chunks)).toThrow(Failure)
    }
  })
})

describe('an edit inside a frame', () => {
  const read = (text: string) =>
    readSse({ bytes: encoder.encode(text), first: true, terminated: true })

  test('leaves every byte outside the splice', () => {
    const text = '\ufeff: note\r\nid: 7\r\nevent: delta\r\ndata:{"a":"secret"}\r\nretry: 1\r\n\r\n'
    const out = spliceSse(read(text), [{ start: 6, end: 12, text: '***' }])
    expect(out).toBe(text.replace('secret', '***'))
  })

  test('reads back as the spliced data, also over several data lines', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'bc', '', 'éß'), { minLength: 1, maxLength: 4 }),
        fc.nat(12),
        fc.nat(12),
        fc.constantFrom('', 'Z', 'two\nlines'),
        (lines, from, to, text) => {
          const source = read(`${lines.map((line) => `data: ${line}\n`).join('')}\n`)
          const data = source.data ?? ''
          const start = Math.min(from, data.length)
          const end = Math.min(Math.max(from, to), data.length)
          const out = read(spliceSse(source, [{ start, end, text }]))
          expect(out.data).toBe(data.slice(0, start) + text + data.slice(end))
        },
      ),
    )
  })

  test('a frame of our own reads back as what was written', () => {
    for (const newline of ['\n', '\r\n'] as const) {
      const out = read(writeSse({ event: 'error', data: '{"a":\n1}' }, newline))
      expect(out).toMatchObject({ event: 'error', data: '{"a":\n1}', newline })
    }
  })
})
