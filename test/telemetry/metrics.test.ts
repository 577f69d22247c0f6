import { describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nanos } from '../../src/base/money.ts'
import { openExporterMetrics } from '../../src/telemetry/exporter-metrics.ts'
import { openMetrics } from '../../src/telemetry/metrics.ts'
import { someEvent } from '../support/nats.ts'

const NO_LEDGER = { holds: 0, reservedNanos: 0n, oldestHoldMs: 0, caps: [] }

/** The value of the sample that begins with `name`, or undefined. */
async function sample(metrics: ReturnType<typeof openMetrics>, name: string) {
  const line = (await metrics.text()).split('\n').find((each) => each.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.slice(name.length + 1))
}

test('every call is counted once, under how it ended', async () => {
  const metrics = openMetrics()
  for (let index = 0; index < 3; index++) metrics.exchangeEnded(someEvent())
  metrics.exchangeEnded(
    someEvent({ closed: { outcome: 'refused', status: 402, usage: undefined } }),
  )
  const by = (model: string, status: number, outcome: string) =>
    sample(
      metrics,
      `gateway_requests_total{dialect="openai.chat",provider="openai",model="${model}",status="${status}",outcome="${outcome}"}`,
    )
  expect(await by('gpt-test-2026', 200, 'ok')).toBe(3)
  expect(await by('unknown', 402, 'refused')).toBe(1)
})

test('spend adds up in dollars, and unpriced calls are counted apart', async () => {
  const metrics = openMetrics()
  metrics.exchangeEnded(
    someEvent({ closed: { costNanos: nanos(1_500_000_000), costBasis: 'measured' } }),
  )
  metrics.exchangeEnded(someEvent())
  const labels = 'provider="openai",model="gpt-test-2026"'
  expect(await sample(metrics, `gateway_spend_usd_total{${labels},basis="measured"}`)).toBe(1.5)
  expect(await sample(metrics, `gateway_unpriced_requests_total{${labels}}`)).toBe(1)
})

test('invented model names cannot grow the registry without end', async () => {
  const metrics = openMetrics()
  for (let index = 0; index < 1_000; index++)
    metrics.exchangeEnded(someEvent({ closed: { responseModel: `model-${index}` } }))
  const text = await metrics.text()
  const models = new Set(text.match(/[{,]model="[^"]*"/g))
  expect(models.size).toBeLessThanOrEqual(201)
  expect(text).toContain('model="other"')
})

test('a model that no provider answered for names no label', async () => {
  const metrics = openMetrics()
  metrics.exchangeEnded(
    someEvent({
      opened: { requestModel: 'made-up' },
      closed: { responseModel: undefined, usage: undefined, outcome: 'failed', status: 404 },
    }),
  )
  expect(await metrics.text()).not.toContain('made-up')
})

test('the age of the built-in prices is shown', async () => {
  const days = ((await sample(openMetrics(), 'gateway_price_table_age_seconds')) ?? 0) / 86_400
  expect(days).toBeCloseTo((Date.now() - Date.UTC(2026, 8, 23)) / 86_400_000, 1)
})

test('what the bus dropped is a counter that never falls', async () => {
  const metrics = openMetrics()
  let spansDropped = 0
  metrics.watchBus(() => ({ connected: true, spoolBytes: 7, spansDropped }))
  spansDropped = 5
  await metrics.text()
  spansDropped = 8
  expect(await sample(metrics, 'gateway_events_dropped_total{kind="spans"}')).toBe(8)
  expect(await sample(metrics, 'gateway_spool_bytes')).toBe(7)
})

test('names and help follow the rules that promtool checks', async () => {
  const metrics = openMetrics()
  metrics.watchBus(() => ({ connected: true, spoolBytes: 0, spansDropped: 0 }))
  metrics.exchangeEnded(someEvent())
  const types = (await metrics.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)
  let seen = 0
  for (const [, name = '', type = ''] of types) {
    seen++
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
    expect(name.endsWith('_total')).toBe(type === 'counter')
    expect(name).not.toMatch(/_(milliseconds|ms|minutes|kilobytes|megabytes)(_|$)/)
    if (type !== 'histogram') expect(name).not.toMatch(/_(count|sum|bucket)$/)
  }
  expect(seen).toBeGreaterThan(15)
})

describe('processes that share one address', () => {
  test('show all their values at each, told apart and never added up twice', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sluice-metrics-'))
    const metrics = openMetrics({ dir, program: 'gateway' })
    metrics.exchangeEnded(someEvent())
    const other = join(import.meta.dir, 'other-process.ts')
    const child = Bun.spawn([process.execPath, other, dir], { stdout: 'pipe' })
    await child.stdout.getReader().read()
    const text = await metrics.text()
    const samples = [...text.matchAll(/^gateway_requests_total\{[^}]*process="([^"]+)"\} (\d+)$/gm)]
    expect(samples.map(([, name, value]) => [name, value]).toSorted()).toEqual(
      [
        [`gateway-${process.pid}`, '1'],
        [`gateway-${child.pid}`, '2'],
      ].toSorted(),
    )
    expect(text.match(/^# TYPE gateway_requests_total /gm)).toHaveLength(1)
    expect(text).toContain(`gateway_overhead_seconds_count{process="gateway-${child.pid}"} 2`)
    child.kill()
    await child.exited
    const minuteAgo = Date.now() / 1_000 - 60
    utimesSync(join(dir, `${child.pid}.json`), minuteAgo, minuteAgo)
    expect(await metrics.text()).not.toContain(`gateway-${child.pid}`)
    metrics.close()
    expect(readdirSync(dir)).toEqual([])
    rmSync(dir, { recursive: true, force: true })
  })

  test('a file that is no list of values costs nothing but its own view', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sluice-metrics-'))
    const metrics = openMetrics({ dir, program: 'gateway' })
    writeFileSync(join(dir, '1.json'), '{"half":')
    metrics.exchangeEnded(someEvent())
    expect(await metrics.text()).toContain('gateway_requests_total{')
    metrics.close()
    rmSync(dir, { recursive: true, force: true })
  })
})

test('the exporter’s counters follow what its deliveries counted', async () => {
  let delivered = 5
  const registry = openExporterMetrics(async () => ({
    outbox: { waiting: 3, parked: 1, oldestMs: 2_500 },
    busConnected: true,
    ledger: NO_LEDGER,
    sinks: [{ name: 'postgres', delivered, failures: 2, parked: 0, lag: 7 }],
  }))
  await registry.metrics()
  delivered = 9
  const text = await registry.metrics()
  expect(text).toContain('gateway_export_delivered_total{destination="postgres"} 9')
  expect(text).toContain('gateway_export_failures_total{destination="postgres"} 2')
  expect(text).toContain('gateway_export_backlog_messages{destination="postgres"} 7')
  expect(text).toContain('gateway_outbox_lag_seconds 2.5')
})

test('caps shown are the ones of now: one that was left out is gone', async () => {
  let caps = [{ policyId: 'p1', policyName: 'Cap', window: 'month', remaining: 0.25 }]
  const registry = openExporterMetrics(async () => ({
    outbox: { waiting: 0, parked: 0, oldestMs: 0 },
    busConnected: true,
    ledger: { ...NO_LEDGER, reservedNanos: 2_500_000_000n, caps },
    sinks: [],
  }))
  const text = await registry.metrics()
  expect(text).toContain('gateway_reserved_usd 2.5')
  expect(text).toContain(
    'gateway_budget_remaining_ratio{policy_id="p1",policy="Cap",window="month"} 0.25',
  )
  caps = []
  expect(await registry.metrics()).not.toContain('policy_id="p1"')
})
