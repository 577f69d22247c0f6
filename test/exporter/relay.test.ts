import { expect, test } from 'bun:test'
import type { ExchangeEvent } from '../../src/base/exchange.ts'
import type { Bus } from '../../src/bus/port.ts'
import { type DueRow, relayOutbox } from '../../src/exporter/relay.ts'
import { someEvent } from '../support/nats.ts'
import { manualClock, testWorld } from '../support/world.ts'

/** A relay over an outbox and a bus in memory, on a clock that only the test moves. */
function relay(rows: readonly DueRow[], state: { connected: boolean; backlog: number }) {
  const clock = manualClock()
  const sent: string[] = []
  const parked: string[] = []
  let taken = 0
  const bus: Pick<Bus, 'way' | 'stats' | 'sendUsage'> = {
    way: 'nats',
    stats: () => ({
      connected: state.connected,
      spoolBytes: 0,
      spillBytes: 0,
      usageAcked: 0,
      usageDropped: 0,
      spansAcked: 0,
      spansDropped: 0,
      contentsDropped: 0,
      oldestMs: 0,
    }),
    async sendUsage(events: readonly ExchangeEvent[]) {
      sent.push(...events.map((event) => event.opened.id))
      return events.map((event) => event.opened.id)
    },
  }
  const running = relayOutbox({
    bus,
    world: testWorld({ clock }),
    backlog: async () => state.backlog,
    outbox: {
      async takeDue({ limit }) {
        const due = rows.slice(taken, taken + limit)
        taken += due.length
        return due
      },
      async park(id) {
        parked.push(id)
      },
    },
  })
  /** Lets a second pass, and what follows from it. */
  const pass = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    clock.advance(1_000)
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
  return { sent, parked, pass, running }
}

function rowsOf(events: readonly ExchangeEvent[]): DueRow[] {
  return events.map((event) => ({ exchangeId: event.opened.id, event }))
}

test('rows that are due go to the bus', async () => {
  const events = [someEvent(), someEvent()]
  const { sent, pass, running } = relay(rowsOf(events), { connected: true, backlog: 0 })
  await pass()
  expect(sent).toEqual(events.map((event) => event.opened.id))
  expect(running.sent()).toBe(2)
})

test('while the bus is away no row is taken, so that none has to wait for its next turn', async () => {
  const state = { connected: false, backlog: 0 }
  const { sent, pass } = relay(rowsOf([someEvent()]), state)
  await pass()
  await pass()
  expect(sent).toEqual([])
  state.connected = true
  await pass()
  expect(sent).toHaveLength(1)
})

test('a trace store that is behind gets nothing twice: late is not lost', async () => {
  const state = { connected: true, backlog: 5_000 }
  const { sent, pass } = relay(rowsOf([someEvent()]), state)
  await pass()
  await pass()
  expect(sent).toEqual([])
  state.backlog = 10
  await pass()
  expect(sent).toHaveLength(1)
})

test('a row that cannot be read is parked, the others go on', async () => {
  const event = someEvent()
  const rows = [{ exchangeId: 'broken', event: undefined }, ...rowsOf([event])]
  const { sent, parked, pass } = relay(rows, { connected: true, backlog: 0 })
  await pass()
  expect(parked).toEqual(['broken'])
  expect(sent).toEqual([event.opened.id])
})
