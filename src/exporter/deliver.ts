import type { World } from '../base/world.ts'
import {
  type BusKind,
  decodeCalls,
  decodeContent,
  decodeUsage,
  encodeUsage,
  subjectOf,
} from '../bus/events.ts'
import type { Bus, Consuming } from '../bus/port.ts'
import { type EndedCall, spansOfCall } from './call-spans.ts'
import type { Sink } from './sink.ts'
import {
  type DeliveryCounts,
  type State,
  type Step,
  storeMessages,
  type Work,
} from './store-messages.ts'

/** A destination that was taken out of the configuration leaves its cursor behind for as long as the bus keeps messages. */
const FORGET_AFTER_MS = 7 * 24 * 3_600_000

/** Calls stored at once: one statement each way, and small enough to try again one by one. */
const CALLS_MAX = 500
/** Messages of single calls per batch. */
const USAGE_BATCH = 500
/**
 * Messages of calls: one call each where every call has an organisation of its own, else up to 128, some 10 kB. Twice as many
 * wait in memory.
 */
const CALL_BATCH = 200
/** Where several batches are in hand at the same time: what waits in memory stays the same. */
const CALL_BATCH_EACH = 50
/** Of content: up to 128 kB each. */
const CONTENT_BATCH = 20

export interface Delivery {
  readonly counts: DeliveryCounts
  /** Messages not yet delivered, of one kind or of all; undefined while the bus is away. */
  lag(kind?: BusKind): Promise<number | undefined>
  /**
   * Everything that the bus stored of gateways' calls before this moment (epoch milliseconds, the server's clock) has been
   * delivered, as far as this process knows; undefined while that is unknown.
   */
  reachedMs(): Promise<number | undefined>
  close(): Promise<void>
}

/** Delivers what the bus holds to one sink until closed: at least once, in batches, poison set aside. */
export function deliver(sink: Sink, bus: Bus, world: World): Delivery {
  const counts: DeliveryCounts = { delivered: 0, failures: 0, parked: 0 }
  const state: State = { closed: false, counts, world, sink, reachedMs: undefined }
  const running: [BusKind, Consuming][] = []
  const concurrency = sink.concurrency ?? 1
  const forgetAfterMs = sink.essential ? undefined : FORGET_AFTER_MS
  const { storeUsage, storeSpans, storeContents } = sink
  const wish = { stepsOnly: sink.stepsOnly ?? false, sampledOnly: sink.sampledOnly ?? false }

  /** Steps of storing calls: what one has done is not done again when the next one has to wait. */
  const steps: Step<EndedCall>[] = []
  if (storeUsage) steps.push((calls) => storeUsage(calls.map(({ event }) => event)))
  if (storeSpans)
    steps.push(async (calls) => {
      const spans = calls.flatMap((call) => spansOfCall(call, wish))
      if (spans.length > 0) await storeSpans(spans)
    })
  const wanted = (calls: readonly EndedCall[]) =>
    wish.sampledOnly ? calls.filter(({ event }) => !event.opened.unsampled) : calls

  function run<T>(kind: BusKind, batchMax: number, work: Work<T>): void {
    const { name: durable, sinceMs } = sink
    const pendingMax = batchMax * (concurrency + 1)
    const options = { kind, durable, sinceMs, forgetAfterMs, batchMax, concurrency, pendingMax }
    running.push([
      kind,
      bus.consume({ ...options, handle: (messages) => storeMessages(messages, work, state) }),
    ])
  }

  if (steps.length > 0) {
    const storing = {
      steps,
      valuesMax: sink.usageBatchMax ?? CALLS_MAX,
      part: ({ event }: EndedCall) => ({
        subject: subjectOf('usage', event.opened.organizationId),
        bytes: encodeUsage(event),
      }),
      onParked: async ({ event }: EndedCall, reason: string) =>
        sink.onParked?.(event.opened.id, reason),
    }
    run('usage', sink.usageBatchMax ?? USAGE_BATCH, {
      ...storing,
      decode: (bytes) => wanted([{ event: decodeUsage(bytes) }]),
    })
    run('calls', concurrency > 1 ? CALL_BATCH_EACH : CALL_BATCH, {
      ...storing,
      decode: (bytes) => wanted(decodeCalls(bytes)),
    })
  }
  if (storeContents)
    run('contents', CONTENT_BATCH, {
      steps: [storeContents],
      valuesMax: CONTENT_BATCH,
      decode: (bytes) => [decodeContent(bytes)],
    })
  const lag = async (kind?: BusKind): Promise<number | undefined> => {
    const some = running.filter(([each]) => kind === undefined || kind === each)
    const lags = await Promise.all(some.map(([, each]) => each.lag()))
    return lags.reduce<number | undefined>(
      (sum, each) => (sum === undefined || each === undefined ? undefined : sum + each),
      0,
    )
  }
  return {
    counts,
    lag,
    async reachedMs() {
      const now = world.clock.now()
      const left = await lag('calls')
      return left === 0 ? now : left && state.reachedMs
    },
    async close() {
      state.closed = true
      await Promise.all(running.map(([, each]) => each.close()))
      await sink.close?.()
    },
  }
}
