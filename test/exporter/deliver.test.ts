import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { systemClock } from '../../src/base/clock.ts'
import { systemDice } from '../../src/base/dice.ts'
import type { ExchangeEvent } from '../../src/base/exchange.ts'
import type { World } from '../../src/base/world.ts'
import { openBus } from '../../src/bus/bus.ts'
import { decodeUsage } from '../../src/bus/events.ts'
import type { Bus } from '../../src/bus/port.ts'
import { deliver } from '../../src/exporter/deliver.ts'
import { type Sink, SinkAway } from '../../src/exporter/sink.ts'
import { someCall, someEvent, type TestNats, testNats } from '../support/nats.ts'
import { until } from '../support/world.ts'

const world: World = {
  clock: systemClock,
  dice: systemDice,
  log: { info() {}, warn() {}, error() {} },
}

/** A sink in memory that `refuse` can make throw. */
function memorySink(name: string, refuse: (events: readonly ExchangeEvent[]) => void = () => {}) {
  const stored: string[] = []
  const parked: string[] = []
  const sink: Sink = {
    name,
    async storeUsage(events) {
      refuse(events)
      stored.push(...events.map((event) => event.opened.id))
    },
    async onParked(id) {
      parked.push(id)
    },
  }
  return { sink, stored, parked }
}

