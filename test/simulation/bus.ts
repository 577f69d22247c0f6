import type { ExchangeEvent } from '../../src/base/exchange.ts'
import { encodeUsage } from '../../src/bus/events.ts'
import type { Bus, ConsumeOptions } from '../../src/bus/port.ts'
import type { Faults } from './database.ts'
import type { Time } from './time.ts'

interface Stored {
  readonly bytes: Uint8Array
  readonly sequence: number
  deliveries: number
  acked: boolean
  nextAt: number
}

/** A bus that is away at times, loses answers and what it had not yet synced, and delivers again what is not acknowledged. */
export function simulatedBus(time: Time, faults: Faults): (owner: string) => Bus {
  const messages: Stored[] = []
  let sequence = 0
  const isDown = () =>
    faults.down.some(([from, to]) => time.now() >= from + 700 && time.now() < to + 700)
  const faulty = () => time.now() < faults.untilMs
  const store = (event: ExchangeEvent): void => {
    const message = {
      bytes: encodeUsage(event),
      sequence: ++sequence,
      deliveries: 0,
      acked: false,
      nextAt: 0,
    }
    messages.push(message)
    // Acknowledged before it is on disk: a crash loses the tail.
    if (faulty() && time.chance(0.02))
      time.after(1, 'bus', () => messages.splice(messages.indexOf(message), 1))
  }
  return (owner) => ({
    way: 'nats',
    publishCall() {},
    publishContent() {},
    replayParked: async () => 0,
    async sendUsage(events) {
      await time.sleep(time.between(1, 4), owner)
      if (isDown()) return []
      for (const event of events) store(event)
      return faulty() && time.chance(0.05) ? [] : events.map(({ opened }) => opened.id)
    },
    consume: (options) => consume(options, owner, time, messages, isDown),
    lags: async () => undefined,
    parked: async () => [],
    trim: async () => {},
    stats: () => ({
      connected: !isDown(),
      spoolBytes: 0,
      spillBytes: 0,
      usageAcked: 0,

      spansAcked: 0,
      spansDropped: 0,
      contentsDropped: 0,
      oldestMs: 0,
    }),
    close: async () => {},
  })
}

function consume(
  options: ConsumeOptions,
  owner: string,
  time: Time,
  messages: Stored[],
  isDown: () => boolean,
) {
  let closed = false
  const loop = async (): Promise<void> => {
    while (!closed) {
      await time.sleep(500, owner)
      if (isDown()) continue
      const due = messages
        .filter((each) => !each.acked && each.nextAt <= time.now())
        .slice(0, options.batchMax)
      for (const each of due) {
        each.deliveries++
        each.nextAt = time.now() + 4_000
      }
      if (due.length === 0) continue
      await options.handle(
        due.map((each) => ({
          bytes: each.bytes,
          sequence: each.sequence,
          storedAtMs: time.wall(),
          deliveries: each.deliveries,
          ack: () => {
            each.acked = true
          },
          retry: (delayMs: number) => {
            each.nextAt = time.now() + delayMs
          },
          park: async () => {
            each.acked = true
          },
          parkParts: async () => {
            each.acked = true
          },
        })),
      )
    }
  }
  const ended = options.kind === 'usage' ? loop() : Promise.resolve()
  return {
    lag: async () => (options.kind === 'usage' ? messages.filter(({ acked }) => !acked).length : 0),
    async close() {
      closed = true
      await ended
    },
  }
}
