import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { systemClock } from '../../src/base/clock.ts'
import { systemDice } from '../../src/base/dice.ts'
import type { World } from '../../src/base/world.ts'
import { openBus } from '../../src/bus/bus.ts'
import { encodeCalls } from '../../src/bus/call-messages.ts'
import { decodeCalls, decodeUsage } from '../../src/bus/events.ts'
import type { Bus, BusMessage, ParkedMessage } from '../../src/bus/port.ts'
import { freeze } from '../support/freeze.ts'
import { someCall, someEvent, type TestNats, testNats } from '../support/nats.ts'
import { until } from '../support/world.ts'

const world: World = {
  clock: systemClock,
  dice: systemDice,
  log: { info() {}, warn() {}, error() {} },
}

/** Collects what a consumer is given, acknowledging all of it. */
function collect(bus: Bus, kind: 'usage' | 'calls', durable = 'test') {
  const ids: string[] = []
  const consuming = bus.consume({
    kind,
    durable,
    batchMax: 100,
    pendingMax: 256,
    async handle(messages) {
      for (const message of messages) {
        if (kind === 'usage') ids.push(decodeUsage(message.bytes).opened.id)
        else ids.push(...decodeCalls(message.bytes).map(({ event }) => event.opened.id))
        message.ack()
      }
    },
  })
  return { ids, consuming }
}

