import { afterEach, describe, expect, test } from 'bun:test'
import type { Server, ServerWebSocket } from 'bun'
import { until } from '../support/world.ts'
import { CALLER_KEY, openGateway, PROVIDER_KEY } from './harness.ts'

type Gateway = Awaited<ReturnType<typeof openGateway>>
type Socket = ServerWebSocket<undefined>
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A provider that speaks WebSocket and records what it was asked with. */
function socketProvider(onMessage: (socket: Socket, message: string | Buffer) => void) {
  const requests: { url: string; headers: Headers }[] = []
  const messages: (string | Buffer)[] = []
  const server: Server<undefined> = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request, self) {
      requests.push({ url: request.url, headers: new Headers(request.headers) })
      if (new URL(request.url).searchParams.has('refuse'))
        return new Response('no', { status: 403 })
      return self.upgrade(request) ? undefined : new Response('no', { status: 400 })
    },
    websocket: {
      message(socket, message) {
        messages.push(message)
        onMessage(socket, message)
      },
    },
  })
  closing.push(() => server.stop(true))
  return { url: new URL(`http://127.0.0.1:${server.port}`), requests, messages }
}

async function gatewayBefore(url: URL): Promise<Gateway> {
  const gateway = await openGateway(
    { status: 500 },
    { origins: { openai: url, anthropic: url, gemini: url } },
  )
  closing.push(() => gateway.close())
  return gateway
}

