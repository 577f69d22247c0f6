import { pause } from '../base/clock.ts'
import { Failure } from '../base/failure.ts'
import type { World } from '../base/world.ts'
import { type BusKind, decodeContent, decodeUsage } from '../bus/events.ts'
import type { Bus, BusMessage, Consuming } from '../bus/port.ts'
import { type Sink, SinkAway } from './sink.ts'
import { spansFrom } from './span-messages.ts'

/** What the exporter counts per destination. */
export interface DeliveryCounts {
  delivered: number
  failures: number
  parked: number
}

/** A message that came this often without an answer brings its consumer down: poison, whatever it says. */
const DELIVERIES_MAX = 100
/** Deliveries after which a message that fails alone is parked. */
const POISON_TRIES = 3
const PAUSE_MS = 200
/** A destination that is away is asked again at least this often. */
const PAUSE_MS_MAX = 15_000
/** The longest a destination may ask to be left alone. */
const WISHED_MS_MAX = 300_000
/** How quickly a pause ends when the exporter is told to. */
const NOTICE_MS = 100

/** A destination that was taken out of the configuration leaves its cursor behind for as long as the bus keeps messages. */
const FORGET_AFTER_MS = 7 * 24 * 3_600_000

/** Usage messages per batch: one statement each way, and small enough to try again one by one. */
const USAGE_BATCH = 500
/**
 * Span messages hold up to 100 spans each, and two where each call has an organisation of its own: then it takes many of
 * them to make a statement worth its commit.
 */
const SPAN_BATCH = 100
/** Where several are in hand at the same time: what waits in memory stays the same, some 50 MB at the very most. */
const SPAN_BATCH_EACH = 20
/** Of content: up to 128 kB each. */
const CONTENT_BATCH = 20

export interface Delivery {
  readonly counts: DeliveryCounts
  /** Messages not yet delivered, of one kind or of both; undefined while the bus is away. */
  lag(kind?: BusKind): Promise<number | undefined>
  close(): Promise<void>
}

/** Delivers what the bus holds to one sink until closed: at least once, in batches, poison set aside. */
export function deliver(sink: Sink, bus: Bus, world: World): Delivery {
  const counts: DeliveryCounts = { delivered: 0, failures: 0, parked: 0 }
  const state = { closed: false, counts, world, sink }
  const running: [BusKind, Consuming][] = []
  const concurrency = sink.concurrency ?? 1
  const usageBatch = sink.usageBatchMax ?? USAGE_BATCH
  const forgetAfterMs = sink.essential ? undefined : FORGET_AFTER_MS
  const { storeUsage, storeSpans, storeContents } = sink
  const wish = { stepsOnly: sink.stepsOnly ?? false, sampledOnly: sink.sampledOnly ?? false }
  const spanBatch = concurrency > 1 ? SPAN_BATCH_EACH : SPAN_BATCH
  const usage = (bytes: Uint8Array) => {
    const event = decodeUsage(bytes)
    return wish.sampledOnly && event.opened.unsampled ? [] : [event]
  }

  function run(
    kind: BusKind,
    batchMax: number,
    pendingMax: number,
    work: (messages: readonly BusMessage[]) => Promise<void>,
  ): void {
    const { name: durable, sinceMs } = sink
    const wanted = { kind, durable, sinceMs, forgetAfterMs, batchMax, concurrency, pendingMax }
    running.push([kind, bus.consume({ ...wanted, handle: work })])
  }

  if (storeUsage)
    run('usage', usageBatch, usageBatch * (concurrency + 1), (messages) =>
      handle(messages, usage, storeUsage, state, async (message) => {
        await sink.onParked?.(decodeUsage(message.bytes).opened.id, 'refused by the sink')
      }),
    )
  if (storeSpans)
    run('spans', spanBatch, spanBatch * (concurrency + 1), (messages) =>
      handle(
        messages,
        (bytes) => spansFrom(bytes, wish),
        storeSpans,
        state,
        async () => {},
      ),
    )
  if (storeContents)
    run('contents', CONTENT_BATCH, CONTENT_BATCH * (concurrency + 1), (messages) =>
      handle(
        messages,
        (bytes) => [decodeContent(bytes)],
        storeContents,
        state,
        async () => {},
      ),
    )
  return {
    counts,
    async lag(wanted) {
      const some = running.filter(([kind]) => wanted === undefined || kind === wanted)
      const lags = await Promise.all(some.map(([, each]) => each.lag()))
      return lags.reduce<number | undefined>(
        (sum, lag) => (sum === undefined || lag === undefined ? undefined : sum + lag),
        0,
      )
    },
    async close() {
      state.closed = true
      await Promise.all(running.map(([, each]) => each.close()))
      await sink.close?.()
    },
  }
}

