import type { NatsConnection } from 'nats'
import { ANSWER_MS, PARKED } from './nats-streams.ts'
import type { ParkedMessage } from './port.ts'

/** The newest `limit` parked messages, newest first; none when there is no such bus stream. */
export async function readParked(nc: NatsConnection, limit: number): Promise<ParkedMessage[]> {
  const manager = await nc.jetstreamManager({ timeout: ANSWER_MS, checkAPI: false })
  const found: ParkedMessage[] = []
  const info = await manager.streams.info(PARKED.name).catch(() => undefined)
  if (info === undefined || info.state.messages === 0) return found
  const { first_seq: first, last_seq: last } = info.state
  for (let seq = last; seq >= first && found.length < limit; seq--) {
    const stored = await manager.streams.getMessage(PARKED.name, { seq }).catch(() => undefined)
    if (stored === undefined) continue
    found.push({
      id: `${seq}`,
      subject: stored.subject.slice('parked.'.length),
      reason: stored.header.get('Sluice-Reason'),
      parkedAtMs: stored.time.getTime(),
      bytes: stored.data,
    })
  }
  return found
}

/**
 * Publishes parked messages where they came from, each under an id of this `attempt`, so that the server does not take them for
 * repeats. One is taken away only after it is stored there: a crash in between replays it twice, never loses it.
 */
export async function replayParked(
  nc: NatsConnection,
  ids: readonly string[],
  attempt: string,
): Promise<number> {
  const manager = await nc.jetstreamManager({ timeout: ANSWER_MS, checkAPI: false })
  const js = nc.jetstream({ timeout: ANSWER_MS })
  let replayed = 0
  for (const id of ids) {
    if (!/^\d{1,15}$/.test(id)) continue
    const seq = Number(id)
    const stored = await manager.streams.getMessage(PARKED.name, { seq }).catch(() => undefined)
    if (stored === undefined) continue
    const subject = stored.subject.slice('parked.'.length)
    await js.publish(subject, stored.data, { msgID: `${attempt}-${id}` })
    await manager.streams.deleteMessage(PARKED.name, seq)
    replayed++
  }
  return replayed
}
