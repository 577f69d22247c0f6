import { describe, expect, test } from 'bun:test'
import { Failure } from '../../src/base/failure.ts'
import type { Refusal } from '../../src/dialects/dialect.ts'
import { dialectFor } from '../../src/dialects/index.ts'
import { openPipe } from '../../src/gateway/answer-pipe.ts'
import { type AnswerFilters, filterWhole, openFilterPipe } from '../../src/gateway/filter-pipe.ts'
import { loadFixtures } from './fixtures.ts'

const refusal: Refusal = {
  status: 502,
  code: 'upstream_broke',
  kind: 'upstream',
  says: 'The provider broke off its answer.',
  details: undefined,
  requestId: 'r',
}
/** Filters that change nothing. */
const idle: AnswerFilters = {
  openFilter: () => ({ push: (text) => text, end: () => '', held: () => 0 }),
  check() {},
}

const streams = loadFixtures().filter((fixture) => fixture.framing !== 'json')

/** What the caller gets when the provider's connection closes cleanly after `bytes`. */
function closedAfter(fixture: (typeof streams)[number], bytes: Uint8Array, filtered: boolean) {
  const { prefix, method, path, query } = fixture.route
  const dialect = dialectFor(prefix, method, path, query)?.dialect
  if (!dialect) throw new Error(fixture.name)
  const reader = dialect.openAnswer(dialect.readAsk(fixture.request, path, query))
  const out: Uint8Array[] = []
  const write = (piece: Uint8Array | string): void => {
    out.push(typeof piece === 'string' ? Buffer.from(piece) : piece.slice())
  }
  const pipe = filtered
    ? openFilterPipe(fixture.framing, reader, idle, write)
    : openPipe(fixture.framing, reader, write)
  pipe.push(bytes)
  pipe.end()
  const { complete, error } = reader.summary()
  const whole = complete || error !== undefined
  if (!whole) write(dialect.breakOff(refusal, fixture.framing))
  return { whole, text: Buffer.concat(out).toString() }
}

describe.each(streams.map((fixture) => [fixture.name, fixture] as const))('%s', (_, fixture) => {
  test('cut off anywhere ends whole or with an error that can be read', () => {
    const { length } = fixture.upstream
    // An odd step lands in every part of lines, values and separators.
    const step = Math.max(3, Math.ceil(length / 60) | 1)
    for (let cut = 1; cut < length; cut += step) {
      for (const filtered of [false, true]) {
        const { whole, text } = closedAfter(fixture, fixture.upstream.slice(0, cut), filtered)
        if (whole) continue
        if (fixture.framing === 'array') {
          // A list of which nothing was sent cannot be continued: what comes of it is no JSON.
          if (text.startsWith('[')) expect(JSON.parse(text).at(-1).error).toBeObject()
          else expect(() => JSON.parse(text)).toThrow()
          continue
        }
        const lines = text.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:'))
        for (const line of lines) JSON.parse(line.slice(5))
        expect(lines.at(-1)).toContain('The provider broke off its answer.')
      }
    }
  })
})

test('a body that filters cannot look into is never passed on', () => {
  const dialect = dialectFor(
    'openai',
    'POST',
    '/v1/chat/completions',
    new URLSearchParams(),
  )?.dialect
  const ask = dialect?.readAsk({}, '', new URLSearchParams())
  if (!dialect || !ask) throw new Error('no dialect')
  for (const body of ['{"choices":[{"message":{"content":"half', 'words', '["a"]'])
    expect(() => filterWhole(Buffer.from(body), dialect.openAnswer(ask), idle)).toThrow(Failure)
})
