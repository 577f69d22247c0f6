import { afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { brotliCompressSync } from 'node:zlib'
import { builtIn } from '../../src/policies/guard-rules.ts'
import type { Guard, Policy } from '../../src/policies/policy.ts'
import { policySet } from '../../src/policies/policy-set.ts'
import { DISCLAIMER } from '../../src/redaction/operator.ts'
import { gate, type Script } from '../support/scripted-provider.ts'
import { chat, events, openGateway, readAll } from './harness.ts'

type Gateway = Awaited<ReturnType<typeof openGateway>>
const opened: Gateway[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

// Takes seconds on a busy machine; once a process.
beforeAll(() => void builtIn(), 60_000)

const GUARD: Guard = {
  kind: 'guard',
  pii: false,
  secrets: true,
  operator: 'replace',
  detectors: {},
  direction: 'both',
  except: [],
  custom: [],
  allow: [],
  placeholderScope: 'key',
  timeoutMs: 2_000,
  timeoutAction: 'block',
  failMode: 'closed',
  unscannable: 'block',
}
async function guarded(script: Script, change: Partial<Guard> = {}): Promise<Gateway> {
  const policy: Policy = {
    id: '01890000-0000-7000-8000-0000000000aa',
    name: 'No secrets',
    type: 'guard',
    matchers: [],
    enabled: true,
    priority: 0,
    parentId: undefined,
    config: { ...GUARD, ...change },
    meters: [],
  } as Policy
  const set = policySet(1, [policy])
  const gateway = await openGateway(script, {
    policies: { forOrganization: () => set, forget() {} },
  })
  opened.push(gateway)
  return gateway
}

/** A key of GitHub's shape, made here. */
const TOKEN = `ghp_${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0xR2uL5'.slice(0, 36)}`
const PLACEHOLDER = /\[SAFE_TO_USE:[A-Z0-9_]+_[a-z]{8}\]/g
const PATH = '/openai/v1/chat/completions'
const delta = (content: string) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'gpt-4o-mini', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`
const finish = `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'gpt-4o-mini', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`
const DONE = 'data: [DONE]\n\n'
const ask = (content: unknown, more: object = {}) => ({
  model: 'gpt-4o-mini',
  stream: true,
  messages: [{ role: 'user', content }],
  ...more,
})
const textOf = (stream: string) =>
  stream
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'))
    .map((frame) => JSON.parse(frame.slice(6)).choices[0]?.delta.content ?? '')
    .join('')

describe('a data policy on a chat call', () => {
  test('the provider gets a placeholder for a secret wherever it stands, and everything else as it was sent', async () => {
    const gateway = await guarded(events(delta('ok'), finish, DONE))
    const body = {
      ...ask(`deploy with ${TOKEN} please`),
      tools: [
        {
          type: 'function',
          function: { name: 'run', description: `uses ${TOKEN}`, parameters: {} },
        },
      ],
      metadata: { [TOKEN]: 'as a key', unknown_field: { deep: [`x ${TOKEN}`] } },
    }
    const response = await fetch(gateway.url + PATH, chat(body))
    expect((await readAll(response)).broken).toBe(false)
    const sent = (await gateway.provider.request(0)).text()
    expect(sent).not.toContain(TOKEN)
    expect(sent).not.toContain(JSON.stringify(TOKEN).slice(5, 25))
    expect(new Set(sent.match(PLACEHOLDER)).size).toBe(1)
    const back = sent
      .replaceAll(PLACEHOLDER, TOKEN)
      .replace(`${DISCLAIMER}\\n`, '')
      .replace(',"stream_options":{"include_usage":true}', '')
    expect(back).toBe(JSON.stringify(body))
    const end = await gateway.end()
    expect(end.findings).toEqual([
      expect.objectContaining({ direction: 'request', entity: 'GITHUB_PAT', count: 4 }),
    ])
    expect(end.policies.matched).toEqual([expect.objectContaining({ name: 'No secrets' })])
  })

  test('a secret in an escaped, nested tool argument is found, and the argument stays JSON', async () => {
    const gateway = await guarded(events(delta('ok'), finish, DONE))
    const inner = JSON.stringify({ cmd: `export T="${TOKEN}"\nrun` })
    const messages = [
      {
        role: 'assistant',
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'sh', arguments: inner } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: `T=${TOKEN}` },
    ]
    await readAll(await fetch(gateway.url + PATH, chat({ ...ask(''), messages })))
    const sent = (await gateway.provider.request(0)).json() as { messages: typeof messages }
    const argument = sent.messages[0]?.tool_calls?.[0]?.function.arguments ?? ''
    expect(JSON.parse(argument).cmd).toMatch(
      /^export T="\[SAFE_TO_USE:GITHUB_PAT_[a-z]{8}\]"\nrun$/,
    )
    expect(sent.messages[1]?.content).toMatch(/^T=\[SAFE_TO_USE:GITHUB_PAT_[a-z]{8}\]$/)
  })

  test("the caller gets its own value back, however the provider cuts the placeholder, and never another's", async () => {
    const gateway = await guarded(async (request) => {
      const [own] = request.text().match(PLACEHOLDER) ?? []
      const foreign = '[SAFE_TO_USE:GITHUB_PAT_abcdefgh]'
      const said = `use ${own} not ${foreign}.`
      return events(...[...said].map(delta), finish, DONE)
    })
    const response = await fetch(gateway.url + PATH, chat(ask(`my token is ${TOKEN}`)))
    const { text } = await readAll(response)
    expect(textOf(text)).toBe(`use ${TOKEN} not [SAFE_TO_USE:GITHUB_PAT_abcdefgh].`)
    expect(text.endsWith(DONE)).toBe(true)
  })

  test('a secret that the model makes up is hidden at every cut, and the tail leaves before the finish', async () => {
    for (let cut = 1; cut < TOKEN.length; cut += 5) {
      const gateway = await guarded(
        events(
          delta('say '),
          delta(TOKEN.slice(0, cut)),
          delta(TOKEN.slice(cut)),
          delta(''),
          finish,
          DONE,
        ),
      )
      const { text } = await readAll(await fetch(gateway.url + PATH, chat(ask('hello'))))
      expect(text).not.toContain(TOKEN.slice(0, 12))
      expect(textOf(text)).toMatch(/^say \[SAFE_TO_USE:GITHUB_PAT_[a-z]{8}\]$/)
      expect(text.endsWith(finish + DONE)).toBe(true)
      expect((await gateway.end()).findings).toEqual([
        expect.objectContaining({ direction: 'response', count: 1 }),
      ])
    }
  })

  test('clean text in front of a possible secret leaves at once', async () => {
    const rest = gate()
    const gateway = await guarded(
      events(
        delta('all clear so far. '),
        delta('ghp_aB3'),
        rest.promise,
        delta('. no'),
        finish,
        DONE,
      ),
    )
    const response = await fetch(gateway.url + PATH, chat(ask('hello')))
    const reader = response.body?.getReader()
    const decoder = new TextDecoder()
    let seen = ''
    while (!textOf(seen).includes('so far'))
      seen += decoder.decode((await reader?.read())?.value, { stream: true })
    expect(textOf(seen)).not.toContain('ghp_')
    rest.open()
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read())
      seen += decoder.decode(piece.value, { stream: true })
    expect(textOf(seen)).toBe('all clear so far. ghp_aB3. no')
  })

  test('a blocking policy refuses the request with its name, and the provider never hears of it', async () => {
    const gateway = await guarded(events(finish, DONE), { operator: 'block' })
    const response = await fetch(gateway.url + PATH, chat(ask(`my token is ${TOKEN}`)))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: { message: 'Request blocked by gateway policies: No secrets' },
    })
    expect(gateway.provider.requests).toHaveLength(0)
    expect(gateway.recorded[0]?.closed.findings[0]?.count).toBe(1)
    expect(gateway.recorded[0]?.closed.policies.violated).toEqual([
      expect.objectContaining({ name: 'No secrets' }),
    ])
  })

  test('a blocking policy ends an answer with the error event, before the secret', async () => {
    const gateway = await guarded(events(delta('fine '), delta(`${TOKEN} `), finish, DONE), {
      operator: 'block',
    })
    const { text } = await readAll(await fetch(gateway.url + PATH, chat(ask('hello'))))
    expect(text).not.toContain(TOKEN.slice(0, 10))
    expect(text).toContain('content_policy')
    expect(text).not.toContain('[DONE]')
    expect(text).not.toContain('stop')
    const { policies } = await gateway.end()
    expect(policies.violated).toEqual([expect.objectContaining({ name: 'No secrets' })])
  })

  test('a write that cannot be scanned is refused, a read passes', async () => {
    const gateway = await guarded({ headers: { 'content-type': 'application/json' }, body: '{}' })
    const upload = await fetch(`${gateway.url}/openai/v1/files`, chat({}, { body: 'x' }))
    expect(upload.status).toBe(400)
    expect(await upload.json()).toMatchObject({ error: { code: 'unscannable_body' } })
    const { method: _, body: __, ...read } = chat({})
    expect((await fetch(`${gateway.url}/openai/v1/models`, read)).status).toBe(200)
  })

  test('an unstreamed answer is filtered in place', async () => {
    const content = `the token is ${TOKEN}, ok`
    const body = (text: string) =>
      `{ "id":"c", "n":1.0, "choices":[{"index":0,"message":{"role":"assistant","content":${JSON.stringify(text)}},"finish_reason":"stop"}], "usage":{"prompt_tokens":5,"completion_tokens":1} }`
    const gateway = await guarded({
      headers: { 'content-type': 'application/json' },
      body: body(content),
    })
    const response = await fetch(gateway.url + PATH, chat({ ...ask('x'), stream: false }))
    const text = await response.text()
    expect(text.replace(PLACEHOLDER, TOKEN)).toBe(body(content))
    expect(text).not.toContain(TOKEN)
  })

  test('a compressed request is read, redacted and sent on plain', async () => {
    const gateway = await guarded(events(delta('ok'), finish, DONE))
    const body = JSON.stringify(ask(`my token is ${TOKEN}`))
    for (const [name, bytes] of [
      ['gzip', Bun.gzipSync(body)],
      ['zstd', Bun.zstdCompressSync(body)],
      ['br', brotliCompressSync(body)],
    ] as const) {
      const init = chat({}, { body: new Uint8Array(bytes) })
      const headers = { ...(init.headers as Record<string, string>), 'content-encoding': name }
      await readAll(await fetch(gateway.url + PATH, { ...init, headers }))
    }
    for (const index of [0, 1, 2]) {
      const sent = await gateway.provider.request(index)
      expect(sent.text().match(PLACEHOLDER)).toHaveLength(1)
      expect(sent.text()).not.toContain(TOKEN)
    }
  })

  test("a provider's error is filtered, and the caller's own value in it is restored", async () => {
    const other = `${TOKEN.slice(0, -1)}9`
    const gateway = await guarded((request) => {
      const [own] = request.text().match(PLACEHOLDER) ?? []
      const message = `cannot use ${own}, only ${other}`
      return {
        status: 400,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ error: { message, type: 'invalid_request_error' } }),
      }
    })
    const response = await fetch(gateway.url + PATH, chat(ask(`my token is ${TOKEN}`)))
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as { error: { message: string } }
    expect(error.message).toMatch(
      new RegExp(`^cannot use ${TOKEN}, only \\[SAFE_TO_USE:GITHUB_PAT_[a-z]{8}\\]$`),
    )
  })
})
