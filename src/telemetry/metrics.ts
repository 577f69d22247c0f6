import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { ExchangeEvent } from '../base/exchange.ts'
import { SEED_PUBLISHED } from '../pricing/seed.ts'
import { genAiOperation, genAiProvider } from './gen-ai.ts'
import { addProcessMetrics } from './process-metrics.ts'
import { type ShareOptions, shareRegistry } from './shared-registry.ts'

/** What the bus tells of itself, as far as metrics show it. */
export interface BusGauges {
  readonly connected: boolean
  readonly spoolBytes: number
  readonly spansDropped: number
  readonly contentsDropped?: number | undefined
}

/** What the gateway counts. */
export interface Metrics {
  exchangeEnded(event: ExchangeEvent): void
  /** A call that names no workspace was refused. */
  turnedAway(door: string, code: string): void
  /** +1 when a call begins, −1 when it ended. */
  inFlight(change: 1 | -1): void
  /** Read at every scrape. */
  watchBus(read: () => BusGauges): void
  /** Prometheus text exposition format 0.0.4: of every process that shares the directory, or of this one alone. */
  text(): Promise<string>
  readonly contentType: string
  close(): void
  /** For the few metrics that belong to one program only. */
  readonly registry: Registry
}

/** OpenTelemetry's buckets for `gen_ai.client.operation.duration`, seconds. */
const DURATION_BUCKETS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
]
/** OpenTelemetry's buckets for `gen_ai.client.token.usage`. */
const TOKEN_BUCKETS = Array.from({ length: 14 }, (_, power) => 4 ** power)
/** The gateway's own share is to stay below 2 ms. */
const OVERHEAD_BUCKETS = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.5, 2]
/** Distinct values of the `model` label per process: callers choose the names, so the number must end somewhere. */
const MODELS_MAX = 200
const DETECTORS_MAX = 500
/**
 * Ended calls that wait to be counted together, at most until the next scrape: one alone, between two others, takes six times as
 * long (measured), and that is time of the calls under way.
 */
const UNCOUNTED_MAX = 32

/** A fresh registry with every metric of the gateway and of the process; with `share` it shows all processes' together. */
export function openMetrics(share?: ShareOptions): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({
    name: 'gateway_requests_total',
    help: 'Calls through the gateway, by how they ended.',
    labelNames: ['dialect', 'provider', 'model', 'status', 'outcome'] as const,
    registers,
    // Asked before all others, because it was made first: whoever reads sees every call that ended.
    collect: countAll,
  })
  let uncounted: ExchangeEvent[] = []
  const turnedAway = new Counter({
    name: 'gateway_turned_away_total',
    help: 'Calls refused before they could be told to a workspace.',
    labelNames: ['door', 'code'] as const,
    registers,
  })
  const inFlight = new Gauge({
    name: 'gateway_inflight_streams',
    help: 'Calls in flight.',
    registers,
  })
  const overhead = new Histogram({
    name: 'gateway_overhead_seconds',
    help: 'Time spent in the gateway itself before a call was forwarded.',
    buckets: OVERHEAD_BUCKETS,
    registers,
  })
  const spend = new Counter({
    name: 'gateway_spend_usd_total',
    help: 'Cost of calls in dollars, by how it is known.',
    labelNames: ['provider', 'model', 'basis'] as const,
    registers,
  })
  const unpriced = new Counter({
    name: 'gateway_unpriced_requests_total',
    help: 'Calls with usage whose model has no price.',
    labelNames: ['provider', 'model'] as const,
    registers,
  })
  const blocks = new Counter({
    name: 'gateway_blocks_total',
    help: 'Calls blocked by policies, by the kind of failure.',
    labelNames: ['policy_type'] as const,
    registers,
  })
  const redactions = new Counter({
    name: 'gateway_redactions_total',
    help: 'Findings in requests and responses.',
    labelNames: ['rule', 'direction', 'action'] as const,
    registers,
  })
  new Gauge({
    name: 'gateway_price_table_age_seconds',
    help: 'Age of the built-in prices.',
    registers,
    aggregator: 'max',
    collect() {
      this.set((Date.now() - Date.parse(SEED_PUBLISHED)) / 1_000)
    },
  })
  const genAi = genAiMetrics(registry)
  const model = boundedLabel(MODELS_MAX)
  const rule = boundedLabel(DETECTORS_MAX)
  addProcessMetrics(registry)
  const shared = share === undefined ? undefined : shareRegistry(registry, share)

  return {
    registry,
    contentType: registry.contentType,
    text: () => shared?.text() ?? registry.metrics(),
    close: () => shared?.close(),
    inFlight: (change) => inFlight.inc(change),
    turnedAway: (door, code) => turnedAway.inc({ door, code }),
    watchBus: (read) => watchBus(registry, read),
    exchangeEnded(event) {
      uncounted.push(event)
      if (uncounted.length >= UNCOUNTED_MAX) countAll()
    },
  }

  function countAll(): void {
    const events = uncounted
    uncounted = []
    for (const event of events) count(event)
  }

  function count(event: ExchangeEvent): void {
    const { opened, closed } = event
    const { provider } = opened
    // Only a model that a provider answered for names a label; anyone can invent the others.
    const known = closed.usage !== undefined || closed.costNanos !== undefined
    const name = known ? model(closed.responseModel ?? opened.requestModel) : 'unknown'
    requests.inc({
      dialect: opened.dialect,
      provider,
      model: name,
      status: closed.status,
      outcome: closed.outcome,
    })
    if (closed.overheadMs !== undefined) overhead.observe(closed.overheadMs / 1_000)
    if (closed.costNanos !== undefined)
      spend.inc(
        { provider, model: name, basis: closed.costBasis ?? 'measured' },
        Number(closed.costNanos) / 1e9,
      )
    else if (closed.usage !== undefined) unpriced.inc({ provider, model: name })
    if (closed.policies.violated.length > 0)
      blocks.inc({ policy_type: closed.errorCode ?? 'unknown' })
    for (const each of closed.findings)
      redactions.inc(
        { rule: rule(each.detector), direction: each.direction, action: 'found' },
        each.count,
      )
    genAi(event, name)
  }
}

