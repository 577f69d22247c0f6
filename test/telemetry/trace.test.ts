import { describe, expect, test } from 'bun:test'
import type { CallTimings } from '../../src/base/call.ts'
import { nanos } from '../../src/base/money.ts'
import { routeOf, spansOf } from '../../src/telemetry/trace.ts'
import { someEvent } from '../support/nats.ts'

const TIMINGS: CallTimings = {
  authenticatedMs: 0.5,
  readMs: 1,
  admittedMs: 3,
  forwardedMs: 4,
  headMs: 100,
  firstByteMs: 120,
  endedMs: 900,
}

const REFUSED: CallTimings = { ...TIMINGS, forwardedMs: undefined, headMs: undefined }

describe('one call', () => {
  test('is a server span with one client span below it, in the caller’s trace', () => {
    const event = someEvent({ opened: { parentSpanId: 'b7ad6b7169203331' } })
    const [server, client, ...more] = spansOf(event, TIMINGS)
    expect(more).toEqual([])
    expect(server).toMatchObject({
      kind: 'server',
      name: 'POST /openai/v1/chat/completions',
      traceId: event.opened.traceId,
      parentSpanId: 'b7ad6b7169203331',
      startMs: event.opened.startedAtMs,
    })
    expect(client).toMatchObject({
      kind: 'client',
      name: 'chat gpt-test',
      traceId: event.opened.traceId,
      parentSpanId: server?.spanId,
      startMs: event.opened.startedAtMs + 4,
      endMs: event.opened.startedAtMs + 900,
      status: 'unset',
    })
  })

  test('gives the same ids each time, and other calls other ids', () => {
    const event = someEvent()
    const ids = spansOf(event, TIMINGS, 'full').map((span) => span.spanId)
    expect(spansOf(event, TIMINGS, 'full').map((span) => span.spanId)).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
    for (const span of spansOf(someEvent(), TIMINGS, 'full')) expect(ids).not.toContain(span.spanId)
  })

  test('that was refused before it was forwarded has no client span', () => {
    const spans = spansOf(someEvent({ closed: { outcome: 'refused', status: 402 } }), REFUSED)
    expect(spans.map((span) => [span.kind, span.status])).toEqual([['server', 'unset']])
  })

  test('shows its steps only when asked in full', () => {
    const kinds = spansOf(someEvent(), TIMINGS, 'full').map((span) => span.name)
    expect(kinds.slice(2)).toEqual(['authenticate', 'read request', 'admit', 'forward'])
  })

  test('carries usage, cost and how it is known, time to the first chunk and finish', () => {
    const event = someEvent({
      closed: {
        usage: {
          inputTokens: 100,
          outputTokens: 20,
          cacheReadTokens: 60,
          cacheWriteTokens: 10,
          cacheWrite1hTokens: 5,
          reasoningTokens: 8,
        },
        costNanos: nanos(1_234_500_000n),
        costBasis: 'measured',
      },
    })
    expect(spansOf(event, TIMINGS)[1]?.attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.stream': true,
      'gen_ai.request.model': 'gpt-test',
      'gen_ai.response.model': 'gpt-test-2026',
      'gen_ai.response.id': 'resp-1',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': 0.116,
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.usage.cache_read.input_tokens': 60,
      'gen_ai.usage.cache_creation.input_tokens': 15,
      'gen_ai.usage.reasoning.output_tokens': 8,
      'gateway.cost.usd': '1.2345',
      'gateway.cost.nanos': '1234500000',
      'gateway.cost.basis': 'measured',
      'http.response.status_code': 200,
    })
  })

  test('names the policies that matched, passed and said no, and counts findings by rule', () => {
    const [cap, guard] = [
      { id: 'p1', name: 'Monthly cap' },
      { id: 'p2', name: 'PII' },
    ] as const
    const event = someEvent({
      closed: {
        outcome: 'refused',
        status: 402,
        errorCode: 'spend_limit_reached',
        policies: { matched: [cap, guard], violated: [cap] },
        findings: [{ detector: 'email', entity: 'EMAIL', direction: 'request', count: 3 }],
      },
    })
    expect(spansOf(event, REFUSED)[0]?.attributes).toMatchObject({
      'gateway.policy.matched_names': ['Monthly cap', 'PII'],
      'gateway.policy.passed_ids': ['p2'],
      'gateway.policy.violated_ids': ['p1'],
      'gateway.guard.request.email': 3,
      'gateway.outcome': 'refused',
      'error.type': 'spend_limit_reached',
      'http.response.status_code': 402,
    })
  })

  test('an upstream failure marks the attempt, and the server span only for 5xx', () => {
    const limited = someEvent({ closed: { outcome: 'failed', status: 429, upstreamStatus: 429 } })
    expect(spansOf(limited, TIMINGS).map((span) => span.status)).toEqual(['unset', 'error'])
    expect(spansOf(limited, TIMINGS)[1]?.attributes['error.type']).toBe('429')
    const broken = someEvent({
      closed: { outcome: 'failed', status: 502, upstreamStatus: 200, errorCode: 'upstream_broke' },
    })
    expect(spansOf(broken, TIMINGS).map((span) => span.status)).toEqual(['error', 'error'])
  })
})

test('routes hold no ids and no model names', () => {
  expect(routeOf('/v1/responses/resp_68a1b2c3d4')).toBe('/v1/responses/{id}')
  expect(routeOf('/v1beta/models/gemini-3-pro:streamGenerateContent')).toBe(
    '/v1beta/models/{model}:streamGenerateContent',
  )
  expect(routeOf('/v1/chat/completions')).toBe('/v1/chat/completions')
})
