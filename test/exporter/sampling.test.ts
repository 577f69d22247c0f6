import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { CallRecord, TraceDetail } from '../../src/base/call.ts'
import { exchangeFromJson, exchangeToJson } from '../../src/base/exchange-json.ts'
import { openBus } from '../../src/bus/bus.ts'
import type { Bus } from '../../src/bus/port.ts'
import { deliver } from '../../src/exporter/deliver.ts'
import { readDestinations } from '../../src/exporter/destinations.ts'
import type { Sink } from '../../src/exporter/sink.ts'
import { sinkFor } from '../../src/exporter/sinks/index.ts'
import { someCall, type TestNats, testNats } from '../support/nats.ts'
import { startOtlpReceiver } from '../support/otlp-receiver.ts'
import { testWorld, until } from '../support/world.ts'

const world = testWorld()
let nats: TestNats
let bus: Bus
beforeAll(async () => {
  nats = await testNats()
  bus = openBus({ url: nats.url, world })
  await until('the connection', () => bus.stats().connected)
})
afterAll(async () => {
  await bus.close(0)
  await nats.stop()
})

function callOf(how: { unsampled?: true; detail?: TraceDetail } = {}): CallRecord {
  const { unsampled, detail = 'calls' } = how
  return { ...someCall({ opened: unsampled ? { unsampled } : {} }), detail }
}

/** Kinds of the spans of each call, as a destination of these settings got them. */
async function received(settings: object, calls: readonly CallRecord[]): Promise<number[][]> {
  const receiver = startOtlpReceiver()
  const entry = { type: 'otlp', name: `d-${crypto.randomUUID().slice(0, 8)}`, ...settings }
  const [destination] = readDestinations(JSON.stringify([{ endpoint: receiver.url, ...entry }]), {})
  if (!destination) throw new Error('no destination')
  const delivery = deliver(
    sinkFor(destination, { world, fetch, write: async () => {} }),
    bus,
    world,
  )
  await until('the cursors', async () => (await delivery.lag()) === 0)
  for (const call of calls) bus.publishCall(call)
  // The last one is always exported whole.
  const last = callOf({ detail: 'full' })
  bus.publishCall(last)
  const of = ({ event }: CallRecord) =>
    receiver.accepted().filter(({ traceId }) => traceId === event.opened.traceId)
  await until('the last call', () => of(last).length === 6)
  await until('everything', async () => (await delivery.lag()) === 0)
  await delivery.close()
  await receiver.stop()
  return calls.map((call) =>
    of(call)
      .map(({ kind }) => kind)
      .toSorted(),
  )
}

describe('a caller that asked not to export its trace', () => {
  test('is left out by default, steps and all, and sent to who wants all', async () => {
    const calls = () => [callOf({ unsampled: true, detail: 'full' }), callOf()]
    expect(await received({}, calls())).toEqual([[], [2, 3]])
    expect(await received({ sampling: 'all' }, calls())).toEqual([
      [1, 1, 1, 1, 2, 3],
      [2, 3],
    ])
  })

  test('is in our own store and at every other kind of destination all the same', async () => {
    const call = callOf({ unsampled: true })
    const seen: string[] = []
    const sink: Sink = {
      name: 'own',
      async storeUsage(events) {
        seen.push(...events.map(({ opened }) => `call ${opened.id}`))
      },
      async storeSpans(spans) {
        seen.push(...spans.map(({ exchangeId, kind }) => `${kind} ${exchangeId}`))
      },
    }
    const delivery = deliver(sink, bus, world)
    bus.publishCall(call)
    const { id } = call.event.opened
    const wanted = [`call ${id}`, `client ${id}`, `server ${id}`]
    await until('all of it', () => wanted.every((each) => seen.includes(each)))
    await delivery.close()
  })

  test('keeps its wish in the outbox and on the bus', () => {
    const { event } = callOf({ unsampled: true })
    expect(exchangeFromJson(exchangeToJson(event)).opened.unsampled).toBe(true)
    expect(exchangeToJson(callOf().event).opened).not.toHaveProperty('unsampled')
  })
})

test('sampling is a word of destinations of traces, and one of two', () => {
  const list = (entry: object) => JSON.stringify([{ endpoint: 'https://x.example', ...entry }])
  expect(() => readDestinations(list({ type: 'otlp', sampling: 'half' }), {})).toThrow('sampling')
  expect(() => readDestinations(list({ type: 'webhook', sampling: 'all' }), {})).toThrow('sampling')
})
