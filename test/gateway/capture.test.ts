import { afterEach, describe, expect, test } from 'bun:test'
import type { ContentRecord } from '../../src/base/call.ts'
import { LIMITS } from '../../src/base/limits.ts'
import { PERMISSIONS } from '../../src/base/permission.ts'
import { policySet } from '../../src/policies/policy-set.ts'
import type { Answer } from '../support/scripted-provider.ts'
import { until } from '../support/world.ts'
import { guardPolicy, MAIL, PLACEHOLDER, TOKEN } from './guarded.ts'
import { CALLER_KEY, callerKey, chat, events, openGateway, readAll } from './harness.ts'

type Gateway = Awaited<ReturnType<typeof openGateway>>
let gateway: Gateway
afterEach(() => gateway.close())

const KEEPING = callerKey({
  workspaces: [
    {
      workspaceId: '01890000-0000-7000-8000-000000000003',
      permissions: new Set(PERMISSIONS),
      capturesContent: true,
    },
  ],
})

async function open(answer: Answer, options: { guard?: object; keeps?: boolean } = {}) {
  const contents: ContentRecord[] = []
  const { guard, keeps = true } = options
  gateway = await openGateway(() => answer, {
    reporter: { ended() {}, turnedAway() {}, content: (content) => contents.push(content) },
    ...(guard
      ? { policies: { forOrganization: () => policySet(0, [guardPolicy(guard)]), forget() {} } }
      : {}),
  })
  if (keeps) gateway.keys.set(CALLER_KEY, KEEPING)
  return contents
}

async function ask(text: string, stream = false): Promise<string> {
  const body = { model: 'gpt-4o', stream, messages: [{ role: 'user', content: text }] }
  const response = await fetch(`${gateway.url}/openai/v1/chat/completions`, chat(body))
  return (await readAll(response)).text
}

const first = (contents: ContentRecord[]) => until('the content', () => contents[0])

function completion(content: string): Answer {
  return {
    headers: { 'content-type': 'application/json' },
    body: [
      JSON.stringify({
        id: 'c1',
        object: 'chat.completion',
        model: 'gpt-4o',
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      }),
    ],
  }
}

function streamed(...pieces: string[]): Answer {
  const frame = (choice: object) =>
    `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', model: 'gpt-4o', choices: [choice] })}\n\n`
  return events(
    ...pieces.map((content) => frame({ index: 0, delta: { content } })),
    frame({ index: 0, delta: {}, finish_reason: 'stop' }),
    'data: [DONE]\n\n',
  )
}