describe('with a server', () => {
  let nats: TestNats
  beforeAll(async () => {
    nats = await testNats()
  })
  afterAll(() => nats.stop())

  test('a call arrives as it was sent, also with an amount beyond 2^53', async () => {
    const bus = openBus({ url: nats.url, world })
    const call = someCall({ closed: { costNanos: 9_007_199_254_740_993n as never } })
    const seen: unknown[] = []
    const consuming = bus.consume({
      kind: 'calls',
      durable: 'whole',
      batchMax: 10,
      pendingMax: 10,
      async handle(messages) {
        for (const message of messages) {
          seen.push(...decodeCalls(message.bytes))
          message.ack()
        }
      },
    })
    bus.publishCall(call)
    await until('the call', () => seen.length === 1)
    expect(seen[0]).toEqual(call)
    await consuming.close()
    await bus.close()
  })

  test('the same usage event published again and again is delivered once', async () => {
    const bus = openBus({ url: nats.url, world })
    const { ids, consuming } = collect(bus, 'usage', 'dedupe')
    const event = someEvent()
    const last = someEvent()
    await until('the connection', () => bus.stats().connected)
    for (let round = 0; round < 5; round++) await bus.sendUsage([event])
    expect(await bus.sendUsage([event, last])).toEqual([event.opened.id, last.opened.id])
    await until('the last event', () => ids.includes(last.opened.id))
    expect(ids.filter((id) => id === event.opened.id)).toHaveLength(1)
    await consuming.close()
    await bus.close()
  })

  test('spans travel in batches and all arrive', async () => {
    const bus = openBus({ url: nats.url, world })
    const { ids, consuming } = collect(bus, 'calls', 'batches')
    const organizationId = crypto.randomUUID()
    const calls = Array.from({ length: 1_000 }, () => someCall({ opened: { organizationId } }))
    for (const call of calls) bus.publishCall(call)
    await until('all calls', () => ids.length >= 1_000)
    const wanted = calls.map(({ event }) => event.opened.id)
    await until('the last of them', () => wanted.every((id) => ids.includes(id)))
    expect(bus.stats().spansAcked).toBe(2_000)
    await consuming.close()
    await bus.close()
  })

  test('a parked message is listed, and given to every consumer again when it is replayed', async () => {
    const bus = openBus({ url: nats.url, world })
    const event = someEvent()
    const seen: string[] = []
    let isMended = false
    const consuming = bus.consume({
      kind: 'usage',
      durable: 'mended',
      batchMax: 10,
      pendingMax: 10,
      async handle(messages) {
        for (const message of messages) {
          const { id } = decodeUsage(message.bytes).opened
          if (id === event.opened.id && !isMended) await message.park('mended: cannot read it')
          else {
            seen.push(id)
            message.ack()
          }
        }
      },
    })
    await until('the connection', () => bus.stats().connected)
    expect(await sendWhenUp(bus, event)).toBe(true)
    const isOurs = ({ reason }: { reason: string }) => reason === 'mended: cannot read it'
    let parked: ParkedMessage | undefined
    await until('the parked one', async () => {
      parked = (await bus.parked(100)).find(isOurs)
      return parked !== undefined
    })
    const id = parked?.id ?? ''
    expect(parked?.subject).toBe(`usage.${event.opened.organizationId}`)
    isMended = true
    expect(await bus.replayParked([id, '999999', '../x'])).toBe(1)
    await until('the replay', () => seen.includes(event.opened.id))
    expect((await bus.parked(100)).find(isOurs)).toBeUndefined()
    expect(await bus.replayParked([id])).toBe(0)
    await consuming.close()
    await bus.close()
  })

  test('small messages are taken one batch after the other, without a pause until the pull expires', async () => {
    const bus = openBus({ url: nats.url, world })
    // An organisation each, so a message each.
    const calls = Array.from({ length: 2_000 }, () => someCall())
    for (const call of calls) bus.publishCall(call)
    await until('all of them stored', () => bus.stats().spansAcked === 4_000)
    const ids = new Set<string>()
    const consuming = bus.consume({
      kind: 'calls',
      durable: 'one-after-the-other',
      batchMax: 100,
      pendingMax: 200,
      async handle(messages) {
        for (const message of messages) {
          for (const { event } of decodeCalls(message.bytes)) ids.add(event.opened.id)
          message.ack()
        }
      },
    })
    // Seven pulls of three seconds each, if each ended with the wait of the next.
    await until('all of them', () => calls.every(({ event }) => ids.has(event.opened.id)), 12_000)
    await consuming.close()
    await bus.close()
  }, 120_000)

  test('an unacknowledged message comes again, with its deliveries counted', async () => {
    const bus = openBus({ url: nats.url, world })
    const deliveries: number[] = []
    const event = someEvent()
    const consuming = bus.consume({
      kind: 'usage',
      durable: 'again',
      batchMax: 10,
      pendingMax: 10,
      async handle(messages) {
        for (const message of messages) {
          if (decodeUsage(message.bytes).opened.id === event.opened.id)
            deliveries.push(message.deliveries)
          if (deliveries.length < 2) message.retry(10)
          else message.ack()
        }
      },
    })
    expect(await sendWhenUp(bus, event)).toBe(true)
    await until('the second delivery', () => deliveries.length === 2)
    expect(deliveries).toEqual([1, 2])
    await consuming.close()
    await bus.close()
  })

  test('a parked message is listed with its reason and never delivered again', async () => {
    const bus = openBus({ url: nats.url, world })
    const event = someEvent()
    let seen = 0
    const park = async (message: BusMessage): Promise<void> => {
      if (decodeUsage(message.bytes).opened.id !== event.opened.id) return message.ack()
      seen++
      await message.park('amount is negative')
    }
    const consuming = bus.consume({
      kind: 'usage',
      durable: 'parking',
      batchMax: 10,
      pendingMax: 10,
      async handle(messages) {
        for (const message of messages) await park(message)
      },
    })
    expect(await sendWhenUp(bus, event)).toBe(true)
    await until('the parked message', async () => (await bus.parked(100)).length > 0)
    const parked = (await bus.parked(100)).filter((each) => each.reason === 'amount is negative')
    expect(parked).toHaveLength(1)
    expect(decodeUsage(parked[0]?.bytes ?? new Uint8Array()).opened.id).toBe(event.opened.id)
    const later = someEvent()
    expect(await sendWhenUp(bus, later)).toBe(true)
    await until('nothing left', async () => (await consuming.lag()) === 0)
    expect(seen).toBe(1)
    await consuming.close()
    await bus.close()
  })

  test('batches run side by side as far as asked, and never hold more than the bound', async () => {
    const bus = openBus({ url: nats.url, world })
    await until('the connection', () => bus.stats().connected)
    const sinceMs = Date.now()
    let [running, most, held, mostHeld] = [0, 0, 0, 0]
    const gate = Promise.withResolvers<void>()
    const seen = new Set<string>()
    const consuming = bus.consume({
      kind: 'usage',
      durable: 'side-by-side',
      batchMax: 10,
      concurrency: 3,
      pendingMax: 40,
      sinceMs,
      async handle(messages) {
        running++
        held += messages.length
        most = Math.max(most, running)
        mostHeld = Math.max(mostHeld, held)
        await gate.promise
        for (const message of messages) {
          seen.add(decodeUsage(message.bytes).opened.id)
          message.ack()
        }
        running--
        held -= messages.length
      },
    })
    const events = Array.from({ length: 200 }, () => someEvent())
    await bus.sendUsage(events)
    await until('three batches', () => running === 3)
    gate.resolve()
    await until('all of them', () => seen.size >= 200)
    expect(most).toBe(3)
    expect(mostHeld).toBeLessThanOrEqual(30)
    await consuming.close()
    await bus.close()
  })

  test('a new consumer reads the past from a point in time', async () => {
    const bus = openBus({ url: nats.url, world })
    const before = someEvent()
    expect(await sendWhenUp(bus, before)).toBe(true)
    // The server keeps finer times than ours: in the next millisecond the event surely lies before.
    const sentMs = Date.now()
    await until('the next millisecond', () => Date.now() > sentMs)
    const sinceMs = Date.now()
    const after = someEvent()
    expect(await sendWhenUp(bus, after)).toBe(true)
    const ids: string[] = []
    const consuming = bus.consume({
      kind: 'usage',
      durable: 'replay',
      batchMax: 100,
      pendingMax: 100,
      sinceMs,
      async handle(messages) {
        for (const message of messages) {
          ids.push(decodeUsage(message.bytes).opened.id)
          message.ack()
        }
      },
    })
    await until('the replay', () => ids.length > 0)
    expect(ids).toEqual([after.opened.id])
    await consuming.close()
    await bus.close()
  })
})

