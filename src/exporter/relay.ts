import { pause } from '../base/clock.ts'
import type { ExchangeEvent } from '../base/exchange.ts'
import type { World } from '../base/world.ts'
import type { Bus } from '../bus/port.ts'

/** What the relay needs of the outbox. */
export interface Outbox {
  /** Open rows that wait for longer than `olderThanMs` since they were written or last published; not the parked ones. */
  takeDue(wanted: { limit: number; olderThanMs: number }): Promise<readonly ExchangeEvent[]>
  /** The bus has them; should they not be confirmed, they come due again. */
  markPublished(exchangeIds: readonly string[]): Promise<void>
}

export interface Relay {
  /** Events handed to the bus since the start. */
  sent(): number
  close(): Promise<void>
}

/** Rows per round: a few megabytes. */
const BATCH = 500
/** Gateways publish by themselves right after their commit; rows older than this were missed. */
const MISSED_MS = 3_000
const LOOK_MS = 1_000
/** Without NATS the outbox is the only way: look often. */
const LOOK_DIRECT_MS = 50
const PAUSE_MS_MAX = 10_000

/**
 * The net under publishing: hands to the bus what gateways could not, oldest first, until each row is confirmed. A row
 * whose message the bus lost after all comes due again; repeats are harmless.
 */
export function relayOutbox(outbox: Outbox, bus: Bus, world: World): Relay {
  const direct = bus.way === 'folder'
  const lookMs = direct ? LOOK_DIRECT_MS : LOOK_MS
  let sent = 0
  let closed = false

  /** True when there may be more at once. */
  async function round(): Promise<boolean> {
    const events = await outbox.takeDue({ limit: BATCH, olderThanMs: direct ? 0 : MISSED_MS })
    if (events.length === 0) return false
    const ids = await bus.sendUsage(events)
    if (ids.length === 0) return false
    await outbox.markPublished(ids)
    sent += ids.length
    return events.length === BATCH
  }

  async function loop(): Promise<void> {
    let waitMs = lookMs
    while (!closed) {
      try {
        const more = await round()
        waitMs = more ? 0 : lookMs
      } catch (cause) {
        waitMs = Math.min(PAUSE_MS_MAX, Math.max(LOOK_MS, waitMs * 2))
        world.log.warn('exporter.relay_failed', { reason: String(cause), waitMs })
      }
      if (waitMs > 0 && !closed) await pause(world.clock, waitMs)
    }
  }

  const ended = loop()
  return {
    sent: () => sent,
    async close() {
      closed = true
      await ended
    },
  }
}
