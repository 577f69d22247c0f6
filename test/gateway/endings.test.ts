import { afterEach, describe, expect, test } from 'bun:test'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BREAK, HANG, type Script } from '../support/scripted-provider.ts'
import { until } from '../support/world.ts'
import { CALLER_KEY, chat, events, openGateway, PROVIDER_KEY, readAll } from './harness.ts'

type Gateway = Awaited<ReturnType<typeof openGateway>>
const opened: Gateway[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})
async function gatewayBefore(script: Script): Promise<Gateway> {
  const gateway = await openGateway(script)
  opened.push(gateway)
  return gateway
}

const PATH = '/openai/v1/chat/completions'
const STREAMED = { model: 'gpt-4o-mini', messages: [], stream: true }
/** A caller that asks for usage itself: nothing of its answer is edited. */
const ASKED = { ...STREAMED, stream_options: { include_usage: true } }
const delta = (content: string) =>
  `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`

describe('an answer that breaks', () => {
  const broken: [string, Script][] = [
    ['is reset', events(delta('one'), BREAK)],
    ['is reset inside an event', events(delta('one'), 'data: {"id":"c","cho', BREAK)],
    ["ends cleanly without the protocol's end", events(delta('one'))],
    ['holds a frame over the bound', events(delta('one'), `data: ${'x'.repeat(33 * 1024 * 1024)}`)],
  ]
  for (const [how, script] of broken)
    test.each([
      ['edited', STREAMED],
      ['untouched', ASKED],
    ])(`and ${how} ends in the dialect's error event, never in [DONE]: %s`, async (_, body) => {
      const gateway = await gatewayBefore(script)
      const response = await fetch(gateway.url + PATH, chat(body))
      expect(response.status).toBe(200)
      const { text } = await readAll(response)
      expect(text.startsWith(delta('one'))).toBe(true)
      const last = text.slice(delta('one').length)
      expect(last).toStartWith('data: {')
      expect(JSON.parse(last.slice(6))).toMatchObject({ error: { code: 'upstream_broke' } })
      expect(text).not.toContain('[DONE]')
      const end = await gateway.end()
      expect(end).toMatchObject({ outcome: 'failed', errorCode: 'upstream_broke' })
      expect(gateway.calls.size).toBe(0)
    })

  test('on a route the gateway does not read, it looks broken to the caller', async () => {
    const gateway = await gatewayBefore({
      headers: { 'content-type': 'application/octet-stream' },
      body: ['half', BREAK],
    })
    const headers = { authorization: `Bearer ${CALLER_KEY}` }
    const response = await fetch(`${gateway.url}/openai/v1/files/f/content`, { headers })
    expect(await readAll(response)).toMatchObject({ broken: true })
    expect(await gateway.end()).toMatchObject({ outcome: 'failed', errorCode: 'upstream_broke' })
  })

  const before: [string, Script, number, string][] = [
    ['refuses the connection', { raw: [BREAK] }, 502, 'upstream_broke'],
    [
      'breaks in the head',
      { raw: ['HTTP/1.1 200 OK\r\ncontent-ty', BREAK] },
      502,
      'upstream_broke',
    ],
    ['breaks before the first byte', events(BREAK), 502, 'upstream_broke'],
    ['sends an empty stream', events(), 502, 'upstream_broke'],
    [
      'sends less than it announced',
      {
        headers: { 'content-type': 'application/json', 'content-length': '50' },
        framing: 'length',
        body: ['{}'],
        close: true,
      },
      502,
      'upstream_broke',
    ],
    ['answers with no HTTP', { raw: ['what?\r\n\r\n'] }, 502, 'upstream_broke'],
    [
      'redirects',
      { status: 307, headers: { location: 'http://127.0.0.1:1/' } },
      502,
      'upstream_redirected',
    ],
  ]
  for (const [how, script, status, code] of before)
    test(`a provider that ${how} is ${status} ${code}, and the next call works`, async () => {
      const gateway = await gatewayBefore(script)
      const response = await fetch(gateway.url + PATH, chat(STREAMED))
      expect(response.status).toBe(status)
      expect(await response.json()).toMatchObject({ type: 'error', error: { code } })
      expect(await gateway.end()).toMatchObject({ outcome: 'failed', errorCode: code, status })
      gateway.provider.script({ headers: { 'content-type': 'application/json' }, body: ['{}'] })
      expect((await fetch(gateway.url + PATH, chat({ model: 'm', messages: [] }))).status).toBe(200)
    })

  test('a provider that is down is 502 at once', async () => {
    const gateway = await gatewayBefore({ status: 200 })
    await gateway.provider.close()
    const response = await fetch(gateway.url + PATH, chat(STREAMED))
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ error: { code: 'upstream_unreachable' } })
  })

  test("the provider's own errors pass untouched, with their retry hints", async () => {
    const body = '{"error":{"message":"slow down","type":"rate_limit","code":null}}'
    const gateway = await gatewayBefore({
      status: 429,
      headers: { 'content-type': 'application/json', 'retry-after': '7', 'x-should-retry': 'true' },
      body,
    })
    const response = await fetch(gateway.url + PATH, chat(STREAMED))
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('7')
    expect(response.headers.get('x-should-retry')).toBe('true')
    expect(await response.text()).toBe(body)
    expect(await gateway.end()).toMatchObject({ outcome: 'failed', upstreamStatus: 429 })
  })
})

