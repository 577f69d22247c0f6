import {
  AckPolicy,
  type ConsumerMessages,
  DeliverPolicy,
  headers,
  type JetStreamManager,
  type JsMsg,
  type NatsConnection,
  nanos,
  ReplayPolicy,
} from 'nats'
import { pause } from '../base/clock.ts'
import type { World } from '../base/world.ts'
import { BUS_STREAMS } from './events.ts'
import {
  ANSWER_MS,
  describeFault,
  ensureStreams,
  isMissingStream,
  type StreamOptions,
} from './nats-streams.ts'
import type { BusMessage, ConsumeOptions, Consuming, ParkedPart } from './port.ts'

/** A consumer that neither acknowledges nor says that it works loses its messages to another one. */
const ACK_WAIT_MS = 10_000
const RETRY_MS = 100
/**
 * A batch that is not full waits this long for company: at fifty calls a second ten share the commits of one. Nobody
 * waits for it but a trace.
 */
const GATHER_MS = 200
/** How long one pull waits at the server. A lost server is noticed at the next one. */
const PULL_MS = 3_000
/**
 * A consumer killed with its hands full leaves messages that wait for another delivery. They count against the server's own
 * bound, so it must leave room for several such deaths, or the next consumer gets nothing to do meanwhile.
 */
const DEATHS = 20

/**
 * Runs a durable pull consumer until closed, whatever happens to the server: a lost or emptied server gets its bus
 * streams and the consumer anew.
 */
export function consumeNats(
  wanted: ConsumeOptions,
  world: World,
  connection: () => NatsConnection | undefined,
  streams: StreamOptions,
): Consuming {
  const stream = BUS_STREAMS[wanted.kind].name
  let closed = false
  let running: ConsumerMessages | undefined
  let waiting: JsMsg[] = []
  /** Messages that a handler has in its hands. */
  let held = 0
  let progress = Promise.withResolvers<void>()
  /** Called when a batch is full: there is nothing more to wait for. */
  const gathering = new Set<() => void>()
  let active = 0
  const workers = new Set<Promise<void>>()

  function take(message: JsMsg): void {
    waiting.push(message)
    if (waiting.length === wanted.batchMax) for (const end of gathering) end()
    if (active >= (wanted.concurrency ?? 1)) return
    active++
    const worker = work()
    workers.add(worker)
    worker.then(() => workers.delete(worker))
  }

  async function work(): Promise<void> {
    while (waiting.length > 0 && !closed) {
      if (waiting.length < wanted.batchMax) await gather()
      const messages = waiting.slice(0, wanted.batchMax)
      waiting = waiting.slice(wanted.batchMax)
      held += messages.length
      const holding = hold(messages)
      // `handle` promises not to throw; should it, the messages come again after the wait.
      await wanted
        .handle(messages.map((each) => wrap(each, connection)))
        .catch((cause: unknown) => world.log.error('bus.handler_failed', describeFault(cause)))
      holding.cancel()
      held -= messages.length
      progress.resolve()
      progress = Promise.withResolvers<void>()
    }
    // In the same turn as the last look at `waiting`: a message in between would wait for the next one.
    active--
  }

  function gather(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel()
        gathering.delete(end)
        resolve()
      }
      const timer = world.clock.after(GATHER_MS, end)
      gathering.add(end)
    })
  }

  /** Tells the server from time to time that everything in this process is being worked on. */
  function hold(messages: readonly JsMsg[]): { cancel(): void } {
    let timer = world.clock.after(ACK_WAIT_MS / 3, function again() {
      for (const message of [...messages, ...waiting]) message.working()
      timer = world.clock.after(ACK_WAIT_MS / 3, again)
    })
    return { cancel: () => timer.cancel() }
  }

  async function serve(nc: NatsConnection): Promise<void> {
    const manager = await nc.jetstreamManager({ timeout: ANSWER_MS, checkAPI: false })
    await ensureConsumer(manager, wanted, nc, streams)
    const consumer = await nc.jetstream().consumers.get(stream, wanted.durable)
    while (!closed && !nc.isClosed()) {
      const room = wanted.pendingMax - waiting.length - held
      // Asking for what there is room for is the only bound on memory: the server would send all it may. As long as a worker is
      // there it makes room; to ask for none (or less) is answered by one message and silence until the pull expires.
      if (room < wanted.batchMax && active > 0) await progress.promise
      else {
        running = await consumer.fetch({ max_messages: room, expires: PULL_MS })
        for await (const message of running) take(message)
      }
    }
  }

  async function loop(): Promise<void> {
    while (!closed) {
      const nc = connection()
      try {
        if (nc !== undefined) await serve(nc)
      } catch (cause) {
        if (!closed) world.log.warn('bus.consumer_lost', { stream, ...describeFault(cause) })
      }
      if (!closed) await pause(world.clock, RETRY_MS)
    }
  }

  const ended = loop()
  return {
    async lag() {
      const nc = connection()
      if (nc === undefined) return undefined
      try {
        const manager = await nc.jetstreamManager({ timeout: ANSWER_MS, checkAPI: false })
        const info = await manager.consumers.info(stream, wanted.durable)
        return info.num_pending + info.num_ack_pending
      } catch {
        return undefined
      }
    },
    async close() {
      closed = true
      await running?.close()
      progress.resolve()
      await Promise.all([ended, ...workers])
      for (const message of waiting) message.nak()
    },
  }
}

