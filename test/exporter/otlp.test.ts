import { describe, expect, test } from 'bun:test'
import type { ExchangeEvent } from '../../src/base/exchange.ts'
import { nanos } from '../../src/base/money.ts'
import { readDestinations } from '../../src/exporter/destinations.ts'
import { type Sink, SinkAway } from '../../src/exporter/sink.ts'
import { sinkFor } from '../../src/exporter/sinks/index.ts'
import { someEvent } from '../support/nats.ts'
import {
  accept,
  type OtlpReceiver,
  partial,
  type ReceivedSpan,
  type Reply,
  startOtlpReceiver,
} from '../support/otlp-receiver.ts'
import { testWorld } from '../support/world.ts'

const world = testWorld()
const API_KEY = `fake-${'k'.repeat(12)}`

function sinkTo(entry: Record<string, unknown>): Sink {
  const [destination] = readDestinations(JSON.stringify([entry]), { THE_KEY: API_KEY })
  if (destination === undefined) throw new Error('no destination')
  return sinkFor(destination, { world, fetch, write: async () => {} })
}

/** A call with everything in it. */
function fullEvent(change: Parameters<typeof someEvent>[0] = {}): ExchangeEvent {
  return someEvent({
    opened: {
      parentSpanId: 'b7ad6b7169203331',
      sessionId: 'session-9',
      userId: '0190a6de-0000-7000-8000-00000000000a',
      userAgent: 'agent/1',
      ...change.opened,
    },
    closed: {
      usage: {
        inputTokens: 1_000,
        outputTokens: 200,
        cacheReadTokens: 600,
        cacheWriteTokens: 100,
        reasoningTokens: 80,
      },
      costNanos: nanos(12_345_678n),
      costBasis: 'measured',
      firstByteMs: 120,
      overheadMs: 2,
      policies: {
        matched: [
          { id: 'p1', name: 'Monthly cap' },
          { id: 'p2', name: 'PII' },
        ],
        violated: [],
      },
      findings: [
        { detector: 'email', entity: 'EMAIL', direction: 'request', count: 2 },
        { detector: 'email', entity: 'EMAIL', direction: 'response', count: 1 },
      ],
      ...change.closed,
    },
  })
}

async function exported(entry: Record<string, unknown>, event: ExchangeEvent) {
  const receiver = startOtlpReceiver()
  const sink = sinkTo({ endpoint: receiver.url, ...entry })
  await sink.storeUsage?.([event])
  await receiver.stop()
  const [request] = receiver.requests
  const server = request?.spans.find((span) => span.kind === 2)
  const client = request?.spans.find((span) => span.kind === 3)
  if (!request || !server || !client) throw new Error('nothing was exported')
  return { request, server, client }
}