test('a provider that repeats the key it was called with does not tell it to the caller', async () => {
  const body = `{"error":{"message":"Incorrect API key provided: ${PROVIDER_KEY}.","code":"invalid_api_key"}}`
  const gateway = await gatewayBefore({
    status: 401,
    headers: { 'content-type': 'application/json' },
    body,
  })
  const response = await fetch(gateway.url + PATH, chat(STREAMED))
  expect(response.status).toBe(401)
  expect(await response.text()).toBe(body.replace(PROVIDER_KEY, '[provider key]'))
})

describe('a caller that leaves', () => {
  const moments: [string, Script, boolean][] = [
    ['before the provider answers', { raw: [HANG] }, false],
    [
      'before the first event',
      { raw: ['HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n', HANG] },
      false,
    ],
    ['in mid-stream', events(delta('one'), HANG), true],
  ]
  for (const [when, script, begun] of moments)
    test(`${when} closes the provider's connection, and the call ends once as aborted`, async () => {
      const gateway = await gatewayBefore(script)
      const leave = new AbortController()
      const answer = fetch(gateway.url + PATH, chat(STREAMED, { signal: leave.signal }))
      const sent = await gateway.provider.request(0)
      if (begun) {
        const reader = (await answer).body?.getReader()
        await reader?.read()
      } else {
        answer.catch(() => {})
      }
      leave.abort()
      await sent.gone
      const end = await gateway.end()
      expect(end).toMatchObject({ outcome: 'aborted', status: 499 })
      await until('nothing to be in flight', () => gateway.calls.size === 0)
      expect(gateway.closed).toHaveLength(1)
    })

  test('in mid-stream is billed for all that was sent, whether it was read before it left or not', async () => {
    const billed = async (body: object, deltas: number) => {
      const gateway = await gatewayBefore(events(...Array(deltas).fill(delta('four')), HANG))
      const leave = new AbortController()
      const response = await fetch(gateway.url + PATH, chat(body, { signal: leave.signal }))
      const reader = response.body?.getReader()
      let text = ''
      while (text.split('four').length <= deltas)
        text += new TextDecoder().decode((await reader?.read())?.value)
      leave.abort()
      const { costNanos, costBasis } = await gateway.end()
      expect(costBasis).toBe('counted')
      return costNanos ?? 0n
    }
    const one = await billed(ASKED, 1)
    const byBytes = (await billed(STREAMED, 2)) - (await billed(STREAMED, 1))
    expect(byBytes).toBeGreaterThan(0n)
    // A few chunks, and more than may stay unread.
    for (const deltas of [2, 7, 90])
      expect((await billed(ASKED, deltas)) - one).toBe(BigInt(deltas - 1) * byBytes)
  })

  test("after the protocol's end, the call is complete", async () => {
    const finish = `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`
    const gateway = await gatewayBefore(events(delta('one'), finish, 'data: [DONE]\n\n', HANG))
    const leave = new AbortController()
    const response = await fetch(gateway.url + PATH, chat(ASKED, { signal: leave.signal }))
    const reader = response.body?.getReader()
    let text = ''
    while (!text.includes('[DONE]')) text += new TextDecoder().decode((await reader?.read())?.value)
    leave.abort()
    expect(await gateway.end()).toMatchObject({ outcome: 'ok', status: 200 })
  })

  test('at 150 moments of its life ends each call exactly once and leaves no provider connection', async () => {
    // The provider paces its deltas, so that callers leave before, between and after them.
    const gateway = await gatewayBefore(() =>
      events(
        ...Array.from({ length: 10 }, (_, index) => [
          delta(String(index)),
          Bun.sleep(index),
        ]).flat(),
        'data: [DONE]\n\n',
      ),
    )
    // Steps of a call's life, told by what has happened, and at each a few turns of the loop more.
    const [steps, turns] = [15, 10]
    for (let moment = 0; moment < steps * turns; moment++) {
      const [step, later] = [moment % steps, Math.floor(moment / steps)]
      const socket = connect(gateway.port, '127.0.0.1')
      socket.on('error', () => {})
      const body = JSON.stringify(later % 2 === 0 ? STREAMED : ASKED)
      const sent = gateway.provider.requests.length
      socket.write(
        `POST ${PATH} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${CALLER_KEY}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
      if (step === 1) await once(socket, 'connect')
      if (step === 2) await gateway.provider.request(sent)
      if (step > 2) await received(socket, step - 2)
      for (let turn = 0; turn < later; turn++) await nextTurn()
      socket.destroy()
    }
    await until('every call to end', () => gateway.calls.size === 0)
    const forwarded = gateway.opened.size
    await until('every row to be closed', () => gateway.closed.length === forwarded)
    await until('no provider connection in use', () => gateway.provider.open <= 4)
    expect(new Set(gateway.closed.map((row) => row.id)).size).toBe(forwarded)
    // Who saw an event was forwarded, and eleven events and the end of the answer were waited for.
    expect(forwarded).toBeGreaterThanOrEqual(12 * turns)
  })
})

/** Waits until that many events, of one `data:` line each, have come, or the whole answer. */
function received(socket: Socket, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      if (text.split('\ndata: ').length > count || text.endsWith('\r\n0\r\n\r\n')) resolve()
    })
    socket.on('close', () => reject(new Error(`closed after: ${text}`)))
  })
}
