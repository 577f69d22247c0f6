import { describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { FAILURES, type FailureCode } from '../../src/base/failure.ts'
import type { Dialect, Framing, Refusal } from '../../src/dialects/dialect.ts'
import { DIALECTS, dialectFor } from '../../src/dialects/index.ts'

const CODES: readonly FailureCode[] = Object.keys(FAILURES).filter(isCode)

function isCode(text: string): text is FailureCode {
  return Object.hasOwn(FAILURES, text)
}

function refusalOf(code: FailureCode): Refusal {
  const { status, kind, says } = FAILURES[code]
  const details = { policy_id: 'p1', room_usd: 0.5, scope: { workspace: 'w1' } }
  return { status, code, kind, says, details, requestId: 'req-1' }
}

const family = (dialect: Dialect): string => dialect.id.split('.')[0] ?? ''

/** A fetch that gives one scripted answer to anything, as an SDK takes it. */
function answering(status: number, contentType: string, body: string): typeof fetch {
  const answer = async () =>
    new Response(body, { status, headers: { 'content-type': contentType } })
  return Object.assign(answer, { preconnect() {} })
}

describe.each(DIALECTS.map((dialect) => [dialect.id, dialect] as const))('%s', (_, dialect) => {
  test('says every refusal as an error of its protocol, with the facts beside it', () => {
    for (const code of CODES) {
      const refusal = refusalOf(code)
      const { contentType, body } = dialect.refuse(refusal)
      expect(contentType).toBe('application/json')
      expect(body).toContain('policy_id')
      const parsed: unknown = JSON.parse(body)
      expect(parsed).toMatchObject({ type: 'error', error: { message: refusal.says } })
      const shape = {
        openai: { error: { type: expect.any(String), code: expect.any(String), param: null } },
        anthropic: { error: { type: expect.any(String) }, request_id: 'req-1' },
        gemini: { error: { code: refusal.status, status: expect.stringMatching(/^[A-Z_]+$/) } },
      }[family(dialect)]
      expect(parsed).toMatchObject(shape ?? {})
    }
  })

  test('breaks a stream off without ever looking like a clean end', () => {
    for (const framing of ['sse', 'array', 'json', 'opaque'] satisfies Framing[]) {
      const out = dialect.breakOff(refusalOf('upstream_broke'), framing)
      expect(out).not.toContain('[DONE]')
      expect(out).not.toMatch(/message_stop|response\.completed|"finishReason"|"finish_reason"/)
      if (framing === 'json' || framing === 'opaque') expect(out).toBe('')
    }
  })

  test('takes any nonsense for an answer without failing or claiming an end', () => {
    const ask = dialect.readAsk({}, '/v1/models/m:generateContent', new URLSearchParams())
    const odd = ['', '{', 'null', '[]', '"x"', '{}', '{"choices":{}}', '{"choices":[null,1,[]]}']
    odd.push('{"type":1,"usage":[],"error":"x"}', '{"candidates":[{"content":{"parts":"x"}}]}')
    odd.push('{"type":"message_start","message":null}', '{"type":"response.completed"}')
    odd.push('{"usage":{"prompt_tokens":"9","input_tokens":{}}}', '{"__proto__":{"id":"x"}}')
    odd.push('{"choices":[{"index":-1,"delta":{"tool_calls":[null]}}]}', '['.repeat(5_000))
    const reader = dialect.openAnswer({ ...ask, stream: true })
    for (const data of odd) {
      reader.glance(data, 'odd')
      reader.read(data, undefined)
    }
    expect(reader.writeText('no such slot', 'x')).toBeUndefined()
    if (!dialect.id.endsWith('passthrough')) expect(reader.summary().complete).toBe(false)
  })

  test('reads any JSON object as a request', () => {
    for (const body of [
      undefined,
      {},
      { messages: 'x', input: 5, tools: {}, n: -1, stream: 'yes' },
    ]) {
      const ask = dialect.readAsk(body, '/v1beta/models/%E0%A4%A:x', new URLSearchParams())
      expect(ask.answers).toBeGreaterThanOrEqual(1)
      expect(ask.stream).toBe(false)
    }
  })
})

test('every dialect has an id of its own', () => {
  expect(new Set(DIALECTS.map((dialect) => dialect.id)).size).toBe(DIALECTS.length)
})

describe('the route of a call decides its dialect', () => {
  const found = (route: string) => {
    const [prefix = '', method = '', target = ''] = route.split(' ')
    const url = new URL(target, 'http://gateway.invalid')
    const spoken = dialectFor(prefix, method, url.pathname, url.searchParams)
    return spoken && `${spoken.dialect.id} ${spoken.framingHint}`
  }

  test.each([
    ['openai POST /v1/chat/completions', 'openai.chat sse'],
    ['openai GET /v1/chat/completions', 'openai.passthrough opaque'],
    ['openai POST /v1/chat/completions/c_1', 'openai.passthrough opaque'],
    ['openai POST /v1/responses', 'openai.responses sse'],
    ['openai POST /v1/responses/compact', 'openai.responses sse'],
    ['openai POST /v1/responses/resp_1/cancel', 'openai.passthrough opaque'],
    ['openai POST /v1/completions', 'openai.completions sse'],
    ['openai POST /v1/embeddings', 'openai.embeddings json'],
    ['openai POST /v1/files', 'openai.passthrough opaque'],
    ['demo POST /v1/chat/completions', 'openai.chat sse'],
    ['anthropic POST /v1/messages?beta=true', 'anthropic.messages sse'],
    ['anthropic POST /v1/messages/count_tokens', 'anthropic.count_tokens json'],
    ['anthropic POST /v1/messages/batches', 'anthropic.passthrough opaque'],
    ['anthropic POST /v1/chat/completions', 'openai.chat sse'],
    ['gemini POST /v1/models/m:generateContent', 'gemini.generate json'],
    ['gemini POST /v1beta/models/m:streamGenerateContent?alt=sse', 'gemini.generate sse'],
    ['gemini POST /v1alpha/tunedModels/m:streamGenerateContent', 'gemini.generate array'],
    ['gemini POST /v1beta/models/m:countTokens', 'gemini.count_tokens json'],
    ['gemini POST /v1beta/models/m:batchEmbedContents', 'gemini.embed json'],
    ['gemini POST /v1beta/models/m:predict', 'gemini.passthrough opaque'],
    ['gemini POST /upload/v1beta/files', 'gemini.passthrough opaque'],
    ['gemini POST /v1beta/openai/embeddings', 'openai.embeddings json'],
    ['nobody POST /v1/chat/completions', undefined],
  ])('%s', (route, expected) => {
    expect(found(route)).toBe(expected)
  })
})

describe('the official SDKs raise what the gateway refuses', () => {
  const speaker = (prefix: string, path: string) => {
    const spoken = dialectFor(prefix, 'POST', path, new URLSearchParams())
    if (!spoken) throw new Error(path)
    return spoken.dialect
  }
  const message = FAILURES.spend_limit_reached.says

  async function raised(call: () => Promise<unknown>): Promise<unknown> {
    try {
      await call()
    } catch (error) {
      return error
    }
    throw new Error('nothing was raised')
  }

  async function drained(stream: AsyncIterable<unknown>): Promise<void> {
    for await (const _ of stream);
  }

  const openai = (fetch: typeof globalThis.fetch) =>
    new OpenAI({ apiKey: 'k', baseURL: 'http://gateway.invalid/v1', maxRetries: 0, fetch })

  test('OpenAI chat, before and inside a stream', async () => {
    const dialect = speaker('openai', '/v1/chat/completions')
    const refusal = refusalOf('spend_limit_reached')
    const ask = { model: 'm', messages: [], stream: true as const }
    const { body } = dialect.refuse(refusal)
    const first = await raised(() =>
      openai(answering(402, 'application/json', body)).chat.completions.create(ask),
    )
    expect(first).toBeInstanceOf(OpenAI.APIError)
    expect(first).toMatchObject({
      status: 402,
      code: 'budget_exceeded',
      type: 'insufficient_quota',
    })
    expect(String(first)).toContain(message)
    const broken = answering(200, 'text/event-stream', dialect.breakOff(refusal))
    const second = await raised(async () =>
      drained(await openai(broken).chat.completions.create(ask)),
    )
    expect(second).toBeInstanceOf(OpenAI.APIError)
    expect(String(second)).toContain(message)
  })

  test('OpenAI Responses inside a stream', async () => {
    const dialect = speaker('openai', '/v1/responses')
    const out = dialect.breakOff(refusalOf('spend_limit_reached'))
    const broken = openai(answering(200, 'text/event-stream', out))
    const error = await raised(async () =>
      drained(await broken.responses.create({ model: 'm', input: 'x', stream: true })),
    )
    expect(error).toBeInstanceOf(OpenAI.APIError)
    expect(String(error)).toContain(message)
  })

  test('Anthropic, before and inside a stream', async () => {
    const dialect = speaker('anthropic', '/v1/messages')
    const refusal = refusalOf('spend_limit_reached')
    const client = (fetch: typeof globalThis.fetch) =>
      new Anthropic({ apiKey: 'k', baseURL: 'http://gateway.invalid', maxRetries: 0, fetch })
    const ask = { model: 'm', max_tokens: 1, messages: [], stream: true as const }
    const { body } = dialect.refuse(refusal)
    const first = await raised(() =>
      client(answering(402, 'application/json', body)).messages.create(ask),
    )
    expect(first).toBeInstanceOf(Anthropic.APIError)
    expect(first).toMatchObject({ status: 402 })
    expect(String(first)).toContain(message)
    const broken = answering(200, 'text/event-stream', dialect.breakOff(refusal))
    const second = await raised(async () => drained(await client(broken).messages.create(ask)))
    expect(second).toBeInstanceOf(Anthropic.APIError)
    expect(String(second)).toContain(message)
  })

  test('Google, before and inside a stream', async () => {
    const dialect = speaker('gemini', '/v1beta/models/m:generateContent')
    const refusal = refusalOf('spend_limit_reached')
    const serve = (status: number, type: string, body: string) =>
      Bun.serve({
        port: 0,
        hostname: '127.0.0.1',
        fetch: () => new Response(body, { status, headers: { 'content-type': type } }),
      })
    const ask = { model: 'm', contents: 'x' }
    using refusing = serve(402, 'application/json', dialect.refuse(refusal).body)
    using breaking = serve(200, 'text/event-stream', dialect.breakOff(refusal))
    const client = (url: URL) =>
      new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: url.origin } }).models
    const first = await raised(() => client(refusing.url).generateContent(ask))
    expect(String(first)).toContain(message)
    expect(first).toMatchObject({ status: 402 })
    const second = await raised(async () =>
      drained(await client(breaking.url).generateContentStream(ask)),
    )
    expect(String(second)).toContain(message)
  })
})
