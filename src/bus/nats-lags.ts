import type { NatsConnection } from 'nats'
import { BUS_STREAMS } from './events.ts'
import { ANSWER_MS } from './nats-streams.ts'

/** What each durable consumer of the bus has not acknowledged; undefined when the server does not say. */
export async function consumerLags(
  nc: NatsConnection,
): Promise<ReadonlyMap<string, number> | undefined> {
  const found = new Map<string, number>()
  try {
    const manager = await nc.jetstreamManager({ timeout: ANSWER_MS, checkAPI: false })
    for (const { name } of Object.values(BUS_STREAMS))
      for await (const each of manager.consumers.list(name)) {
        const waiting = each.num_pending + each.num_ack_pending
        found.set(each.name, (found.get(each.name) ?? 0) + waiting)
      }
    return found
  } catch {
    return undefined
  }
}
