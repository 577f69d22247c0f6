import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { systemClock } from '../../src/base/clock.ts'
import { failureThrottle } from '../../src/base/failure-throttle.ts'
import type { Permission } from '../../src/base/permission.ts'
import { CALLER_KEY, callerKey, chat, openGateway, readAll } from './harness.ts'

type Gateway = Awaited<ReturnType<typeof openGateway>>
let gateway: Gateway
beforeAll(async () => {
  gateway = await openGateway({ headers: { 'content-type': 'application/json' }, body: ['{}'] })
})
afterAll(() => gateway.close())

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const keyFor = (name: string, change: Parameters<typeof callerKey>[0]) => {
  const token = `slu_sk_${name}`
  gateway.keys.set(token, callerKey(change))
  return token
}
const CHAT = '/openai/v1/chat/completions'
const ask = { model: 'gpt-4o-mini', messages: [] }

async function refusal(
  path: string,
  init: RequestInit,
): Promise<{ response: Response; body: Body }> {
  const response = await fetch(gateway.url + path, init)
  return { response, body: (await response.json()) as Body }
}
interface Body {
  type?: string
  error: { message: string; code?: string | number; type?: string; status?: string }
  request_id?: string
}

describe('a caller that may not call', () => {
  test('an unknown, revoked or expired key is 401 with one text and is not retried', async () => {
    const said = new Set<string>()
    const tokens = [
      'slu_sk_nobody',
      keyFor('revoked', { state: 'deactivated' }),
      keyFor('expired', { state: 'expired' }),
    ]
    for (const token of tokens) {
      const { response, body } = await refusal(CHAT, chat(ask, { headers: bearer(token) }))
      expect(response.status).toBe(401)
      expect(response.headers.get('x-should-retry')).toBe('false')
      expect(body.error.code).toBe('invalid_api_key')
      said.add(body.error.message)
    }
    expect(said.size).toBe(1)
  })

  test('no key, a provider key, and two of ours are 401', async () => {
    const all: RequestInit['headers'][] = [
      {},
      bearer('sk-something'),
      { ...bearer(CALLER_KEY), 'x-api-key': `${CALLER_KEY}2` },
    ]
    for (const headers of all) {
      const { response } = await refusal(CHAT, chat(ask, { headers: headers ?? {} }))
      expect(response.status).toBe(401)
    }
  })

  test('a key whose role lacks either permission is 403 and names it', async () => {
    for (const missing of ['gateway:invoke', 'workspaces:read'] as const) {
      const [workspace] = callerKey().workspaces
      const permissions = new Set<Permission>(workspace?.permissions)
      permissions.delete(missing)
      const workspaceId = workspace?.workspaceId ?? ''
      const token = keyFor(missing, { workspaces: [{ workspaceId, permissions }] })
      const { response, body } = await refusal(CHAT, chat(ask, { headers: bearer(token) }))
      expect(response.status).toBe(403)
      expect(body.error.message).toContain(missing)
    }
  })

  test('an organization-scoped key and a switched-off organization are 403', async () => {
    for (const token of [
      keyFor('org', { scope: 'organization' }),
      keyFor('off', { gatewayEnabled: false }),
    ]) {
      const { response } = await refusal(CHAT, chat(ask, { headers: bearer(token) }))
      expect(response.status).toBe(403)
    }
  })

  test('a key of several workspaces needs X-Tenant-Id, and only its own count', async () => {
    const [first] = callerKey().workspaces
    const permissions = first?.permissions ?? new Set<Permission>()
    const ids = ['01890000-0000-7000-8000-0000000000a1', '01890000-0000-7000-8000-0000000000a2']
    const token = keyFor('many', {
      workspaces: ids.map((workspaceId) => ({ workspaceId, permissions })),
    })
    const send = (tenant: string | undefined) =>
      fetch(
        gateway.url + CHAT,
        chat(ask, { headers: { ...bearer(token), ...(tenant ? { 'x-tenant-id': tenant } : {}) } }),
      )
    expect((await send(undefined)).status).toBe(400)
    expect((await send('01890000-0000-7000-8000-0000000000ff')).status).toBe(403)
    expect((await send(ids[1])).status).toBe(200)
    const last = gateway.provider.requests.at(-1)
    expect(last?.header('x-tenant-id')).toBeUndefined()
  })
})