describe('without a server for a while', () => {
  let nats: TestNats
  beforeEach(async () => {
    nats = await testNats()
  })

  test('what was published before the first server starts arrives once it does', async () => {
    await nats.kill()
    const bus = openBus({ url: nats.url, world })
    for (let count = 0; count < 50; count++) bus.publishCall(someCall())
    expect(bus.stats().connected).toBe(false)
    await nats.restart()
    const { ids, consuming } = collect(bus, 'calls')
    await until('all events', () => ids.length >= 50)
    expect(new Set(ids).size).toBe(50)
    await consuming.close()
    await bus.close()
    await nats.stop()
  }, 120_000)

  for (const how of ['kept', 'empty'] as const)
    test(`killed under load and restarted (${how}), nothing published is missing`, async () => {
      const bus = openBus({ url: nats.url, world })
      const { ids, consuming } = collect(bus, 'calls')
      const sent: string[] = []
      const publish = (count: number): void => {
        for (let index = 0; index < count; index++) {
          const call = someCall()
          sent.push(call.event.opened.id)
          bus.publishCall(call)
        }
      }
      publish(50)
      await until('the first spans', () => ids.length >= 50)
      await nats.kill()
      publish(200)
      await nats.restart(how)
      publish(50)
      await until('all spans', () => new Set(ids).size >= 300, 25_000)
      expect(new Set(ids)).toEqual(new Set(sent))
      expect(bus.stats().spansDropped).toBe(0)
      await consuming.close()
      await bus.close()
      await nats.stop()
    }, 40_000)

  test('a frozen server costs nothing but time', async () => {
    const bus = openBus({ url: nats.url, world })
    const { ids, consuming } = collect(bus, 'calls')
    const first = someCall()
    bus.publishCall(first)
    await until('the first call', () => ids.length === 1)
    await freeze(nats.pid())
    const calls = Array.from({ length: 20 }, () => someCall())
    for (const call of calls) bus.publishCall(call)
    expect(bus.stats().spansAcked).toBe(2)
    process.kill(nats.pid(), 'SIGCONT')
    await until('all events', () => ids.length >= 21, 25_000)
    const sent = [first, ...calls].map(({ event }) => event.opened.id)
    expect(ids.toSorted()).toEqual(sent.toSorted())
    await consuming.close()
    await bus.close()
    await nats.stop()
  }, 40_000)

  test('the spool stays within its bytes, drops the oldest and counts them', async () => {
    await nats.kill()
    const spoolBytesMax = 100_000
    const bus = openBus({ url: nats.url, world, spoolBytesMax })
    // An organisation each, so a message each.
    const calls = Array.from({ length: 200 }, () => someCall())
    for (const call of calls) bus.publishCall(call)
    const bytesEach = encodeCalls(calls.slice(0, 1))[0]?.bytes.length ?? 0
    await until('all of them held or dropped', () => {
      const stats = bus.stats()
      expect(stats.spoolBytes).toBeLessThanOrEqual(spoolBytesMax)
      return stats.spansDropped / 2 + Math.round(stats.spoolBytes / bytesEach) >= 200
    })
    const dropped = bus.stats().spansDropped / 2
    expect(dropped).toBeGreaterThan(0)
    await nats.restart()
    const { ids, consuming } = collect(bus, 'calls')
    await until('the rest', () => ids.length >= 200 - dropped)
    expect(ids).toEqual(calls.slice(dropped).map(({ event }) => event.opened.id))
    await consuming.close()
    await bus.close()
    await nats.stop()
  }, 120_000)
})

async function sendWhenUp(bus: Bus, event: ReturnType<typeof someEvent>): Promise<boolean> {
  await until('the connection', () => bus.stats().connected)
  return (await bus.sendUsage([event])).length === 1
}
