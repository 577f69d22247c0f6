import { pause } from '../base/clock.ts'
import type { ExchangeEvent } from '../base/exchange.ts'
import type { World } from '../base/world.ts'
import type { Bus } from '../bus/port.ts'

/** A row of the outbox that came due. */
export interface DueRow {
  readonly exchangeId: string
  /** Undefined when the stored event cannot be read. */
  readonly event: ExchangeEvent | undefined
}

/** What the relay needs of the outbox. */
export interface Outbox {
  /**
   * Takes rows that wait for longer than `olderThanMs`, oldest first, never the parked ones. Rows taken come due again
   * by themselves when they are not confirmed.
   */
  takeDue(wanted: { limit: number; olderThanMs: number }): Promise<readonly DueRow[]>
  /** Sets a row aside that can never be delivered. */
  park(exchangeId: string, reason: string): Promise<void>
}

export interface RelayOptions {
  readonly outbox: Outbox
  readonly bus: Pick<Bus, 'stats' | 'sendUsage'>
  readonly world: World
  /** Rows handed over that the trace store has not yet taken; undefined while the bus is away. */
  backlog(): Promise<number | undefined>
  /** What gateways had on the bus before this moment (epoch milliseconds) is in the trace store; undefined: not known. */
  reachedMs(): Promise<number | undefined>
}

export interface Relay {
  /** Events handed to the bus since the start. */
  sent(): number
  close(): Promise<void>
}

/** Rows per round: a few megabytes. */
const BATCH = 500
/** With more than this still to come, sending more would only make the queue longer. */
const BACKLOG_MAX = 1_000
/**
 * Gateways publish by themselves right after their commit. A row this much older than what the trace store has of them was
 * missed; while the store is behind, an unconfirmed row is late, not lost.
 */
const MISSED_MS = 3_000
/** After the bus was away, gateways first send what they kept: as long as that may take no row counts as missed. */
const SETTLE_MS = 2_000
const LOOK_MS = 1_000
const PAUSE_MS_MAX = 10_000

/**
 * The net under publishing: hands to the bus what gateways could not, oldest first, until each row is confirmed. A row
 * whose message the bus lost after all comes due again; repeats are harmless.
 */
export function relayOutbox(options: RelayOptions): Relay {
  const { outbox, bus, world } = options
  let sent = 0
  let connectedMs: number | undefined
  const end = new AbortController()

  /** True when there may be more at once. */
  async function round(): Promise<boolean> {
    // Rows taken while the bus is away would have to wait until they come due again.
    if (!bus.stats().connected) {
      connectedMs = undefined
      return false
    }
    const now = world.clock.now()
    connectedMs ??= now
    const reachedMs = await options.reachedMs()
    if (reachedMs === undefined || reachedMs < connectedMs + SETTLE_MS) return false
    if (((await options.backlog()) ?? 0) > BACKLOG_MAX) return false
    const olderThanMs = now - reachedMs + MISSED_MS
    const rows = await outbox.takeDue({ limit: BATCH, olderThanMs })
    const events = rows.flatMap((row) => row.event ?? [])
    for (const { exchangeId, event } of rows)
      if (event === undefined) await outbox.park(exchangeId, 'the stored event cannot be read')
    const ids = await bus.sendUsage(events)
    sent += ids.length
    return rows.length === BATCH && ids.length === events.length
  }

  async function loop(): Promise<void> {
    let waitMs = LOOK_MS
    while (!end.signal.aborted) {
      try {
        const more = await round()
        waitMs = more ? 0 : LOOK_MS
      } catch (cause) {
        waitMs = Math.min(PAUSE_MS_MAX, Math.max(LOOK_MS, waitMs * 2))
        world.log.warn('exporter.relay_failed', { reason: String(cause), waitMs })
      }
      if (waitMs > 0) await pause(world.clock, waitMs, end.signal)
    }
  }

  const ended = loop()
  return {
    sent: () => sent,
    async close() {
      end.abort()
      await ended
    },
  }
}
