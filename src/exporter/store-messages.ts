import { pause } from '../base/clock.ts'
import { Failure } from '../base/failure.ts'
import type { World } from '../base/world.ts'
import type { BusMessage, ParkedPart } from '../bus/port.ts'
import { type Sink, SinkAway } from './sink.ts'

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

/** One thing that is done with values; throws as a {@link Sink} does. */
export type Step<T> = (values: readonly T[]) => Promise<void>

/** What is done to the messages of one kind. */
export interface Work<T> {
  /** Throws for what cannot be read. */
  decode(bytes: Uint8Array): readonly T[]
  readonly steps: readonly Step<T>[]
  /** Values stored together, or those of one message. */
  readonly valuesMax: number
  /** A value as a message of its own, where one message may hold several. */
  part?(value: T): ParkedPart
  onParked?(value: T, reason: string): Promise<void>
}

/** One delivery, as long as it runs. */
export interface State {
  closed: boolean
  readonly counts: DeliveryCounts
  readonly world: World
  readonly sink: Sink
  /** When the bus stored the newest message that was delivered. */
  reachedMs: number | undefined
}

interface Item<T> {
  readonly message: BusMessage
  readonly values: readonly T[]
}

/** Stores the values of these messages and ends each message: acknowledged, handed back, or set aside with a reason. Never throws. */
export async function storeMessages<T>(
  messages: readonly BusMessage[],
  work: Work<T>,
  state: State,
): Promise<void> {
  let some: Item<T>[] = []
  let count = 0
  for (const message of messages) {
    const values = tryDecode(message, work)
    if (values instanceof Error) {
      await park(message, values.message, state)
      continue
    }
    if (message.deliveries > DELIVERIES_MAX) {
      await parkValues({ message, values }, `delivered ${message.deliveries} times`, work, state)
      continue
    }
    if (count + values.length > work.valuesMax) {
      await storeAll(some, work, state)
      some = []
      count = 0
    }
    some.push({ message, values })
    count += values.length
  }
  await storeAll(some, work, state)
}

function tryDecode<T>(message: BusMessage, work: Work<T>): readonly T[] | Error {
  try {
    return work.decode(message.bytes)
  } catch (cause) {
    return cause instanceof Error ? cause : new Error(String(cause))
  }
}

/** Stores all items together; a batch at fault is halved until the culprits stand alone. */
async function storeAll<T>(items: readonly Item<T>[], work: Work<T>, state: State): Promise<void> {
  if (items.length === 0) return
  const values = items.flatMap((item) => item.values)
  const fault = await storePatiently(values, work, state)
  if (fault === undefined) {
    for (const { message } of items) {
      message.ack()
      state.reachedMs = Math.max(state.reachedMs ?? 0, message.storedAtMs)
    }
    state.counts.delivered += values.length
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
    return parkCulprits(first, fault, work, state)
  }
  const half = Math.ceil(items.length / 2)
  await storeAll(items.slice(0, half), work, state)
  await storeAll(items.slice(half), work, state)
}

/** Stores what can be stored of one message, and sets the rest aside, each as a message of its own. */
async function parkCulprits<T>(
  { message, values }: Item<T>,
  fault: Error,
  work: Work<T>,
  state: State,
): Promise<void> {
  if (values.length < 2) return parkValues({ message, values }, fault.message, work, state)
  const culprits: T[] = []
  let reason = fault.message
  const isolate = async (some: readonly T[]): Promise<boolean> => {
    const found = await storePatiently(some, work, state)
    if (found === 'closed') return false
    if (found === undefined) {
      state.counts.delivered += some.length
      return true
    }
    reason = found.message
    const half = Math.ceil(some.length / 2)
    if (some.length > 1)
      return (await isolate(some.slice(0, half))) && (await isolate(some.slice(half)))
    culprits.push(...some)
    return true
  }
  if (!(await isolate(values))) return message.retry(0)
  if (culprits.length === 0) message.ack()
  else await parkValues({ message, values: culprits }, reason, work, state)
}

/** Tries until it works (undefined), the batch proves to be at fault (the error), or the exporter is told to end. */
async function storePatiently<T>(
  values: readonly T[],
  work: Work<T>,
  state: State,
): Promise<Error | 'closed' | undefined> {
  const { log, dice } = state.world
  let pauseMs = PAUSE_MS
  let done = 0
  while (!state.closed) {
    try {
      for (const step of work.steps.slice(done)) {
        if (values.length > 0) await step(values)
        done++
      }
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

/** Sets values of one message aside: each as a message of its own, or the message as it is where it holds one of a kind. */
async function parkValues<T>(
  { message, values }: Item<T>,
  reason: string,
  work: Work<T>,
  state: State,
): Promise<void> {
  const { part } = work
  await park(message, reason, state, async (text) => {
    for (const value of values) await work.onParked?.(value, 'refused by the sink')
    if (part) await message.parkParts(text, values.map(part))
    else await message.park(text)
  })
}

async function park(
  message: BusMessage,
  reason: string,
  state: State,
  setAside: (text: string) => Promise<void> = (text) => message.park(text),
): Promise<void> {
  state.counts.parked++
  state.world.log.error('exporter.parked', { sink: state.sink.name, reason })
  try {
    await setAside(`${state.sink.name}: ${reason}`)
  } catch (cause) {
    state.world.log.error('exporter.park_failed', { reason: String(cause) })
    message.retry(PAUSE_MS_MAX)
  }
}