describe('a request that cannot be served', () => {
  const bad: [string, string, RequestInit, number][] = [
    ['an unknown path', '/openai/v2/chat', {}, 404],
    ['an encoded slash', '/openai/v1/models%2f..%2fadmin', {}, 404],
    ['an empty segment', '/openai/v1//models', {}, 404],
    ['an administrative route', '/openai/v1/organization/users', {}, 403],
    ['an administrative route in capitals', '/openai/v1/ORGANIZATION/users', {}, 403],
    ['an unknown method', CHAT, { method: 'PROPFIND' }, 405],
    ['text that is no JSON', CHAT, { method: 'POST', body: '{"model":' }, 400],
    ['JSON that is no object', CHAT, { method: 'POST', body: '[1]' }, 400],
    ['an empty body', CHAT, { method: 'POST', body: '' }, 400],
    [
      'bytes that are no UTF-8',
      CHAT,
      { method: 'POST', body: new Uint8Array([123, 34, 0xff, 34, 125]) },
      400,
    ],
    ['a body nested too deep', CHAT, { method: 'POST', body: `{"a":${'['.repeat(200_000)}` }, 400],
    ['a form', CHAT, { method: 'POST', body: new URLSearchParams({ a: 'b' }) }, 415],
    [
      'an unknown encoding',
      CHAT,
      { method: 'POST', body: '{}', headers: { 'content-encoding': 'snappy' } },
      415,
    ],
    [
      'a body that is not its encoding',
      CHAT,
      { method: 'POST', body: '{}', headers: { 'content-encoding': 'gzip' } },
      400,
    ],
    [
      'a gzip bomb',
      CHAT,
      {
        method: 'POST',
        body: Bun.gzipSync(Buffer.alloc(100_000_000)),
        headers: { 'content-encoding': 'gzip' },
      },
      413,
    ],
  ]
  for (const [what, path, init, status] of bad)
    test(`${what} is ${status} in the dialect, with a trace, and the server stays well`, async () => {
      const before = gateway.recorded.length
      const headers = { ...bearer(CALLER_KEY), ...(init.headers as Record<string, string>) }
      const { response, body } = await refusal(path, { ...init, headers })
      expect(response.status).toBe(status)
      expect(body.type).toBe('error')
      expect(typeof body.error.message).toBe('string')
      expect(response.headers.get('x-gateway-request-id')).toMatch(/^[0-9a-f-]{36}$/)
      if (status !== 405) expect(gateway.recorded.length).toBe(before + 1)
      expect((await fetch(gateway.url + CHAT, chat(ask))).status).toBe(200)
    })

  test('each dialect refuses in its own shape', async () => {
    const openai = await refusal(CHAT, chat(ask, { headers: {} }))
    expect(openai.body.error).toMatchObject({
      type: 'authentication_error',
      code: 'invalid_api_key',
    })
    const anthropic = await refusal('/anthropic/v1/messages', { method: 'POST', body: '{}' })
    expect(anthropic.body).toMatchObject({ type: 'error', error: { type: 'authentication_error' } })
    expect(anthropic.response.headers.get('request-id')).toBe(anthropic.body.request_id ?? '')
    const gemini = await refusal('/gemini/v1beta/models/g:generateContent', {
      method: 'POST',
      body: '{}',
    })
    expect(gemini.body.error).toMatchObject({ code: 401, status: 'UNAUTHENTICATED' })
  })

  test('a body over the bound is 413 from its announced length, before it is sent', async () => {
    const head = `POST ${CHAT} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${CALLER_KEY}\r\nContent-Type: application/json\r\nContent-Length: 900000000\r\n\r\n`
    expect(await rawStatus(head)).toContain(' 413 ')
  })

  test('a Host that is no host, or two of them, is 400 before routing', async () => {
    const hosts = [
      'a\r\nHost: b',
      ...['a/b', 'a@b', ''],
      // Of the right letters, but no address that a URL can be made of.
      ...['a:65536', '256.256.256.256', '1.2.3.4.5', '[1:2:3:4:5:6:7:8:9]', '[:::]', 'xn--a'],
    ].map((each) => `Host: ${each}`)
    for (const host of hosts)
      expect(await rawStatus(`GET /openai/v1/models HTTP/1.1\r\n${host}\r\n\r\n`)).toContain(
        ' 400 ',
      )
  })

  test('a short Host does not move the route', async () => {
    const request = `GET /nowhere/openai/v1/models HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${CALLER_KEY}\r\n\r\n`
    expect(await rawStatus(request)).toContain(' 404 ')
  })

  test('a WebSocket upgrade is 426, so that clients fall back to POST', async () => {
    const upgrade = `GET /openai/v1/responses HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${CALLER_KEY}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${btoa('0123456789abcdef')}\r\n\r\n`
    expect(await rawStatus(upgrade)).toContain(' 426 ')
  })

  test('HEAD and GET on a base path answer 200', async () => {
    for (const prefix of ['openai', 'anthropic', 'gemini'])
      for (const method of ['HEAD', 'GET'])
        expect((await fetch(`${gateway.url}/${prefix}`, { method })).status).toBe(200)
  })

  test('a missing provider secret is 424 and names it', async () => {
    const bare = await openGateway({ status: 200 }, { secrets: { resolve: () => undefined } })
    const response = await fetch(bare.url + CHAT, chat(ask))
    expect(response.status).toBe(424)
    expect((await readAll(response)).text).toContain('OPENAI_API_KEY')
    await bare.close()
  })

  test('a failing step answers 500 without a word of its own error', async () => {
    const marker = 'inner-detail'
    const broken = await openGateway(
      { status: 200 },
      {
        secrets: {
          resolve: () => {
            throw new Error(marker)
          },
        },
      },
    )
    const response = await fetch(broken.url + CHAT, chat(ask))
    expect(response.status).toBe(500)
    expect((await readAll(response)).text).not.toContain(marker)
    await broken.close()
  })

  test('callers without a workspace leave a count, never a row', () => {
    expect(gateway.turnedAway.length).toBeGreaterThan(5)
    expect(gateway.recorded.every((event) => event.opened.workspaceId !== '')).toBe(true)
  })
})

/** The first line of the answer to raw bytes. */
function rawStatus(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(gateway.port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (bytes) => {
      answer += bytes
      if (answer.includes('\r\n')) {
        socket.destroy()
        resolve(answer.slice(0, answer.indexOf('\r\n')))
      }
    })
    socket.on('error', reject)
  })
}

test('who guesses keys is slowed down, and who has one is not', async () => {
  const throttle = failureThrottle(systemClock, {
    failuresMax: 3,
    windowMs: 60_000,
    addressesMax: 10,
  })
  const own = await openGateway(
    { headers: { 'content-type': 'application/json' }, body: ['{}'] },
    { throttle, addressOf: () => '10.0.0.1' },
  )
  const guess = () => fetch(own.url + CHAT, chat(ask, { headers: bearer('slu_sk_guess') }))
  const seen: number[] = []
  for (let tries = 0; tries < 5; tries++) seen.push((await guess()).status)
  expect(seen).toEqual([401, 401, 401, 429, 429])
  expect((await guess()).headers.get('retry-after')).not.toBeNull()
  expect((await fetch(own.url + CHAT, chat(ask))).status).toBe(200)
  await own.close()
})