function connect(gateway: Gateway, path: string, options: object = {}) {
  const init = { headers: { authorization: `Bearer ${CALLER_KEY}` }, ...options }
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`, init as unknown as string[])
  socket.binaryType = 'arraybuffer'
  const messages: unknown[] = []
  let ended: { code: number; reason: string } | undefined
  socket.onmessage = ({ data }) => messages.push(data)
  socket.onclose = ({ code, reason }) => {
    ended = { code, reason }
  }
  const opened = new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve()
    socket.onerror = () => reject(new Error('not opened'))
  })
  return { socket, messages, opened, ended: () => ended }
}

const turnEvents = (socket: Socket, text: string) => {
  const response = {
    id: 'resp_1',
    object: 'response',
    model: 'gpt-4o-mini',
    status: 'in_progress',
    output: [],
  }
  socket.send(JSON.stringify({ type: 'response.created', sequence_number: 0, response }))
  socket.send(
    JSON.stringify({
      type: 'response.output_text.delta',
      sequence_number: 1,
      item_id: 'm',
      output_index: 0,
      content_index: 0,
      delta: text,
    }),
  )
  const usage = { input_tokens: 7, output_tokens: 3, total_tokens: 10 }
  socket.send(
    JSON.stringify({
      type: 'response.completed',
      sequence_number: 2,
      response: { ...response, status: 'completed', usage },
    }),
  )
}

describe('a Responses socket', () => {
  test("carries every turn unchanged, with the provider's own key, as one metered call each", async () => {
    const provider = socketProvider((socket) => turnEvents(socket, 'pong'))
    const gateway = await gatewayBefore(provider.url)
    const caller = connect(gateway, '/openai/v1/responses', {
      headers: {
        authorization: `Bearer ${CALLER_KEY}`,
        'openai-beta': 'responses_websockets=2026-02-06',
      },
    })
    await caller.opened
    const create = '{"type":"response.create", "model":"gpt-4o-mini","input":"ping", "n":1.0}'
    for (let turn = 0; turn < 2; turn++) {
      caller.socket.send(create)
      await until('the turn', () => caller.messages.length === 3 * (turn + 1))
    }
    expect(provider.messages).toEqual([create, create])
    const { headers, url } = provider.requests[0] ?? { headers: new Headers(), url: '' }
    expect(headers.get('authorization')).toBe(`Bearer ${PROVIDER_KEY}`)
    expect(headers.get('openai-beta')).toBe('responses_websockets=2026-02-06')
    expect(JSON.stringify([...headers]) + url).not.toContain('slu_')
    await until('both turns to be settled', () => gateway.closed.length === 2)
    for (const row of gateway.closed)
      expect(row).toMatchObject({ outcome: 'ok', usage: { inputTokens: 7, outputTokens: 3 } })
    expect(new Set(gateway.closed.map((row) => row.id)).size).toBe(2)
    caller.socket.close(1000)
    await until('the socket to be gone', () => gateway.calls.size === 0)
    expect(gateway.closed).toHaveLength(2)
  })

  test('a turn that is cut off by the caller is one aborted call', async () => {
    const provider = socketProvider((socket) =>
      socket.send('{"type":"response.created","response":{"id":"r"}}'),
    )
    const gateway = await gatewayBefore(provider.url)
    const caller = connect(gateway, '/openai/v1/responses')
    await caller.opened
    caller.socket.send('{"type":"response.create","model":"gpt-4o-mini","input":"ping"}')
    await until('the first event', () => caller.messages.length === 1)
    caller.socket.close(1001)
    await until('the end', () => gateway.closed.length === 1)
    expect(gateway.closed[0]).toMatchObject({ outcome: 'failed' })
  })

  test("an unreadable message passes on, and is nobody's turn", async () => {
    const provider = socketProvider((socket, message) => socket.send(message))
    const gateway = await gatewayBefore(provider.url)
    const caller = connect(gateway, '/openai/v1/responses')
    await caller.opened
    caller.socket.send('no json')
    await until('the echo', () => caller.messages.length === 1)
    expect(caller.messages).toEqual(['no json'])
    expect(gateway.closed).toHaveLength(0)
  })
})

describe('a socket the gateway does not read', () => {
  test('Gemini Live: the key in the query is swapped, bytes pass both ways, one call is traced', async () => {
    const provider = socketProvider((socket, message) => socket.send(message))
    const gateway = await gatewayBefore(provider.url)
    const path =
      '/gemini/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent'
    const caller = connect(gateway, `${path}?key=${CALLER_KEY}&alt=x`, { headers: {} })
    await caller.opened
    caller.socket.send(new Uint8Array([1, 2, 250]))
    await until('the echo', () => caller.messages.length === 1)
    expect(new Uint8Array(caller.messages[0] as ArrayBuffer)).toEqual(new Uint8Array([1, 2, 250]))
    expect(provider.requests[0]?.headers.get('x-goog-api-key')).toBe(PROVIDER_KEY)
    expect(provider.requests[0]?.url).toEndWith('BidiGenerateContent?alt=x')
    caller.socket.close(1000)
    expect(await gateway.end()).toMatchObject({ outcome: 'ok', status: 101 })
    expect(gateway.closed).toHaveLength(1)
  })

  test("a browser's key in the sub-protocol is accepted and never reaches the provider", async () => {
    const provider = socketProvider(() => {})
    const gateway = await gatewayBefore(provider.url)
    const protocols = ['realtime', `openai-insecure-api-key.${CALLER_KEY}`]
    const caller = connect(gateway, '/openai/v1/realtime?model=gpt-realtime', {
      headers: {},
      protocols,
    })
    await caller.opened.catch(() => {})
    await until('the provider to be asked', () => provider.requests.length === 1)
    expect(provider.requests[0]?.headers.get('sec-websocket-protocol')).toBe('realtime')
    expect(provider.requests[0]?.headers.get('authorization')).toBe(`Bearer ${PROVIDER_KEY}`)
  })

  test('a provider that hangs up closes the caller, and the call failed', async () => {
    const provider = socketProvider((socket) => socket.close(1011, 'overloaded'))
    const gateway = await gatewayBefore(provider.url)
    const caller = connect(gateway, '/openai/v1/realtime')
    await caller.opened
    caller.socket.send('x')
    await until('the close', () => caller.ended() !== undefined)
    expect(caller.ended()).toMatchObject({ code: 1011, reason: 'overloaded' })
    expect(await gateway.end()).toMatchObject({ outcome: 'failed', errorCode: 'upstream_broke' })
  })
})

describe('an upgrade that is refused', () => {
  const status = async (gateway: Gateway, path: string, key: string) => {
    const headers = {
      authorization: `Bearer ${key}`,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': btoa('0123456789abcdef'),
    }
    return (await fetch(`http://127.0.0.1:${gateway.port}${path}`, { headers })).status
  }
  test('is 426 on other routes and when the provider refuses, 401 for a stranger', async () => {
    const provider = socketProvider(() => {})
    const gateway = await gatewayBefore(provider.url)
    expect(await status(gateway, '/openai/v1/chat/completions', CALLER_KEY)).toBe(426)
    expect(await status(gateway, '/openai/v1/responses?refuse=1', CALLER_KEY)).toBe(426)
    expect(await status(gateway, '/openai/v1/realtime?refuse=1', CALLER_KEY)).toBe(426)
    expect(await status(gateway, '/openai/v1/responses', 'slu_sk_nobody')).toBe(401)
    expect(provider.requests).toHaveLength(2)
    expect(gateway.calls.size).toBe(0)
  })
})