/** The two histograms of the GenAI conventions, and the time to the first chunk. */
function genAiMetrics(registry: Registry): (event: ExchangeEvent, model: string) => void {
  const labelNames = [
    'gen_ai_operation_name',
    'gen_ai_provider_name',
    'gen_ai_response_model',
    'error_type',
  ] as const
  const duration = new Histogram({
    name: 'gen_ai_client_operation_duration_seconds',
    help: 'Duration of calls as the caller saw it.',
    labelNames,
    buckets: DURATION_BUCKETS,
    registers: [registry],
  })
  const firstChunk = new Histogram({
    name: 'gen_ai_client_time_to_first_chunk_seconds',
    help: 'Time from arrival to the first byte of a streamed answer.',
    labelNames: labelNames.slice(0, 3),
    buckets: DURATION_BUCKETS,
    registers: [registry],
  })
  const tokens = new Histogram({
    name: 'gen_ai_client_token_usage',
    help: 'Tokens per call; input includes cached, output includes reasoning.',
    labelNames: [...labelNames.slice(0, 3), 'gen_ai_token_type'],
    buckets: TOKEN_BUCKETS,
    registers: [registry],
  })
  return ({ opened, closed }, model) => {
    const labels = {
      gen_ai_operation_name: genAiOperation(opened.operation),
      gen_ai_provider_name: genAiProvider(opened.provider),
      gen_ai_response_model: model,
    }
    const seconds = Math.max(0, closed.endedAtMs - opened.startedAtMs) / 1_000
    duration.observe({ ...labels, error_type: closed.errorCode ?? '' }, seconds)
    if (opened.stream && closed.firstByteMs !== undefined)
      firstChunk.observe(labels, closed.firstByteMs / 1_000)
    if (closed.usage === undefined) return
    tokens.observe({ ...labels, gen_ai_token_type: 'input' }, closed.usage.inputTokens)
    tokens.observe({ ...labels, gen_ai_token_type: 'output' }, closed.usage.outputTokens)
  }
}

function watchBus(registry: Registry, read: () => BusGauges): void {
  const registers = [registry]
  new Gauge({
    name: 'gateway_bus_connected',
    help: '1 while the bus answers.',
    registers,
    aggregator: 'min',
    collect() {
      this.set(read().connected ? 1 : 0)
    },
  })
  new Gauge({
    name: 'gateway_spool_bytes',
    help: 'Bytes of events waiting for the bus.',
    registers,
    collect() {
      this.set(read().spoolBytes)
    },
  })
  let counted = { spans: 0, contents: 0 }
  new Counter({
    name: 'gateway_events_dropped_total',
    help: 'Events given up because the spool was full; usage events still travel by the outbox.',
    labelNames: ['kind'] as const,
    registers,
    collect() {
      const stats = read()
      this.inc({ kind: 'spans' }, stats.spansDropped - counted.spans)
      const contents = stats.contentsDropped ?? 0
      this.inc({ kind: 'contents' }, contents - counted.contents)
      counted = { spans: stats.spansDropped, contents }
    },
  })
}

/** The first `most` distinct values keep their name, all later ones become `other`. */
function boundedLabel(most: number): (value: string | undefined) => string {
  const seen = new Set<string>()
  return (value) => {
    const name = (value ?? 'unknown').slice(0, 100)
    if (seen.has(name)) return name
    if (seen.size >= most) return 'other'
    seen.add(name)
    return name
  }
}
