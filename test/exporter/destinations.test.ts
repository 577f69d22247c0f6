import { describe, expect, test } from 'bun:test'
import { exchangeFromJson } from '../../src/base/exchange-json.ts'
import { DestinationsError, readDestinations } from '../../src/exporter/destinations.ts'
import { sinkFor } from '../../src/exporter/sinks/index.ts'
import { someEvent } from '../support/nats.ts'
import { testWorld } from '../support/world.ts'

const world = testWorld()

describe('the list of destinations', () => {
  test('tells every mistake at once', () => {
    const list = [
      { type: 'pigeon' },
      { type: 'otlp' },
      { type: 'langsmith', api_key: '$NOT_SET' },
      { type: 'webhook', name: 'UPPER', endpoint: 'ftp://x' },
      { type: 'stdout', colour: 'red' },
      { type: 'stdout', since: 'yesterday' },
    ]
    let message = ''
    try {
      readDestinations(JSON.stringify(list), {})
    } catch (cause) {
      if (cause instanceof DestinationsError) message = cause.message
    }
    for (const part of [
      '[0] (pigeon): type must be one of',
      '[1] (otlp): endpoint is missing',
      '[2] (langsmith): $NOT_SET is not set',
      '[3] (UPPER): name must be',
      '[3] (UPPER): endpoint must be an http(s) URL',
      '[4] (stdout): unknown field colour',
      '[5] (stdout): since must be a date',
      'stdout: this name is there twice',
    ])
      expect(message).toContain(part)
  })

  test('what is no list is refused', () => {
    expect(() => readDestinations('{}', {})).toThrow('must be a JSON list')
    expect(() => readDestinations('nonsense', {})).toThrow('not JSON')
  })

  test('shows no key when it is printed', () => {
    const value = `fake-${'z'.repeat(12)}`
    const list = readDestinations(
      JSON.stringify([{ type: 'langsmith', api_key: value, headers: { 'x-more': value } }]),
      {},
    )
    expect(JSON.stringify(list)).not.toContain(value)
    expect(Bun.inspect(list)).not.toContain(value)
  })

  test('with `since` it has a cursor of its own that begins there', () => {
    const since = '2026-11-22T10:00:00Z'
    const [now, then] = readDestinations(
      JSON.stringify([{ type: 'stdout' }, { type: 'stdout', name: 'again', since }]),
      {},
    ).map((each) => sinkFor(each, { world, fetch, write: async () => {} }))
    expect(now?.name).toBe('stdout')
    expect(then).toMatchObject({ name: 'again-since-1795341600', sinceMs: Date.parse(since) })
  })
})

describe('the simple sinks', () => {
  test('stdout writes one line per call that reads back as the event', async () => {
    const lines: string[] = []
    const [destination] = readDestinations('[{"type":"stdout"}]', {})
    if (!destination) throw new Error('no destination')
    const sink = sinkFor(destination, { world, fetch, write: async (text) => lines.push(text) })
    const events = [someEvent(), someEvent()]
    await sink.storeUsage?.(events)
    const read = lines
      .join('')
      .trim()
      .split('\n')
      .map((line) => exchangeFromJson(JSON.parse(line)))
    expect(read).toEqual(events)
  })

  test('a webhook’s receiver can check the signature over the exact bytes', async () => {
    const key = `fake-${'w'.repeat(20)}`
    const seen: { body: string; signature: string | null }[] = []
    const server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      async fetch(request) {
        const signature = request.headers.get('x-sluice-signature')
        seen.push({ body: await request.text(), signature })
        return new Response()
      },
    })
    const [destination] = readDestinations(
      JSON.stringify([
        { type: 'webhook', endpoint: `http://127.0.0.1:${server.port}/hook`, secret_key: '$HOOK' },
      ]),
      { HOOK: key },
    )
    if (!destination) throw new Error('no destination')
    const sink = sinkFor(destination, { world, fetch, write: async () => {} })
    const events = Array.from({ length: 150 }, () => someEvent())
    await sink.storeUsage?.(events)
    await server.stop(true)
    expect(seen).toHaveLength(2)
    for (const { body, signature } of seen)
      expect(signature).toBe(
        `sha256=${new Bun.CryptoHasher('sha256', key).update(body).digest('hex')}`,
      )
    const ids = seen.flatMap(({ body }) =>
      (JSON.parse(body) as { events: { opened: { id: string } }[] }).events.map((e) => e.opened.id),
    )
    expect(ids).toEqual(events.map((event) => event.opened.id))
  })
})