describe('a call as a backend decodes it', () => {
  test('plain OTLP: ids, times, parents, kinds and the GenAI names', async () => {
    const event = fullEvent()
    const { request, server, client } = await exported({ type: 'otlp' }, event)
    expect(request.path).toBe('/v1/traces')
    expect(request.headers.get('content-type')).toBe('application/x-protobuf')
    expect(request.resource).toEqual({ 'service.name': 'llm-gateway' })
    expect(server.traceId).toBe(event.opened.traceId)
    expect(server.parentSpanId).toBe('b7ad6b7169203331')
    expect(client.parentSpanId).toBe(server.spanId)
    expect(server.startNanos).toBe(BigInt(event.opened.startedAtMs) * 1_000_000n)
    expect(server.endNanos).toBe(BigInt(event.closed.endedAtMs) * 1_000_000n)
    expect(client.startNanos - server.startNanos).toBe(2_000_000n)
    expect(client.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-test',
      'gen_ai.response.model': 'gpt-test-2026',
      'gen_ai.usage.input_tokens': 1_000,
      'gen_ai.usage.output_tokens': 200,
      'gen_ai.usage.cache_read.input_tokens': 600,
      'gen_ai.usage.cache_creation.input_tokens': 100,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': 0.118,
      'gateway.cost.nanos': '12345678',
    })
  })

  test('the same event gives the same bytes of meaning, again and again', async () => {
    const event = fullEvent()
    const first = await exported({ type: 'otlp' }, event)
    const second = await exported({ type: 'otlp' }, event)
    expect(second.request.spans).toEqual(first.request.spans)
  })

  test('LangSmith: own project header, kinds, system, totals and metadata', async () => {
    const { request, server, client } = await exported(
      { type: 'langsmith', api_key: '$THE_KEY' },
      fullEvent(),
    )
    expect(request.path).toBe('/v1/traces')
    expect(request.headers.get('x-api-key')).toBe(API_KEY)
    expect(request.headers.get('langsmith-project')).toBe('gateway')
    expect(client.attributes).toMatchObject({
      'langsmith.span.kind': 'llm',
      'gen_ai.system': 'openai',
      'gen_ai.usage.input_tokens': 1_000,
      'gen_ai.usage.output_tokens': 200,
      'gen_ai.usage.total_tokens': 1_200,
      'gen_ai.usage.details.reasoning_tokens': 80,
      'langsmith.trace.session_id': 'session-9',
      'langsmith.metadata.gateway.usage.cache_read': 600,
      'langsmith.metadata.gateway.usage.cache_creation': 100,
      'langsmith.metadata.gateway.cost_usd': '0.012345678',
    })
    expect(server.attributes).toMatchObject({
      'langsmith.span.kind': 'chain',
      'langsmith.metadata.gateway.policy.matched_ids': ['p1', 'p2'],
      'langsmith.metadata.gateway.policy.matched_names': ['Monthly cap', 'PII'],
      'langsmith.metadata.gateway.policy.passed_ids': ['p1', 'p2'],
      'langsmith.metadata.policy.matched_rules': '{"email":3}',
      'langsmith.metadata.user_id': '0190a6de-0000-7000-8000-00000000000a',
      'langsmith.metadata.api_key_short': 'abcdefghijkl',
    })
    for (const span of [server, client])
      for (const name of Object.keys(span.attributes)) expect(name).not.toStartWith('gateway.')
  })

  test('Langfuse: one generation whose parts add up under its own subtraction, its cost once', async () => {
    const { request, server, client } = await exported(
      { type: 'langfuse', public_key: 'pk', secret_key: '$THE_KEY' },
      fullEvent(),
    )
    expect(request.headers.get('authorization')).toBe(`Basic ${btoa(`pk:${API_KEY}`)}`)
    expect(request.headers.get('x-langfuse-ingestion-version')).toBe('4')
    expect(client.attributes['langfuse.observation.type']).toBe('generation')
    expect(client.attributes['langfuse.observation.cost_details']).toBe('{"total":0.012345678}')
    expect(server.attributes['langfuse.observation.cost_details']).toBeUndefined()
    expect(client.attributes['langfuse.observation.completion_start_time']).toBe(
      new Date(Number(client.startNanos / 1_000_000n) + 118).toISOString(),
    )
    expect(client.attributes['session.id']).toBe('session-9')
    // Its ingestion takes these off the totals; what is left must be the uncached and the visible part.
    const number = (name: string): number => Number(client.attributes[name])
    const uncached =
      number('gen_ai.usage.input_tokens') -
      number('gen_ai.usage.cache_read.input_tokens') -
      number('gen_ai.usage.cache_creation.input_tokens')
    const visible =
      number('gen_ai.usage.output_tokens') - number('gen_ai.usage.reasoning.output_tokens')
    expect([uncached, visible]).toEqual([300, 120])
    expect(client.attributes['gen_ai.usage.cache_write.input_tokens']).toBeUndefined()
  })

  test('Phoenix: OpenInference counts, cost and project', async () => {
    const { request, server, client } = await exported(
      { type: 'phoenix', api_key: '$THE_KEY', project: 'agents' },
      fullEvent({ opened: { provider: 'gemini' } }),
    )
    expect(request.headers.get('authorization')).toBe(`Bearer ${API_KEY}`)
    expect(request.resource['openinference.project.name']).toBe('agents')
    expect(client.attributes).toMatchObject({
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'gpt-test-2026',
      'llm.provider': 'google',
      'llm.token_count.prompt': 1_000,
      'llm.token_count.completion': 200,
      'llm.token_count.total': 1_200,
      'llm.token_count.prompt_details.cache_read': 600,
      'llm.token_count.prompt_details.cache_write': 100,
      'llm.token_count.completion_details.reasoning': 80,
      'llm.cost.total': 0.012345678,
    })
    expect(server.attributes['openinference.span.kind']).toBe('CHAIN')
    expect(JSON.parse(String(server.attributes.metadata))).toMatchObject({
      'gateway.policy.matched_names': ['Monthly cap', 'PII'],
    })
  })

  test('Datadog: its two headers, the GenAI names as they are', async () => {
    const { request, client } = await exported(
      { type: 'datadog', api_key: '$THE_KEY' },
      fullEvent(),
    )
    expect(request.headers.get('dd-api-key')).toBe(API_KEY)
    expect(request.headers.get('dd-otlp-source')).toBe('llmobs')
    expect(client.attributes['gen_ai.provider.name']).toBe('openai')
  })

  test('blocked, failed, aborted and interrupted calls show what they are', async () => {
    const receiver = startOtlpReceiver()
    const sink = sinkTo({ type: 'otlp', endpoint: receiver.url })
    const none = { usage: undefined, costNanos: undefined, costBasis: undefined } as const
    const blocked = fullEvent({
      closed: {
        ...none,
        outcome: 'refused',
        status: 402,
        upstreamStatus: undefined,
        errorCode: 'spend_limit_reached',
        policies: {
          matched: [{ id: 'p1', name: 'Monthly cap' }],
          violated: [{ id: 'p1', name: 'Monthly cap' }],
        },
      },
    })
    const failed = fullEvent({
      closed: {
        ...none,
        outcome: 'failed',
        status: 502,
        upstreamStatus: undefined,
        errorCode: 'upstream_unreachable',
      },
    })
    const aborted = fullEvent({
      closed: {
        outcome: 'aborted',
        status: 499,
        errorCode: 'downstream_gone',
        costBasis: 'ceiling',
      },
    })
    const interrupted = fullEvent({
      closed: {
        ...none,
        outcome: 'interrupted',
        status: 0,
        upstreamStatus: undefined,
        errorCode: 'internal',
      },
    })
    await sink.storeUsage?.([blocked, failed, aborted, interrupted])
    await receiver.stop()
    const of = (event: ExchangeEvent): ReceivedSpan[] =>
      receiver.accepted().filter((span) => span.traceId === event.opened.traceId)
    expect(of(blocked).map((span) => [span.kind, span.status])).toEqual([[2, 0]])
    expect(of(blocked)[0]?.attributes['gateway.policy.violated_names']).toEqual(['Monthly cap'])
    expect(of(failed).map((span) => [span.kind, span.status])).toEqual([
      [2, 2],
      [3, 2],
    ])
    expect(of(aborted)[1]?.attributes).toMatchObject({
      'error.type': 'downstream_gone',
      'gateway.cost.basis': 'ceiling',
    })
    expect(of(interrupted)[0]).toMatchObject({ kind: 2, status: 2 })
  })
})

