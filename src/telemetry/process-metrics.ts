import { readdirSync } from 'node:fs'
import { Counter, Gauge, type Registry } from 'prom-client'

/** How often the event loop is asked how late it is. */
const LAG_PROBE_MS = 1_000

/**
 * CPU, memory, file descriptors and event loop lag of this process, under the names that Prometheus' own client
 * guidelines give them. (The library's defaults carry names that `promtool check metrics` refuses.)
 */
export function addProcessMetrics(registry: Registry): void {
  const registers = [registry]
  const started = new Gauge({
    name: 'process_start_time_seconds',
    help: 'Start of the process, Unix time.',
    registers,
    aggregator: 'min',
  })
  started.set(Math.round(performance.timeOrigin) / 1_000)
  let counted = 0
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      const total = (user + system) / 1e6
      this.inc(Math.max(0, total - counted))
      counted = total
    },
  })
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  new Gauge({
    name: 'process_open_fds',
    help: 'Open file descriptors.',
    registers,
    collect() {
      this.set(countDescriptors())
    },
  })
  const lag = new Gauge({
    name: 'process_event_loop_lag_seconds',
    help: 'How late the last timer of one second fired.',
    registers,
    aggregator: 'max',
  })
  let due = performance.now() + LAG_PROBE_MS
  setInterval(() => {
    lag.set(Math.max(0, performance.now() - due) / 1_000)
    due = performance.now() + LAG_PROBE_MS
  }, LAG_PROBE_MS).unref()
}

function countDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}
