import { Counter, Gauge, Registry } from 'prom-client'
import { addProcessMetrics } from './process-metrics.ts'

/** What the exporter tells of itself at each scrape. */
export interface ExporterGauges {
  readonly outbox: {
    readonly waiting: number
    readonly parked: number
    /** Age of the oldest row, milliseconds. */
    readonly oldestMs: number
  }
  readonly busConnected: boolean
  readonly ledger: {
    readonly holds: number
    readonly reservedNanos: bigint
    readonly oldestHoldMs: number
    /** The caps nearest to their end; few, because each is a series. */
    readonly caps: readonly {
      readonly policyId: string
      readonly policyName: string
      readonly window: string
      readonly remaining: number
    }[]
  }
  readonly sinks: readonly {
    readonly name: string
    readonly delivered: number
    readonly failures: number
    readonly parked: number
    /** Undefined while the bus is away: then the gauge keeps its last value. */
    readonly lag: number | undefined
  }[]
}

/** The exporter's registry; `read` is asked at each scrape and may be slow or fail, which leaves the last values. */
export function openExporterMetrics(read: () => Promise<ExporterGauges>): Registry {
  const registry = new Registry()
  const registers = [registry]
  let reading: Promise<void> | undefined
  // Asked by every metric, done once for all of them: one reading per scrape, and none shows the one before.
  const collect = (): Promise<void> => {
    reading ??= refresh()
      .catch(() => undefined)
      .finally(() => {
        reading = undefined
      })
    return reading
  }
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers, collect })
  const lag = gauge('gateway_outbox_lag_seconds', 'Age of the oldest call not yet confirmed.')
  const rows = gauge('gateway_outbox_rows', 'Calls not yet confirmed by the trace store.')
  const parked = gauge('gateway_outbox_parked_rows', 'Calls set aside that cannot be delivered.')
  const connected = gauge('gateway_exporter_bus_connected', '1 while the bus answers.')
  const reserved = gauge('gateway_reserved_usd', 'Dollars held for calls in flight.')
  const holds = gauge('gateway_live_holds', 'Calls that hold money.')
  const oldestHold = gauge('gateway_oldest_hold_seconds', 'Age of the oldest live hold.')
  const remaining = new Gauge({
    name: 'gateway_budget_remaining_ratio',
    help: 'Share of a cap that is left in its window; the most used caps only.',
    labelNames: ['policy_id', 'policy', 'window'] as const,
    registers,
    collect,
  })
  const destination = ['destination'] as const
  const delivered = new Counter({
    name: 'gateway_export_delivered_total',
    help: 'Calls and spans delivered.',
    labelNames: destination,
    registers,
    collect,
  })
  const failures = new Counter({
    name: 'gateway_export_failures_total',
    help: 'Failed attempts to deliver a batch.',
    labelNames: destination,
    registers,
    collect,
  })
  const poison = new Counter({
    name: 'gateway_export_parked_total',
    help: 'Messages set aside that the destination cannot take.',
    labelNames: destination,
    registers,
    collect,
  })
  const backlog = new Gauge({
    name: 'gateway_export_backlog_messages',
    help: 'Messages of the bus not yet delivered.',
    labelNames: destination,
    registers,
    collect,
  })
  const counted = new Map<string, { delivered: number; failures: number; parked: number }>()

  async function refresh(): Promise<void> {
    const gauges = await read()
    lag.set(gauges.outbox.oldestMs / 1_000)
    rows.set(gauges.outbox.waiting)
    parked.set(gauges.outbox.parked)
    connected.set(gauges.busConnected ? 1 : 0)
    const { ledger } = gauges
    reserved.set(Number(ledger.reservedNanos) / 1e9)
    holds.set(ledger.holds)
    oldestHold.set(ledger.oldestHoldMs / 1_000)
    remaining.reset()
    for (const cap of ledger.caps)
      remaining.set(
        { policy_id: cap.policyId, policy: cap.policyName, window: cap.window },
        cap.remaining,
      )
    for (const sink of gauges.sinks) {
      const labels = { destination: sink.name }
      const before = counted.get(sink.name) ?? { delivered: 0, failures: 0, parked: 0 }
      delivered.inc(labels, sink.delivered - before.delivered)
      failures.inc(labels, sink.failures - before.failures)
      poison.inc(labels, sink.parked - before.parked)
      counted.set(sink.name, { ...sink })
      if (sink.lag !== undefined) backlog.set(labels, sink.lag)
    }
  }

  addProcessMetrics(registry)
  return registry
}