describe('a backend that is unwell', () => {
  async function answers(reply: () => Reply): Promise<unknown> {
    const receiver: OtlpReceiver = startOtlpReceiver(reply)
    const sink = sinkTo({ type: 'otlp', endpoint: receiver.url })
    try {
      return await sink.storeUsage?.([someEvent()])
    } catch (cause) {
      return cause
    } finally {
      await receiver.stop()
    }
  }

  for (const status of [408, 429, 500, 502, 503, 504])
    test(`${status} means: later`, async () => {
      expect(await answers(() => new Response('', { status }))).toBeInstanceOf(SinkAway)
    })

  test('Retry-After is obeyed, in seconds and as a date', async () => {
    const seconds = await answers(
      () => new Response('', { status: 429, headers: { 'retry-after': '7' } }),
    )
    expect(seconds).toMatchObject({ retryAfterMs: 7_000 })
    const date = new Date(Date.now() + 60_000).toUTCString()
    const dated = await answers(
      () => new Response('', { status: 503, headers: { 'retry-after': date } }),
    )
    expect(dated).toBeInstanceOf(SinkAway)
    expect((dated as SinkAway).retryAfterMs).toBeGreaterThan(50_000)
  })

  for (const status of [400, 413, 422])
    test(`${status} means: the batch is at fault`, async () => {
      const cause = await answers(() => new Response('', { status }))
      expect(cause).toBeInstanceOf(Error)
      expect(cause).not.toBeInstanceOf(SinkAway)
    })

  for (const status of [301, 401, 403, 404])
    test(`${status} waits for the operator and loses nothing`, async () => {
      const headers = { location: 'http://127.0.0.1:1/elsewhere' }
      const cause = await answers(() => new Response('', { status, headers }))
      expect(cause).toMatchObject({ name: 'SinkAway', retryAfterMs: 60_000 })
    })

  test('partial success is final: nothing is sent again', async () => {
    let count = 0
    const cause = await answers(() => {
      count++
      return partial(1, 'too old')
    })
    expect(cause).toBeUndefined()
    expect(count).toBe(1)
  })

  test('nobody there means: later', async () => {
    const receiver = startOtlpReceiver()
    await receiver.stop()
    const sink = sinkTo({ type: 'otlp', endpoint: receiver.url })
    await expect(sink.storeUsage?.([someEvent()])).rejects.toBeInstanceOf(SinkAway)
  })

  test('more spans than one request may hold go in several', async () => {
    const receiver = startOtlpReceiver(accept)
    const sink = sinkTo({ type: 'otlp', endpoint: receiver.url })
    const events = Array.from({ length: 600 }, () => someEvent())
    await sink.storeUsage?.(events)
    await receiver.stop()
    expect(receiver.requests.map((request) => request.spans.length)).toEqual([512, 512, 176])
    expect(new Set(receiver.accepted().map((span) => span.spanId)).size).toBe(1_200)
  })
})