async function ensureConsumer(
  manager: JetStreamManager,
  wanted: ConsumeOptions,
  nc: NatsConnection,
  streams: StreamOptions,
): Promise<void> {
  const config = {
    durable_name: wanted.durable,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    max_ack_pending: wanted.pendingMax * DEATHS,
    max_deliver: -1,
    replay_policy: ReplayPolicy.Instant,
    ...(wanted.forgetAfterMs === undefined
      ? {}
      : { inactive_threshold: nanos(wanted.forgetAfterMs) }),
    ...(wanted.sinceMs === undefined
      ? { deliver_policy: DeliverPolicy.All }
      : {
          deliver_policy: DeliverPolicy.StartTime,
          opt_start_time: new Date(wanted.sinceMs).toISOString(),
        }),
  }
  const { name } = BUS_STREAMS[wanted.kind]
  const exists = await manager.consumers.info(name, wanted.durable).then(
    () => true,
    () => false,
  )
  if (exists) return
  await manager.consumers.add(name, config).catch(async (cause: unknown) => {
    if (!isMissingStream(cause)) throw cause
    await ensureStreams(nc, streams)
    await manager.consumers.add(name, config)
  })
}

function wrap(message: JsMsg, connection: () => NatsConnection | undefined): BusMessage {
  const { info } = message
  return {
    bytes: message.data,
    sequence: info.streamSequence,
    storedAtMs: Math.floor(info.timestampNanos / 1_000_000),
    deliveries: info.deliveryCount,
    ack: () => message.ack(),
    retry: (delayMs) => message.nak(delayMs),
    park: (reason) => setAside(reason, [{ subject: message.subject, bytes: message.data }]),
    parkParts: setAside,
  }

  async function setAside(reason: string, parts: readonly ParkedPart[]): Promise<void> {
    const nc = connection()
    if (nc === undefined) return message.nak(ANSWER_MS)
    const about = headers()
    about.set('Sluice-Reason', reason.replace(/[^\x20-\x7e]/g, '?').slice(0, 500))
    const js = nc.jetstream({ timeout: ANSWER_MS })
    // Stored aside first, ended after: a crash in between parks it twice, never loses it.
    for (const [index, { subject, bytes }] of parts.entries())
      await js.publish(`parked.${subject}`, bytes, {
        msgID: `${info.stream}-${info.streamSequence}-${info.consumer}-${index}`,
        headers: about,
      })
    message.term()
  }
}
