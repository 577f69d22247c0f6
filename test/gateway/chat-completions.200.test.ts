import { afterEach, describe, expect, test } from 'bun:test'
import { nanos } from '../../src/base/money.ts'
import { gate } from '../support/scripted-provider.ts'
import { CALLER_KEY, callerKey, chat, events, openGateway, PROVIDER_KEY } from './harness.ts'

type Gateway = Awaited<ReturnType<typeof openGateway>>
const opened: Gateway[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})
async function gatewayBefore(...args: Parameters<typeof openGateway>): Promise<Gateway> {
  const gateway = await openGateway(...args)
  opened.push(gateway)
  return gateway
}

const MESSAGES = [{ role: 'user', content: 'ping' }]
const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini-2024', choices: [{ index: 0, delta, finish_reason: finish }], usage: null })}\n\n`
const usageChunk = `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini-2024', choices: [], usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } })}\n\n`
const DONE = 'data: [DONE]\n\n'

describe('POST /openai/v1/chat/completions', () => {
  test('a streamed answer arrives as the uninjected request would have got it, and is metered', async () => {
    const pieces = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'pong' }),
      chunk({}, 'stop'),
    ]
    const gateway = await gatewayBefore(events(...pieces, usageChunk, DONE))
    const response = await fetch(
      `${gateway.url}/openai/v1/chat/completions`,
      chat({ model: 'gpt-4o-mini', messages: MESSAGES, stream: true }),
    )
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(pieces.join('').replaceAll(',"usage":null', '') + DONE)
    const end = await gateway.end()
    expect(end.outcome).toBe('ok')
    expect(end.usage).toEqual({ inputTokens: 9, outputTokens: 2 })
    expect(end.costNanos).toBe(nanos(9 * 150 + 2 * 600))
    expect(end.finishReasons).toEqual(['stop'])
    expect(end.responseModel).toBe('gpt-4o-mini-2024')
    expect(gateway.opened.get(end.id)?.requestModel).toBe('gpt-4o-mini')
  })

  test('a caller that asked for usage gets the bytes unchanged', async () => {
    const body = [chunk({ content: 'pong' }), chunk({}, 'stop'), usageChunk, DONE]
    const gateway = await gatewayBefore(events(...body))
    const request = {
      model: 'gpt-4o-mini',
      messages: MESSAGES,
      stream: true,
      stream_options: { include_usage: true },
    }
    const response = await fetch(`${gateway.url}/openai/v1/chat/completions`, chat(request))
    expect(await response.text()).toBe(body.join(''))
    const sent = await gateway.provider.request(0)
    expect(sent.text()).toBe(JSON.stringify(request))
  })

  test('the provider sees its own key and never the gateway key, wherever it travelled', async () => {
    const places: [string, Record<string, string>][] = [
      ['', { authorization: `Bearer ${CALLER_KEY}` }],
      ['', { 'x-api-key': CALLER_KEY }],
      ['', { 'x-goog-api-key': CALLER_KEY }],
      [`?key=${CALLER_KEY}&a=b%20c`, {}],
      [`?k%65y=${CALLER_KEY}&a=b%20c`, { authorization: 'Bearer something-else' }],
    ]
    const gateway = await gatewayBefore({ body: ['{"object":"list","data":[]}'] })
    for (const [index, [query, headers]] of places.entries()) {
      const response = await fetch(`${gateway.url}/openai/v1/models${query}`, { headers })
      expect(response.status).toBe(200)
      const sent = await gateway.provider.request(index)
      expect(sent.header('authorization')).toBe(`Bearer ${PROVIDER_KEY}`)
      expect(sent.target).toBe(query === '' ? '/v1/models' : '/v1/models?a=b%20c')
      expect(JSON.stringify([sent.target, sent.headers])).not.toContain('slu_')
    }
  })

  test('text leaves when it arrives: the first delta is read before the provider sends the second', async () => {
    const second = gate()
    const gateway = await gatewayBefore(
      events(
        chunk({ content: 'one' }),
        second.promise,
        chunk({ content: 'two' }),
        chunk({}, 'stop'),
        DONE,
      ),
    )
    const response = await fetch(
      `${gateway.url}/openai/v1/chat/completions`,
      chat({ model: 'gpt-4o-mini', messages: MESSAGES, stream: true }),
    )
    const reader = response.body?.getReader()
    const first = await reader?.read()
    expect(new TextDecoder().decode(first?.value)).toContain('one')
    second.open()
    let rest = ''
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read())
      rest += new TextDecoder().decode(piece.value)
    expect(rest).toContain('two')
    expect(rest.endsWith(DONE)).toBe(true)
  })

  test('an unstreamed answer is byte-identical and tells its cost', async () => {
    const body =
      '{ "id":"chatcmpl-2", "model":"m", "choices":[{"index":0,"message":{"role":"assistant","content":"pong \\u00e9 1.0"},"finish_reason":"stop"}], "big":12345678901234567890123, "usage":{"prompt_tokens":5,"completion_tokens":1} }'
    const gateway = await gatewayBefore({
      headers: { 'content-type': 'application/json', 'x-request-id': 'req_up' },
      body: [body],
    })
    const response = await fetch(
      `${gateway.url}/openai/v1/chat/completions`,
      chat({ model: 'gpt-4o-mini', messages: MESSAGES }),
    )
    expect(await response.text()).toBe(body)
    expect(response.headers.get('x-gateway-cost-usd')).toBe('0.00000135')
    expect(response.headers.get('x-gateway-upstream-request-id')).toBe('req_up')
    expect(response.headers.get('x-request-id')).toBe(response.headers.get('x-gateway-request-id'))
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
  })

  test('the tier that served it is billed, not the one that was asked for', async () => {
    const answer = {
      id: 'chatcmpl-3',
      model: 'gpt-4.1-2025-04-14',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'pong' }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 1_000, completion_tokens: 1_000 },
    }
    const tiers = ['flex', 'default', 'priority']
    const gateway = await gatewayBefore(
      tiers.map((service_tier) => ({
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...answer, service_tier }),
      })),
    )
    const costs: (string | null)[] = []
    for (const _ of tiers) {
      const body = { model: 'gpt-4.1', messages: MESSAGES, service_tier: 'flex' }
      const response = await fetch(`${gateway.url}/openai/v1/chat/completions`, chat(body))
      await response.text()
      costs.push(response.headers.get('x-gateway-cost-usd'))
    }
    // $2 and $8 per million: half, whole, 1.75 times.
    expect(costs).toEqual(['0.005', '0.01', '0.0175'])
  })

  test('once a project serves calls without a tier in a dearer one, such calls are held at its rate', async () => {
    const tiers = ['default', 'priority', 'priority']
    const gateway = await gatewayBefore(
      tiers.map((tier) =>
        events(
          chunk({ content: 'pong' }, 'stop'),
          usageChunk.replace('"choices"', `"service_tier":"${tier}","choices"`),
          DONE,
        ),
      ),
    )
    const workspaceId = crypto.randomUUID()
    gateway.keys.set(CALLER_KEY, {
      ...callerKey(),
      workspaces: callerKey().workspaces.map((each) => ({ ...each, workspaceId })),
    })
    const held: number[] = []
    for (const [index] of tiers.entries()) {
      const body = { model: 'gpt-4o', messages: MESSAGES, stream: true, max_tokens: 100 }
      await (await fetch(`${gateway.url}/openai/v1/chat/completions`, chat(body))).text()
      await gateway.end(index)
      held.push(Number(gateway.reserved[index]))
    }
    const [first = 0, second, third = 0] = held
    expect(second).toBe(first)
    // gpt-4o in the fast tier costs 1.7 times as much.
    expect(third / first).toBeCloseTo(1.7, 4)
  })
})
