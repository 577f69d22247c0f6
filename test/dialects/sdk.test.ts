import { describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { isJsonObject } from '../../src/base/json.ts'
import { dialectFor } from '../../src/dialects/index.ts'
import type { TextFilter } from '../../src/stream/filter.ts'
import { type Fixture, loadFixtures } from './fixtures.ts'
import { filterOn } from './pipe.ts'

/** Gives text out in other pieces than it came: the last characters always wait for more. */
function lagging(): TextFilter {
  let held = ''
  return {
    push(piece) {
      const text = held + piece
      held = text.slice(-5)
      return text.slice(0, -5)
    },
    end: () => held,
    held: () => held.length,
  }
}

function hoarding(): TextFilter {
  let held = ''
  return {
    push(piece) {
      held += piece
      return ''
    },
    end: () => held,
    held: () => held.length,
  }
}

function served(body: Uint8Array): typeof fetch {
  const answer = async () =>
    new Response(body.slice(), { headers: { 'content-type': 'text/event-stream' } })
  return Object.assign(answer, { preconnect() {} })
}

/** What the protocol's own SDK makes of a stream. */
async function understood(fixture: Fixture, body: Uint8Array): Promise<unknown> {
  const client = { apiKey: 'k', maxRetries: 0, fetch: served(body) }
  const baseURL = 'http://gateway.invalid'
  switch (fixture.dialect) {
    case 'openai.chat':
      return new OpenAI({ ...client, baseURL }).chat.completions
        .stream({ model: 'm', messages: [] })
        .finalChatCompletion()
    case 'openai.responses':
      return new OpenAI({ ...client, baseURL }).responses
        .stream({ model: 'm', input: 'x' })
        .finalResponse()
    case 'anthropic.messages':
      return new Anthropic({ ...client, baseURL }).messages
        .stream({ model: 'm', max_tokens: 1, messages: [] })
        .finalMessage()
    default:
      return joinedByGoogle(body)
  }
}

async function joinedByGoogle(body: Uint8Array): Promise<unknown> {
  using server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: () => new Response(body.slice(), { headers: { 'content-type': 'text/event-stream' } }),
  })
  const models = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: server.url.origin } })
    .models
  const texts: Record<string, string> = {}
  const finish: Record<string, unknown> = {}
  let usage: unknown
  for await (const chunk of await models.generateContentStream({ model: 'm', contents: 'x' })) {
    for (const candidate of chunk.candidates ?? []) {
      const index = candidate.index ?? 0
      finish[index] = candidate.finishReason ?? finish[index]
      for (const part of candidate.content?.parts ?? []) {
        const key = `${index}${part.thought ? ' thought' : ''}`
        texts[key] = (texts[key] ?? '') + (part.text ?? '')
      }
    }
    usage = chunk.usageMetadata ?? usage
  }
  return { texts, finish, usage }
}

const STREAMED = ['openai.chat', 'openai.responses', 'anthropic.messages', 'gemini.generate']
/** Cases that the SDK's own helper refuses or does not join, also as they come from the provider. */
const HELPERLESS = [
  ...['chat legacy-function-call', 'chat custom-tool-call', 'chat empty-choices-without-usage'],
  ...['chat null-usage-elsewhere', 'chat reasoning-then-finish-with-text', 'responses failed'],
  ...['responses refusal', 'responses incomplete', 'responses shell-call'],
  ...['responses logprobs-and-unknown-events'],
]

const fixtures = loadFixtures().filter((fixture) => {
  const summary = fixture.expect.summary
  const whole = isJsonObject(summary) && summary.complete === true && summary.error === undefined
  const refused = HELPERLESS.some((name) => fixture.name.endsWith(name))
  return whole && fixture.framing === 'sse' && STREAMED.includes(fixture.dialect) && !refused
})

describe.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', (_, fixture) => {
  test('means the same to the official SDK when filters hold text back', async () => {
    const { prefix, method, path, query } = fixture.route
    const dialect = dialectFor(prefix, method, path, query)?.dialect
    if (!dialect) throw new Error(fixture.name)
    const ask = dialect.readAsk(fixture.request, path, query)
    const original = await understood(fixture, fixture.downstream)
    for (const filter of [lagging, hoarding]) {
      const out = filterOn('sse', [fixture.upstream], dialect.openAnswer(ask), filter)
      expect(await understood(fixture, out)).toEqual(original)
    }
  })
})

test('the SDKs were shown enough streams to mean something', () => {
  expect(fixtures.length).toBeGreaterThanOrEqual(30)
})
