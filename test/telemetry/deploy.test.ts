import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { openExporterMetrics } from '../../src/telemetry/exporter-metrics.ts'
import { openMetrics } from '../../src/telemetry/metrics.ts'

const NO_LEDGER = { holds: 0, reservedNanos: 0n, oldestHoldMs: 0, caps: [] }

const DEPLOY = join(import.meta.dir, '../../deploy')

/** Every sample name that gateway and exporter can show. */
async function knownNames(): Promise<Set<string>> {
  const gateway = openMetrics()
  gateway.watchBus(() => ({ connected: true, spoolBytes: 0, spansDropped: 0 }))
  const exporter = openExporterMetrics(async () => ({
    outbox: { waiting: 0, parked: 0, oldestMs: 0 },
    busConnected: true,
    ledger: NO_LEDGER,
    sinks: [],
  }))
  const text = `${await gateway.text()}\n${await exporter.metrics()}`
  const names = new Set<string>()
  for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    names.add(name)
    if (type === 'histogram')
      for (const part of ['bucket', 'sum', 'count']) names.add(`${name}_${part}`)
  }
  return names
}

for (const file of ['prometheus/alerts.yml', 'grafana/sluice.json'])
  test(`${file} asks only for metrics that exist`, async () => {
    const known = await knownNames()
    const text = await Bun.file(join(DEPLOY, file)).text()
    const asked = new Set(
      text.match(/\b(?:gateway|gen_ai_client|process)_[a-z_]+[a-z]\b(?=[{[)\s"])/g),
    )
    expect(asked.size).toBeGreaterThan(8)
    for (const name of asked) expect(known).toContain(name)
  })