interface State {
  closed: boolean
  readonly counts: DeliveryCounts
  readonly world: World
  readonly sink: Sink
}

interface Item<T> {
  readonly message: BusMessage
  readonly values: readonly T[]
}

async function handle<T>(
  messages: readonly BusMessage[],
  decode: (bytes: Uint8Array) => T[],
  store: (values: readonly T[]) => Promise<void>,
  state: State,
  onParked: (message: BusMessage) => Promise<void>,
): Promise<void> {
  const items: Item<T>[] = []
  for (const message of messages) {
    const values = tryDecode(message, decode)
    if (values instanceof Error) await park(message, values.message, state)
    else if (message.deliveries > DELIVERIES_MAX)
      await park(message, `delivered ${message.deliveries} times`, state, onParked)
    else items.push({ message, values })
  }
  await storeAll(items, store, state, onParked)
}

function tryDecode<T>(message: BusMessage, decode: (bytes: Uint8Array) => T[]): T[] | Error {
  try {
    return decode(message.bytes)
  } catch (cause) {
    return cause instanceof Error ? cause : new Error(String(cause))
  }
}

/** Stores all items together; a batch at fault is halved until the culprits stand alone. */
async function storeAll<T>(
  items: readonly Item<T>[],
  store: (values: readonly T[]) => Promise<void>,
  state: State,
  onParked: (message: BusMessage) => Promise<void>,
): Promise<void> {
  if (items.length === 0) return
  const fault = await storePatiently(items, store, state)
  if (fault === undefined) {
    for (const { message, values } of items) {
      message.ack()
      state.counts.delivered += values.length
    }
    return
  }
  if (fault === 'closed') {
    for (const { message } of items) message.retry(0)
    return
  }
  const [first, ...rest] = items
  if (first !== undefined && rest.length === 0) {
    const { message } = first
    // It stands alone and still fails: some more tries, in case the fault was not its own after all.
    if (message.deliveries < POISON_TRIES) return message.retry(PAUSE_MS * message.deliveries)
    return park(message, fault.message, state, onParked)
  }
  const half = Math.ceil(items.length / 2)
  await storeAll(items.slice(0, half), store, state, onParked)
  await storeAll(items.slice(half), store, state, onParked)
}

/** Tries until it works (undefined), the batch proves to be at fault (the error), or the exporter is told to end. */
async function storePatiently<T>(
  items: readonly Item<T>[],
  store: (values: readonly T[]) => Promise<void>,
  state: State,
): Promise<Error | 'closed' | undefined> {
  const values = items.flatMap((item) => item.values)
  const { log, dice } = state.world
  let pauseMs = PAUSE_MS
  while (!state.closed) {
    try {
      await store(values)
      return undefined
    } catch (cause) {
      state.counts.failures++
      if (!isAway(cause)) return cause instanceof Error ? cause : new Error(String(cause))
      const wished = cause instanceof SinkAway ? cause.retryAfterMs : undefined
      const waitMs = Math.min(WISHED_MS_MAX, wished ?? pauseMs * (0.5 + dice.fraction()))
      log.warn('exporter.sink_away', { sink: state.sink.name, reason: cause.message, waitMs })
      await rest(waitMs, state)
      pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2)
    }
  }
  return 'closed'
}

async function rest(waitMs: number, state: State): Promise<void> {
  const { clock } = state.world
  const end = clock.monotonic() + waitMs
  while (!state.closed && clock.monotonic() < end)
    await pause(clock, Math.min(NOTICE_MS, end - clock.monotonic()))
}

function isAway(cause: unknown): cause is Error {
  return cause instanceof SinkAway || (cause instanceof Failure && cause.row.kind === 'unavailable')
}

async function park(
  message: BusMessage,
  reason: string,
  state: State,
  onParked?: (message: BusMessage) => Promise<void>,
): Promise<void> {
  state.counts.parked++
  state.world.log.error('exporter.parked', { sink: state.sink.name, reason })
  try {
    await onParked?.(message)
    await message.park(`${state.sink.name}: ${reason}`)
  } catch (cause) {
    state.world.log.error('exporter.park_failed', { reason: String(cause) })
    message.retry(PAUSE_MS_MAX)
  }
}
