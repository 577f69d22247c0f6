import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import OpenAI, { APIError, AuthenticationError, RateLimitError } from 'openai'
import { HANG, type Script } from '../support/scripted-provider.ts'
import { REAL_KEY, type Service, startService } from '../support/service.ts'
import { until } from '../support/world.ts'

let service: Service
let client: OpenAI
beforeAll(async () => {
  service = await startService({ status: 500 })
  client = new OpenAI({
    apiKey: service.first.gatewayKey,
    baseURL: `${service.url}/openai/v1`,
    maxRetries: 0,
  })
})
afterAll(() => service.close())

const answers = (script: Script) => service.provider.script(script)
const json = (body: object, status = 200, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
const USAGE = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 }
const chunk = (delta: object, finish: string | null = null, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-9', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini', choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`
const usageChunk = `data: ${JSON.stringify({ id: 'chatcmpl-9', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini', choices: [], usage: USAGE })}\n\n`
const streamed = (...pieces: (string | typeof HANG)[]) => ({
  headers: { 'content-type': 'text/event-stream' },
  body: pieces,
})
const ping = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'ping' }] }

/** The run of the newest call, once the exporter has stored it. */
async function newestRun(): Promise<Record<string, unknown>> {
  const { body } = await service.admin(
    'GET',
    '/sessions?name=gateway',
    undefined,
    service.first.gatewayKey,
  )
  const session = body[0].id
  return until('the run to be stored', async () => {
    const found = await service.admin(
      'POST',
      '/runs/query',
      { session: [session], limit: 1 },
      service.first.gatewayKey,
    )
    return found.body.runs?.[0]
  })
}

describe('the official openai SDK through the gateway', () => {
  test('gets a completion, and the provider saw its own key and never the gateway key', async () => {
    answers(
      json({
        id: 'chatcmpl-8',
        object: 'chat.completion',
        model: 'gpt-4o-mini',
        choices: [
          { index: 0, message: { role: 'assistant', content: 'pong' }, finish_reason: 'stop' },
        ],
        usage: USAGE,
      }),
    )
    const answer = await client.chat.completions.create(ping)
    expect(answer.choices[0]?.message.content).toBe('pong')
    const sent = service.provider.requests.at(-1)
    expect(sent?.header('authorization')).toBe(`Bearer ${REAL_KEY}`)
    expect(sent?.header('x-stainless-lang')).toBe('js')
    expect(JSON.stringify(sent?.headers) + sent?.text()).not.toContain('slu_')
    const run = await newestRun()
    expect(run).toMatchObject({ status: 'success', prompt_tokens: 12, completion_tokens: 3 })
    expect(Number(run.total_cost)).toBeCloseTo((12 * 0.15 + 3 * 0.6) / 1e6, 12)
  })

  test('streams, without a usage chunk it did not ask for, and the call is metered', async () => {
    answers(
      streamed(
        chunk({ role: 'assistant', content: '' }),
        chunk({ content: 'po' }),
        chunk({ content: 'ng' }),
        chunk({}, 'stop'),
        usageChunk,
        'data: [DONE]\n\n',
      ),
    )
    let text = ''
    for await (const event of await client.chat.completions.create({ ...ping, stream: true })) {
      expect(event.choices).toHaveLength(1)
      text += event.choices[0]?.delta.content ?? ''
    }
    expect(text).toBe('pong')
    expect(service.provider.requests.at(-1)?.json()).toMatchObject({
      stream_options: { include_usage: true },
    })
  })

  test('streams with the usage it asked for', async () => {
    answers(streamed(chunk({ content: 'x' }), chunk({}, 'stop'), usageChunk, 'data: [DONE]\n\n'))
    const events = await client.chat.completions.create({
      ...ping,
      stream: true,
      stream_options: { include_usage: true },
    })
    let usage: unknown
    for await (const event of events) usage = event.usage ?? usage
    expect(usage).toEqual(USAGE)
  })

  test('calls parallel tools, whose argument deltas arrive in order', async () => {
    const call = (index: number, more: object) => chunk({ tool_calls: [{ index, ...more }] })
    answers(
      streamed(
        chunk({ role: 'assistant', content: null }),
        call(0, { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '' } }),
        call(0, { function: { arguments: '{"city":"Ro' } }),
        call(1, {
          id: 'call_b',
          type: 'function',
          function: { name: 'weather', arguments: '{"city":"Oslo"}' },
        }),
        call(0, { function: { arguments: 'me"}' } }),
        chunk({}, 'tool_calls'),
        usageChunk,
        'data: [DONE]\n\n',
      ),
    )
    const stream = client.chat.completions.stream({
      ...ping,
      tools: [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }],
    })
    const message = (await stream.finalChatCompletion()).choices[0]?.message
    expect(
      message?.tool_calls?.map((each) => (each.type === 'function' ? each.function.arguments : '')),
    ).toEqual(['{"city":"Rome"}', '{"city":"Oslo"}'])
  })

  test('aborts, and the provider is left at once', async () => {
    answers(streamed(chunk({ content: 'x' }), HANG))
    const stream = await client.chat.completions.create({ ...ping, stream: true })
    const sent = service.provider.requests.at(-1)
    for await (const _ of stream) stream.controller.abort()
    await sent?.gone
    const run = await until('the aborted run', async () => {
      const newest = await newestRun()
      return newest.error ? newest : undefined
    })
    expect(run.status).toBe('error')
  })

  test("gets its own error classes for refusals and for the provider's errors", async () => {
    const stranger = new OpenAI({
      apiKey: 'sk-none',
      baseURL: `${service.url}/openai/v1`,
      maxRetries: 0,
    })
    const refused = await stranger.chat.completions.create(ping).catch((cause) => cause)
    expect(refused).toBeInstanceOf(AuthenticationError)
    expect(refused.code).toBe('invalid_api_key')
    answers(
      json(
        { error: { message: 'slow down', type: 'requests', code: 'rate_limit_exceeded' } },
        429,
        { 'retry-after': '3' },
      ),
    )
    const limited = await client.chat.completions.create(ping).catch((cause) => cause)
    expect(limited).toBeInstanceOf(RateLimitError)
    expect(limited.code).toBe('rate_limit_exceeded')
    expect(limited.headers.get('retry-after')).toBe('3')
  })

  test('sees a broken stream as an error, never as a complete answer', async () => {
    answers(streamed(chunk({ content: 'half' })))
    const reading = (async () => {
      for await (const _ of await client.chat.completions.create({ ...ping, stream: true }));
    })()
    const cause = await reading.catch((thrown) => thrown)
    expect(cause).toBeInstanceOf(APIError)
    expect(cause.code).toBe('upstream_broke')
  })

  test('reads request ids and passes other routes through', async () => {
    answers(json({ object: 'list', data: [{ id: 'gpt-4o-mini', object: 'model' }] }))
    const page = await client.models.list().withResponse()
    expect(page.data.data[0]?.id).toBe('gpt-4o-mini')
    expect(page.request_id).toBe(page.response.headers.get('x-gateway-request-id'))
    answers(
      json({
        object: 'list',
        model: 'text-embedding-3-small',
        data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
        usage: { prompt_tokens: 4, total_tokens: 4 },
      }),
    )
    const vector = await client.embeddings.create({
      model: 'text-embedding-3-small',
      input: 'x',
      encoding_format: 'float',
    })
    expect(vector.data[0]?.embedding).toEqual([0.5])
  })
})
