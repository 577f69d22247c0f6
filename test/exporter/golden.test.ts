import { describe, expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'
import { nanos } from '../../src/base/money.ts'
import type { Usage } from '../../src/base/usage.ts'
import { otlpEncoder } from '../../src/exporter/otlp-encode.ts'
import { PROFILES } from '../../src/exporter/profiles/index.ts'
import { recordedSpans } from '../../src/telemetry/recorded.ts'
import { spansOf } from '../../src/telemetry/trace.ts'
import { someEvent, TIMINGS } from '../support/nats.ts'

// What each kind of backend gets, to the last attribute, as the protocol's own definition reads the bytes. With
// WRITE_GOLDEN=1 the files are written anew; their change is to be read.

const FOLDER = join(import.meta.dir, 'otlp')
const REQUEST = protobuf
  .parse(readFileSync(join(FOLDER, 'trace-service.proto'), 'utf8'))
  .root.lookupType('ExportTraceServiceRequest')

const USAGE: Usage = {
  inputTokens: 1_000,
  outputTokens: 200,
  cacheReadTokens: 600,
  cacheWriteTokens: 60,
  cacheWrite1hTokens: 40,
  reasoningTokens: 80,
}

/** A call with everything in it, the same every time. */
function call(usage: Usage | undefined = USAGE) {
  const id = '019ab000-0000-7000-8000-0000000000'
  return someEvent({
    opened: {
      id: `${id}01`,
      organizationId: `${id}02`,
      workspaceId: `${id}03`,
      keyId: `${id}04`,
      processId: `${id}05`,
      userId: `${id}06`,
      startedAtMs: 1_795_300_000_000,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      parentSpanId: '00f067aa0ba902b7',
      sessionId: 'session-9',
      userAgent: 'agent/1',
    },
    closed: {
      id: `${id}01`,
      endedAtMs: 1_795_300_000_900,
      usage,
      costNanos: nanos(12_345_678n),
      costBasis: 'measured',
      policies: {
        matched: [
          { id: 'p1', name: 'Monthly cap' },
          { id: 'p2', name: 'PII' },
        ],
        violated: [{ id: 'p2', name: 'PII' }],
      },
      findings: [
        { detector: 'email', entity: 'EMAIL', direction: 'request', count: 2 },
        { detector: 'email', entity: 'EMAIL', direction: 'response', count: 1 },
      ],
    },
  })
}

const CREDENTIALS = {
  apiKey: undefined,
  publicKey: undefined,
  secretKey: undefined,
  project: 'agents',
}

function encoded(profile: (typeof PROFILES)[number], usage?: Usage): Uint8Array {
  const event = call(usage)
  const steps = spansOf(event, TIMINGS, 'full').filter(({ kind }) => kind === 'internal')
  const spans = [...recordedSpans(event), ...steps.slice(0, 1)]
  return otlpEncoder(profile, profile.resource(CREDENTIALS)).encode(spans)
}

function decoded(bytes: Uint8Array): unknown {
  return REQUEST.toObject(REQUEST.decode(bytes), { longs: String, enums: String, bytes: String })
}

for (const profile of PROFILES)
  describe(`what ${profile.name} gets`, () => {
    test('is read by the protocol without a byte left over', () => {
      const bytes = encoded(profile)
      // A field that the protocol does not know would be missing here.
      expect(REQUEST.encode(REQUEST.decode(bytes)).finish().length).toBe(bytes.length)
    })

    test('is what it has always been', () => {
      const path = join(FOLDER, `${profile.name}.json`)
      const found = JSON.parse(JSON.stringify(decoded(encoded(profile))))
      if (process.env.WRITE_GOLDEN === '1')
        writeFileSync(path, `${JSON.stringify(found, null, 2)}\n`)
      expect(found).toEqual(JSON.parse(readFileSync(path, 'utf8')))
    })

    test('adds up to what the provider reported, by its own way of counting', () => {
      const usages: Usage[] = [
        USAGE,
        { inputTokens: 7, outputTokens: 0 },
        { inputTokens: 500, outputTokens: 3, cacheReadTokens: 500 },
        { inputTokens: 10, outputTokens: 90, reasoningTokens: 90 },
      ]
      for (const usage of usages) {
        const read = (name: string): number | undefined => {
          const all = attributesOf(encoded(profile, usage)).filter((each) => each.key === name)
          // A second span with the same count would be counted twice.
          expect(all.length).toBeLessThan(2)
          return all[0]?.value
        }
        expect([usage, COUNTING[profile.name]?.(read)]).toEqual([
          usage,
          { input: usage.inputTokens, output: usage.outputTokens },
        ])
      }
    })
  })

type Read = (name: string) => number | undefined

/** GenAI conventions: the totals hold the cached and the reasoning part. */
const genAi = (read: Read) => ({
  input: read('gen_ai.usage.input_tokens') ?? 0,
  output: read('gen_ai.usage.output_tokens') ?? 0,
})

/** How each backend counts, from its documentation or the source of its ingestion (2026-11). */
const COUNTING: Readonly<Record<string, (read: Read) => { input: number; output: number }>> = {
  otlp: genAi,
  datadog: genAi,
  // Shows the total it is given; the parts are metadata.
  langsmith(read) {
    const counted = genAi(read)
    expect(read('gen_ai.usage.total_tokens')).toBe(counted.input + counted.output)
    return counted
  },
  // Takes the parts off the totals and shows each as a line of its own; all lines are summed.
  langfuse(read) {
    const { input, output } = genAi(read)
    const cached =
      (read('gen_ai.usage.cache_read.input_tokens') ?? 0) +
      (read('gen_ai.usage.cache_creation.input_tokens') ?? 0)
    const reasoning = read('gen_ai.usage.reasoning.output_tokens') ?? 0
    const lines = [input - cached, cached, output - reasoning, reasoning]
    for (const line of lines) expect(line).toBeGreaterThanOrEqual(0)
    // A name it does not know would be one more line, on top.
    expect(read('gen_ai.usage.cache_write.input_tokens')).toBeUndefined()
    expect(read('gen_ai.usage.total_tokens')).toBeUndefined()
    return { input: input - cached + cached, output: output - reasoning + reasoning }
  },
  // Prompt and completion hold their details; the total is what it is given.
  phoenix(read) {
    const input = read('llm.token_count.prompt') ?? 0
    const output = read('llm.token_count.completion') ?? 0
    const details =
      (read('llm.token_count.prompt_details.cache_read') ?? 0) +
      (read('llm.token_count.prompt_details.cache_write') ?? 0)
    expect(details).toBeLessThanOrEqual(input)
    expect(read('llm.token_count.total')).toBe(input + output)
    return { input, output }
  },
}

interface Wire {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly attributes?: readonly {
          readonly key: string
          readonly value: { readonly intValue?: string }
        }[]
      }[]
    }[]
  }[]
}

/** Whole numbers of every span of a request. */
function attributesOf(bytes: Uint8Array): { key: string; value: number }[] {
  const { resourceSpans } = decoded(bytes) as Wire
  return resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .flatMap(({ attributes = [] }) => attributes)
    .flatMap(({ key, value }) =>
      value.intValue === undefined ? [] : [{ key, value: Number(value.intValue) }],
    )
}