describe('delivery to a sink', () => {
  let nats: TestNats
  let bus: Bus
  beforeAll(async () => {
    nats = await testNats()
    bus = openBus({ url: nats.url, world })
    await until('the connection', () => bus.stats().connected)
  })
  afterAll(async () => {
    await bus.close()
    await nats.stop()
  })

  test('one poison event is parked alone, all others arrive', async () => {
    const events = Array.from({ length: 40 }, () => someEvent())
    const poison = events[17]?.opened.id
    const { sink, stored, parked } = memorySink('poison', (batch) => {
      if (batch.some((event) => event.opened.id === poison)) throw new Error('amount is negative')
    })
    await bus.sendUsage(events)
    const delivery = deliver(sink, bus, world)
    await until('all but one', () => stored.length === 39 && parked.length === 1)
    expect(parked).toEqual([poison ?? ''])
    expect(stored).not.toContain(poison)
    expect(delivery.counts).toMatchObject({ delivered: 39, parked: 1 })
    const listed = await bus.parked(10)
    expect(listed.map((each) => each.reason)).toContain('poison: amount is negative')
    await delivery.close()
  })

  test('while a sink is away nothing is lost, parked or skipped', async () => {
    let away = true
    let tries = 0
    const { sink, stored, parked } = memorySink('away', () => {
      tries++
      if (away) throw new SinkAway('maintenance', 20)
    })
    const events = Array.from({ length: 20 }, () => someEvent())
    const delivery = deliver(sink, bus, world)
    await bus.sendUsage(events)
    await until('some tries', () => tries >= 5)
    away = false
    const wanted = events.map((event) => event.opened.id)
    await until('everything', () => wanted.every((id) => stored.includes(id)))
    expect(parked).toEqual([])
    expect(delivery.counts.failures).toBeGreaterThanOrEqual(5)
    await delivery.close()
  })

  test('a slow sink does not delay another', async () => {
    const gate = Promise.withResolvers<void>()
    const slow: Sink = { name: 'slow', storeUsage: () => gate.promise }
    const quick = memorySink('quick')
    const [one, two] = [deliver(slow, bus, world), deliver(quick.sink, bus, world)]
    const event = someEvent()
    await bus.sendUsage([event])
    await until('the quick sink', () => quick.stored.includes(event.opened.id))
    expect(one.counts.delivered).toBe(0)
    gate.resolve()
    await Promise.all([one.close(), two.close()])
  })

  test('what a closed exporter had not stored is delivered to the next one', async () => {
    const first = memorySink('handover', () => {
      throw new SinkAway('down')
    })
    const before = deliver(first.sink, bus, world)
    const event = someEvent()
    await bus.sendUsage([event])
    await until('a try', () => before.counts.failures > 0)
    await before.close()
    const second = memorySink('handover')
    const after = deliver(second.sink, bus, world)
    await until('the event', () => second.stored.includes(event.opened.id))
    expect(second.parked).toEqual([])
    await after.close()
  })

  test('a call is stored before its spans, and what is no call is parked', async () => {
    const seen: string[] = []
    const sink: Sink = {
      name: 'spans',
      async storeUsage(events) {
        seen.push(...events.map((event) => `call ${event.opened.id}`))
      },
      async storeSpans(spans) {
        seen.push(...spans.map((span) => `${span.kind} ${span.exchangeId} ${span.name}`))
      },
    }
    const delivery = deliver(sink, bus, world)
    const call = someCall({ opened: { requestModel: '__proto__' } })
    bus.publishCall(call)
    const poison = someCall()
    bus.publishCall({
      ...poison,
      event: { ...poison.event, closed: { ...poison.event.closed, outcome: 'nonsense' as never } },
    })
    const { id } = call.event.opened
    const own = () => seen.filter((each) => each.includes(id))
    await until('the spans', () => own().length === 3 && delivery.counts.parked === 1)
    expect(own()).toEqual([
      `call ${id}`,
      `server ${id} POST /openai/v1/chat/completions`,
      `client ${id} chat __proto__`,
    ])
    await delivery.close()
  })

  test('a call that came by the outbox has its spans too', async () => {
    const seen: string[] = []
    const sink: Sink = {
      name: 'late',
      async storeSpans(spans) {
        seen.push(...spans.map((span) => `${span.kind} ${span.exchangeId}`))
      },
    }
    const delivery = deliver(sink, bus, world)
    const swept = someEvent({ closed: { outcome: 'interrupted' } })
    const event = someEvent()
    await bus.sendUsage([swept, event])
    const { id } = event.opened
    await until('the spans', () => seen.includes(`client ${id}`))
    expect(seen).toContain(`server ${id}`)
    // How a swept call really ended may yet be told.
    expect(seen.filter((each) => each.includes(swept.opened.id))).toEqual([])
    await delivery.close()
  })

  test('of calls that share a message only the poison is parked, and can be replayed alone', async () => {
    const organizationId = crypto.randomUUID()
    const calls = Array.from({ length: 60 }, () => someCall({ opened: { organizationId } }))
    const own = new Set(calls.map(({ event }) => event.opened.id))
    const poison = calls[17]?.event.opened.id ?? ''
    let isMended = false
    const { sink, stored, parked } = memorySink('shared', (batch) => {
      if (!isMended && batch.some((event) => event.opened.id === poison))
        throw new Error('model is too long')
    })
    const delivery = deliver(sink, bus, world)
    for (const call of calls) bus.publishCall(call)
    const arrived = () => new Set(stored.filter((id) => own.has(id)))
    await until('all but one', () => arrived().size === 59 && parked.length === 1)
    expect(parked).toEqual([poison])
    const set = (await bus.parked(10)).find(({ reason }) => reason === 'shared: model is too long')
    expect(set?.subject).toBe(`usage.${organizationId}`)
    expect(decodeUsage(set?.bytes ?? new Uint8Array()).opened.id).toBe(poison)
    isMended = true
    expect(await bus.replayParked([set?.id ?? ''])).toBe(1)
    await until('the mended one', () => arrived().size === 60)
    await delivery.close()
  })

  test('where a sink waits between a call and its spans, the call is not given to it twice', async () => {
    const stored: string[] = []
    let tries = 0
    const sink: Sink = {
      name: 'halfway',
      async storeUsage(events) {
        stored.push(...events.map((event) => event.opened.id))
      },
      async storeSpans() {
        if (++tries < 4) throw new SinkAway('busy', 10)
      },
    }
    const delivery = deliver(sink, bus, world)
    const call = someCall()
    bus.publishCall(call)
    await until('everything', async () => tries >= 4 && (await delivery.lag()) === 0)
    expect(stored.filter((id) => id === call.event.opened.id)).toHaveLength(1)
    await delivery.close()
  })
})
