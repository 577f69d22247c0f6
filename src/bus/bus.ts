import type { NatsConnection } from 'nats'
import type { CallRecord } from '../base/call.ts'
import type { ExchangeEvent } from '../base/exchange.ts'
import { newId } from '../base/id.ts'
import { LIMITS } from '../base/limits.ts'
import type { LogFields, World } from '../base/world.ts'
import { encodeCalls } from './call-messages.ts'
import { encodeContent, encodeUsage, subjectOf } from './events.ts'
import { openGather } from './gather.ts'
import { consumeNats } from './nats-consume.ts'
import { consumerLags } from './nats-lags.ts'
import { keepLink, type LinkOptions } from './nats-link.ts'
import { readParked, replayParked } from './nats-parked.ts'
import { openPublisher, type Publisher } from './nats-publish.ts'
import {
  describeFault,
  ensureStreams,
  MISSING_STREAM,
  type StreamOptions,
  trimStreams,
} from './nats-streams.ts'
import type { Bus, Consuming } from './port.ts'
import { openSpill } from './spill.ts'
import { openSpool, type SendResult, type SpoolMessage } from './spool.ts'

export interface BusOptions extends LinkOptions, StreamOptions {
  /** Bound of the messages waiting in this process. */
  readonly spoolBytesMax?: number | undefined
  /** Where spans go that find no room in memory, and what is left at the end; default: nowhere, they are dropped. */
  readonly spillDir?: string | undefined
  readonly spillBytesMax?: number | undefined
}

interface Link {
  readonly nc: NatsConnection
  readonly publisher: Publisher
}

const SELDOM_MS = 5_000

/**
 * A bus over NATS JetStream. Opens at once, with or without a server: it connects in the background for ever, makes
 * the bus streams where they are missing, and sends what waits.
 */
export function openBus(options: BusOptions): Bus {
  const { world } = options
  const { clock, log } = world
  const spoolBytesMax = options.spoolBytesMax ?? LIMITS.spanSpoolBytesMax
  let spilledAway = 0
  let usageAcked = 0
  const consumers: Consuming[] = []
  const drops = seldomLog(world, 'bus.spans_dropped')
  const failures = seldomLog(world, 'bus.publish_failed')
  let link: Link | undefined
  /** The connection that was there last: after a pause it is the same one, with its subscriptions. */
  let last: Link | undefined
  const spill =
    options.spillDir === undefined
      ? undefined
      : openSpill({
          dir: options.spillDir,
          bytesMax: options.spillBytesMax ?? LIMITS.spanSpillBytesMax,
          log,
          onDrop: (events) => {
            spilledAway += events
            drops.note(events)
          },
        })
  const spans = openSpool({
    clock,
    bytesMax: spoolBytesMax,
    // Four full messages in flight reach the full rate (measured); small ones on a busy server need more.
    inFlightMax: 64,
    send,
    isReady: () => link !== undefined,
    onDrop: (events) => drops.note(events),
    overflow: (message) => spill?.put(message) ?? false,
    refill: () => spill?.next(),
  })
  const calls = openGather<CallRecord>({
    clock,
    handle(some) {
      for (const { organizationId, bytes, spans: count } of encodeCalls(some))
        spans.push({
          subject: subjectOf('calls', organizationId),
          id: newId(world),
          bytes,
          events: count,
        })
    },
  })
  const contents = openSpool({
    clock,
    // Content is never written to our own disk and never worth memory that spans may need.
    bytesMax: LIMITS.contentSpoolBytesMax,
    inFlightMax: 4,
    send,
    isReady: () => link !== undefined,
    onDrop: () => {},
  })
  const holder = keepLink(options, {
    async up(nc) {
      await ensureStreams(nc, options).catch((cause: unknown) =>
        log.warn('bus.streams_failed', describeFault(cause)),
      )
      if (last?.nc !== nc) last = { nc, publisher: openPublisher(nc, clock) }
      link = last
      spans.wake()
      contents.wake()
    },
    down() {
      link?.publisher.giveUp()
      link = undefined
    },
  })

  async function send(message: SpoolMessage): Promise<SendResult> {
    const current = link
    if (current === undefined) return 'later'
    if (message.bytes.length > (current.nc.info?.max_payload ?? 1_048_576) - 1024) return 'refused'
    const answer = await current.publisher.publish(message.subject, message.id, message.bytes)
    if (answer.isStored) return 'acked'
    if (MISSING_STREAM.has(answer.code ?? 0))
      await ensureStreams(current.nc, options).catch(() => undefined)
    failures.note(1, { reason: answer.reason, code: answer.code })
    return 'later'
  }

  const usageMessage = (event: ExchangeEvent): SpoolMessage => ({
    subject: subjectOf('usage', event.opened.organizationId),
    id: event.opened.id,
    bytes: encodeUsage(event),
    events: 1,
  })

  return {
    way: 'nats',
    publishCall: (call) => calls.add(call),
    publishContent: (content) =>
      contents.push({
        subject: subjectOf('contents', content.organizationId),
        id: content.exchangeId,
        bytes: encodeContent(content),
        events: 1,
      }),
    async sendUsage(missed) {
      const answers = await Promise.all(missed.map((event) => send(usageMessage(event))))
      const sent = missed.filter((_, index) => answers[index] === 'acked')
      usageAcked += sent.length
      return sent.map((event) => event.opened.id)
    },
    consume(wanted) {
      const consuming = consumeNats(wanted, world, () => link?.nc, options)
      consumers.push(consuming)
      return consuming
    },
    lags: async () => link && consumerLags(link.nc),
    parked: async (limit) => (link === undefined ? [] : readParked(link.nc, limit)),
    async replayParked(ids) {
      if (link === undefined) throw new Error('the bus is away')
      return replayParked(link.nc, ids, newId(world))
    },
    async trim(essential) {
      if (link === undefined) return
      for (const { stream, messages, behind } of await trimStreams(link.nc, essential))
        if (behind.length > 0)
          log.error('bus.trimmed_undelivered', { stream, messages, behind: behind.join(',') })
    },
    stats() {
      const s = spans.stats()
      return {
        connected: link !== undefined,
        spoolBytes: s.bytes,
        spillBytes: spill?.bytes() ?? 0,
        usageAcked,
        spansAcked: s.acked,
        spansDropped: s.dropped + spilledAway,
        contentsDropped: contents.stats().dropped,
        oldestMs: s.oldestMs,
      }
    },
    async close(deadlineMs = 2_000) {
      calls.flush()
      await Promise.all(consumers.map((each) => each.close()))
      const spools = [spans, contents]
      await Promise.all(spools.map((each) => each.drained(deadlineMs)))
      for (const each of spools) each.close()
      await holder.close()
    },
  }
}

/** One line for many: during an outage a line for each event would be a second outage. */
function seldomLog(world: World, event: string): { note(count: number, fields?: LogFields): void } {
  let sum = 0
  let last: LogFields = {}
  return {
    note(count, fields = {}) {
      if (sum === 0)
        world.clock.after(SELDOM_MS, () => {
          world.log.warn(event, { count: sum, ...last })
          sum = 0
        })
      sum += count
      last = fields
    },
  }
}
