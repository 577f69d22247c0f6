import { expect, test } from 'bun:test'
import type { ExchangeEvent } from '../../src/base/exchange.ts'
import type { Bus } from '../../src/bus/port.ts'
import { type DueRow, relayOutbox } from '../../src/exporter/relay.ts'
import { someEvent } from '../support/nats.ts'
import { manualClock, testWorld } from '../support/world.ts'

/** A relay over an outbox and a bus in memory, on a clock that only the test moves. */
function relay(
  rows: readonly DueRow[],
  state: { connected: boolean; backlog: number; behindMs?: number },
) {
  const clock = manualClock()
  const sent: string[] = []
  const parked: string[] = []
  let taken = 0
  const wanted: number[] = []
  const bus: Pick<Bus, 'stats' | 'sendUsage'> = {
    stats: () => ({
      connected: state.connected,
      spoolBytes: 0,
      spillBytes: 0,
      usageAcked: 0,

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
    reachedMs: async () =>
      state.behindMs === undefined ? clock.now() : clock.now() - state.behindMs,
    outbox: {
      async takeDue({ limit, olderThanMs }) {
        wanted.push(olderThanMs)
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
  const settle = async (): Promise<void> => {
    for (let second = 0; second < 3; second++) await pass()
  }
  return { sent, parked, wanted, pass, settle, running }
}

function rowsOf(events: readonly ExchangeEvent[]): DueRow[] {
  return events.map((event) => ({ exchangeId: event.opened.id, event }))
}

test('rows that are due go to the bus', async () => {
  const events = [someEvent(), someEvent()]
  const { sent, settle, running } = relay(rowsOf(events), { connected: true, backlog: 0 })
  await settle()
  expect(sent).toEqual(events.map((event) => event.opened.id))
  expect(running.sent()).toBe(2)
})

test('while the bus is away no row is taken, and when it is back gateways are given the time to send', async () => {
  const state = { connected: false, backlog: 0 }
  const { sent, pass, settle } = relay(rowsOf([someEvent()]), state)
  await settle()
  expect(sent).toEqual([])
  state.connected = true
  await pass()
  expect(sent).toEqual([])
  await settle()
  expect(sent).toHaveLength(1)
})

test('a trace store that is behind gets nothing twice: late is not lost', async () => {
  const state = { connected: true, backlog: 0, behindMs: 60_000 }
  const { sent, wanted, pass, settle } = relay(rowsOf([someEvent()]), state)
  await settle()
  // It has not yet reached what gateways sent since the relay began.
  expect(sent).toEqual([])
  for (let second = 0; second < 62; second++) await pass()
  expect(sent).toHaveLength(1)
  // A row is missed when it is older than what the store has, not older than now.
  expect(new Set(wanted)).toEqual(new Set([63_000]))
})

test('rows handed over and not yet taken make no more rows follow', async () => {
  const state = { connected: true, backlog: 5_000 }
  const { sent, settle } = relay(rowsOf([someEvent()]), state)
  await settle()
  expect(sent).toEqual([])
  state.backlog = 10
  await settle()
  expect(sent).toHaveLength(1)
})

test('a row that cannot be read is parked, the others go on', async () => {
  const event = someEvent()
  const rows = [{ exchangeId: 'broken', event: undefined }, ...rowsOf([event])]
  const { sent, parked, settle } = relay(rows, { connected: true, backlog: 0 })
  await settle()
  expect(parked).toEqual(['broken'])
  expect(sent).toEqual([event.opened.id])
})
