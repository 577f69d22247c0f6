import { pause } from '../base/clock.ts'
import type { World } from '../base/world.ts'
import type { Bus } from '../bus/port.ts'
import { type Delivery, deliver } from './deliver.ts'
import { type Outbox, relayOutbox } from './relay.ts'
import type { Sink } from './sink.ts'

export interface ExporterOptions {
  readonly world: World
  readonly bus: Bus
  readonly outbox: Outbox
  readonly sinks: readonly Sink[]
  /** Closes calls whose gateway is gone; gives how many. */
  sweep(): Promise<number>
  /** Lets go of what is kept for a time only. */
  forget?(): Promise<number>
  /** Makes the days of the trace store that are to come and drops those past their time. */
  keepDays?(): Promise<{ readonly made: number; readonly dropped: number }>
  /** Tells people of issues; gives how many notices it worked on. */
  notify?(): Promise<number>
}

/** State of one destination, for metrics and the status page. */
export interface SinkStatus {
  readonly name: string
  readonly delivered: number
  readonly failures: number
  readonly parked: number
  /** Messages it has not yet taken; undefined while the bus is away. */
  readonly lag: number | undefined
}

export interface Exporter {
  status(): Promise<{ readonly relayed: number; readonly sinks: readonly SinkStatus[] }>
  /** Ends the batches at hand, then stops. What is left stays where it is. */
  close(): Promise<void>
}

const SWEEP_MS = 2_000
const TRIM_MS = 10_000
const NOTIFY_MS = 1_000
const FORGET_MS = 3_600_000
const DAYS_MS = 600_000

/** Runs the exporter: relay, one delivery per sink, sweeper, trimming. Nothing here ever throws outward. */
export function runExporter(options: ExporterOptions): Exporter {
  const { world, bus } = options
  const deliveries: [Sink, Delivery][] = options.sinks.map((sink) => [
    sink,
    deliver(sink, bus, world),
  ])
  const essential = options.sinks.filter((sink) => sink.essential).map((sink) => sink.name)
  const needed = deliveries.flatMap(([sink, delivery]) => (sink.essential ? [delivery] : []))
  const relay = relayOutbox({
    outbox: options.outbox,
    bus,
    world,
    async backlog() {
      const lags = await Promise.all(needed.map((delivery) => delivery.lag('usage')))
      return lags.reduce<number | undefined>((most, lag) => Math.max(most ?? 0, lag ?? 0), 0)
    },
    async reachedMs() {
      const reached = await Promise.all(needed.map((delivery) => delivery.reachedMs()))
      return reached.reduce(
        (least, each) => least && each && Math.min(least, each),
        world.clock.now(),
      )
    },
  })
  const chores = [
    every(SWEEP_MS, world, 'sweep', async () => {
      const swept = await options.sweep()
      if (swept > 0) world.log.warn('exporter.swept', { calls: swept })
    }),
    every(FORGET_MS, world, 'forget', async () => {
      await options.forget?.()
    }),
    every(DAYS_MS, world, 'days', async () => {
      const days = await options.keepDays?.()
      if (days && days.made + days.dropped > 0) world.log.info('exporter.trace_days', { ...days })
    }),
    every(NOTIFY_MS, world, 'notify', async () => {
      await options.notify?.()
    }),
    every(TRIM_MS, world, 'trim', () => bus.trim(essential)),
  ]
  return {
    async status() {
      const sinks = deliveries.map(async ([sink, delivery]) => ({
        name: sink.name,
        ...delivery.counts,
        lag: await delivery.lag(),
      }))
      return { relayed: relay.sent(), sinks: await Promise.all(sinks) }
    },
    async close() {
      await Promise.all(chores.map((chore) => chore.close()))
      await relay.close()
      await Promise.all(deliveries.map(([, delivery]) => delivery.close()))
    },
  }
}

/** Does `work` now and then until closed; a failure is logged and the next turn comes all the same. */
function every(
  pauseMs: number,
  world: World,
  chore: string,
  work: () => Promise<void>,
): { close(): Promise<void> } {
  const end = new AbortController()
  const loop = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await work().catch((cause: unknown) =>
        world.log.warn('exporter.chore_failed', { chore, reason: String(cause) }),
      )
      await pause(world.clock, pauseMs, end.signal)
    }
  }
  const ended = loop()
  return {
    async close() {
      end.abort()
      await ended
    },
  }
}
