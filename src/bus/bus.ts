import type { JetStreamClient, NatsConnection } from 'nats'
import type { ExchangeEvent } from '../base/exchange.ts'
import { newId } from '../base/id.ts'
import { LIMITS } from '../base/limits.ts'
import { encodeUsage, subjectOf } from './events.ts'
import { consumeNats, readParked } from './nats-consume.ts'
import { keepLink, type LinkOptions } from './nats-link.ts'
import {
  ANSWER_MS,
  describeFault,
  ensureStreams,
  isMissingStream,
  type StreamOptions,
  trimStreams,
} from './nats-streams.ts'
import type { Bus } from './port.ts'
import { openSpanBatches } from './span-batches.ts'
import { openSpool, type SendResult, type SpoolMessage } from './spool.ts'

export interface BusOptions extends LinkOptions, StreamOptions {
  /** Bound of the messages waiting in this process. */
  readonly spoolBytesMax?: number | undefined
  /** Offered the oldest spans before they are dropped for want of room; true means they were taken. */
  readonly overflow?: ((message: SpoolMessage) => boolean) | undefined
}

/**
 * A bus over NATS JetStream. Opens at once, with or without a server: it connects in the background for ever, makes
 * the bus streams where they are missing, and sends what waits.
 */
export function openBus(options: BusOptions): Bus {
  const { world } = options
  const { clock, log } = world
  const spoolBytesMax = options.spoolBytesMax ?? LIMITS.spanSpoolBytesMax
  let link: { nc: NatsConnection; js: JetStreamClient } | undefined
  const usage = openSpool({
    clock,
    // A usage event has about 1 kB and its outbox row as the net: this lane needs less room.
    bytesMax: Math.ceil(spoolBytesMax / 4),
    inFlightMax: 64,
    send,
    isReady: () => link !== undefined,
    onDrop: (events, reason) => log.warn('bus.usage_dropped', { events, reason }),
  })
  const spans = openSpool({
    clock,
    bytesMax: spoolBytesMax,
    // Four batches in flight reach the full rate (measured); more only costs memory.
    inFlightMax: 4,
    send,
    isReady: () => link !== undefined,
    onDrop: (events, reason) => log.warn('bus.spans_dropped', { events, reason }),
    overflow: options.overflow,
  })
  const batches = openSpanBatches(clock, (organizationId, bytes, count) =>
    spans.push({
      subject: subjectOf('spans', organizationId),
      id: newId(world),
      bytes,
      events: count,
    }),
  )
  const holder = keepLink(options, {
    async up(nc) {
      await ensureStreams(nc, options).catch((cause: unknown) =>
        log.warn('bus.streams_failed', describeFault(cause)),
      )
      link = { nc, js: nc.jetstream({ timeout: ANSWER_MS }) }
      usage.wake()
      spans.wake()
    },
    down() {
      link = undefined
    },
  })

  async function send(message: SpoolMessage): Promise<SendResult> {
    const current = link
    if (current === undefined) return 'later'
    if (message.bytes.length > (current.nc.info?.max_payload ?? 1_048_576) - 1024) return 'refused'
    try {
      await current.js.publish(message.subject, message.bytes, {
        msgID: message.id,
        timeout: ANSWER_MS,
      })
      return 'acked'
    } catch (cause) {
      if (isMissingStream(cause)) await ensureStreams(current.nc, options).catch(() => undefined)
      log.warn('bus.publish_failed', { subject: message.subject, ...describeFault(cause) })
      return 'later'
    }
  }

  const usageMessage = (event: ExchangeEvent): SpoolMessage => ({
    subject: subjectOf('usage', event.opened.organizationId),
    id: event.opened.id,
    bytes: encodeUsage(event),
    events: 1,
  })

  return {
    way: 'nats',
    publishUsage: (event) => usage.push(usageMessage(event)),
    publishSpans: (records) => batches.add(records),
    async sendUsage(events) {
      const answers = await Promise.all(events.map((event) => send(usageMessage(event))))
      return events.flatMap((event, index) => (answers[index] === 'acked' ? event.opened.id : []))
    },
    consume: (wanted) => consumeNats(wanted, world, () => link?.nc, options),
    parked: async (limit) => (link === undefined ? [] : readParked(link.nc, limit)),
    async trim(essential) {
      if (link === undefined) return
      for (const { stream, messages, behind } of await trimStreams(link.nc, essential))
        if (behind.length > 0)
          log.error('bus.trimmed_undelivered', { stream, messages, behind: behind.join(',') })
    },
    stats() {
      const [u, s] = [usage.stats(), spans.stats()]
      return {
        connected: link !== undefined,
        spoolBytes: u.bytes + s.bytes,
        usageAcked: u.acked,
        usageDropped: u.dropped,
        spansAcked: s.acked,
        spansDropped: s.dropped,
        oldestMs: Math.max(u.oldestMs, s.oldestMs),
      }
    },
    async close(deadlineMs = 2_000) {
      batches.flush()
      await Promise.all([usage.drained(deadlineMs), spans.drained(deadlineMs)])
      usage.close()
      spans.close()
      await holder.close()
    },
  }
}