describe('content of a workspace that keeps it', () => {
  test('is kept with everything that the built-in detectors find hidden, though no policy asks for it', async () => {
    const contents = await open(completion(`write to ${MAIL}`))
    const seen = await ask(`my key:\n${TOKEN}`)
    expect(seen).toContain(MAIL)
    const { request, response, exchangeId } = await first(contents)
    expect(exchangeId).toBe((await gateway.end()).id)
    for (const text of [request?.text, response?.text]) {
      expect(text).not.toContain(TOKEN)
      expect(text).not.toContain(MAIL)
      expect(text?.match(PLACEHOLDER)).toHaveLength(1)
    }
    expect(JSON.parse(request?.text ?? '').messages[0].content).toStartWith('my key:\n[SAFE')
    // What went to the provider is what the caller sent.
    expect(Buffer.from(gateway.provider.requests[0]?.body ?? []).toString()).toContain(TOKEN)
  })

  test('never holds an original that was restored for the caller', async () => {
    const contents = await open(streamed('hello '), { guard: { detect: { pii: true } } })
    await ask(`I am ${MAIL}`)
    const sent = (await first(contents)).request?.text ?? ''
    const [placeholder = ''] = sent.match(PLACEHOLDER) ?? []
    await gateway.close()
    const again = await open(
      streamed('dear ', placeholder.slice(0, 9), `${placeholder.slice(9)}!`),
      {
        guard: { detect: { pii: true } },
      },
    )
    expect(await ask(`I am ${MAIL}`, true)).toContain(MAIL)
    const { response } = await first(again)
    expect(response?.text).toBe(JSON.stringify({ 'choice:0/content': `dear ${placeholder}!` }))
  })

  test('is hidden in a stream however its pieces are cut, and a policy that only observes lets nothing pass', async () => {
    const contents = await open(
      streamed('it is ', TOKEN.slice(0, 7), TOKEN.slice(7, 20), `${TOKEN.slice(20)} .`),
      { guard: { detect: { secrets: true }, operator: 'observe' } },
    )
    expect(await ask('hello', true)).toContain(TOKEN.slice(20))
    const { response } = await first(contents)
    expect(response?.text).not.toContain(TOKEN.slice(7, 20))
    expect(response?.text?.match(PLACEHOLDER)).toHaveLength(1)
  })

  test('holds no name of a member that is sensitive', async () => {
    const frame = { id: 'c1', holder: { [TOKEN]: 'fine' }, choices: [] }
    const contents = await open(events(`data: ${JSON.stringify(frame)}\n\n`, 'data: [DONE]\n\n'))
    await ask('hello', true)
    const { response } = await first(contents)
    const { id: _, ...kept } = JSON.parse(response?.text ?? '')
    expect(Object.entries(kept)).toEqual([
      [expect.stringMatching(/^holder\/\[SAFE_TO_USE:GITHUB_PAT_[a-z]{8}\]$/), 'fine'],
    ])
  })

  test('is cut at its bound, and says so', async () => {
    const contents = await open(completion('fine'))
    await ask('ü'.repeat(LIMITS.capturedBytesMax))
    const { request } = await first(contents)
    expect(request?.isCut).toBe(true)
    expect(Buffer.byteLength(request?.text ?? '')).toBeLessThanOrEqual(LIMITS.capturedBytesMax)
    expect(request?.bytes).toBeGreaterThan(2 * LIMITS.capturedBytesMax)
    expect(request?.text).not.toContain('\u{fffd}')
  })

  test('of a large request is its beginning, with no text that was cut in two', async () => {
    const contents = await open(completion('fine'))
    const long = `${TOKEN} `.repeat(40_000)
    const messages = [
      { role: 'user', content: `first ${TOKEN}` },
      { role: 'user', content: long },
      { role: 'user', content: `after ${MAIL}` },
    ]
    const body = { model: 'gpt-4o', messages }
    await readAll(await fetch(`${gateway.url}/openai/v1/chat/completions`, chat(body)))
    const { request } = await first(contents)
    expect(request?.isCut).toBe(true)
    expect(request?.bytes).toBe(Buffer.byteLength(JSON.stringify(body)))
    const kept = JSON.parse(request?.text ?? '').messages.map(
      (each: { content: string }) => each.content,
    )
    expect(kept[0]).toMatch(/^first \[SAFE_TO_USE:/)
    expect(kept[1]).toBe('[cut]')
    expect(kept[2]).toMatch(/^after \[SAFE_TO_USE:/)
    expect(request?.text).not.toContain(TOKEN.slice(0, 12))
  })

  test('of a request or an answer beyond that is its size alone', async () => {
    const contents = await open(completion('x'.repeat(LIMITS.capturedAnswerBytesMax)))
    await ask('y'.repeat(LIMITS.capturedRequestUnitsMax))
    const { request, response } = await first(contents)
    expect(request).toMatchObject({ text: '', isCut: true })
    expect(request?.bytes).toBeGreaterThan(LIMITS.capturedRequestUnitsMax)
    expect(response).toMatchObject({ text: '', isCut: true })
    expect(response?.bytes).toBeGreaterThan(LIMITS.capturedAnswerBytesMax)
  })

  test('is there of a call that a policy refused: what was asked, hidden', async () => {
    const contents = await open(completion('never'), {
      guard: { detect: { secrets: true }, operator: 'block' },
    })
    await ask(`my key ${TOKEN}`)
    const { request, response } = await first(contents)
    expect(gateway.provider.requests).toHaveLength(0)
    expect(request?.text?.match(PLACEHOLDER)).toHaveLength(1)
    expect(request?.text).not.toContain(TOKEN)
    expect(response).toBeUndefined()
  })

  test('holds the error of a provider in the same form', async () => {
    const contents = await open({
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: [JSON.stringify({ error: { message: `bad value ${TOKEN}`, type: 'invalid' } })],
    })
    await ask('hello')
    expect((await first(contents)).response?.text).toMatch(PLACEHOLDER)
  })
})

test('a workspace that keeps no content leaves none', async () => {
  const contents = await open(completion('fine'), { keeps: false })
  await ask('hello')
  await gateway.end()
  gateway.keys.set(CALLER_KEY, KEEPING)
  await ask('kept')
  const { request } = await first(contents)
  expect(request?.text).toContain('kept')
  expect(contents).toHaveLength(1)
})
