import { beforeAll, describe, expect, test } from 'bun:test'
import { dialectFor } from '../../src/dialects/index.ts'
import { filterWhole, openFilterPipe } from '../../src/gateway/filter-pipe.ts'
import { builtIn } from '../../src/policies/guard-rules.ts'
import { callGuard, MAIL, PLACEHOLDER, TOKEN } from './guarded.ts'

// Takes seconds on a busy machine; once a process.
beforeAll(() => void builtIn(), 60_000)

const SECRETS = { detect: { secrets: true, pii: true } }
const ROUTES = {
  chat: ['openai', '/v1/chat/completions', { model: 'm', messages: [] }],
  responses: ['openai', '/v1/responses', { model: 'm', input: 'x' }],
  messages: ['anthropic', '/v1/messages', { model: 'm', max_tokens: 9, messages: [] }],
  gemini: ['gemini', '/v1beta/models/m:generateContent', { contents: [] }],
  'gemini stream': ['gemini', '/v1beta/models/m:streamGenerateContent', { contents: [] }],
} as const

function readerOf(route: keyof typeof ROUTES, isStream: boolean) {
  const [prefix, path, body] = ROUTES[route]
  const query = new URLSearchParams()
  const dialect = dialectFor(prefix, 'POST', path, query)?.dialect
  if (!dialect) throw new Error('no dialect')
  return dialect.openAnswer(dialect.readAsk({ ...body, stream: isStream } as never, path, query))
}

/** What a caller gets of these bytes of a stream. */
function streamed(route: keyof typeof ROUTES, bytes: string, guard = callGuard(SECRETS)): string {
  const out: Buffer[] = []
  const pipe = openFilterPipe('sse', readerOf(route, true), guard, (piece) => {
    out.push(Buffer.from(piece))
  })
  pipe.push(Buffer.from(bytes))
  pipe.end()
  return Buffer.concat(out).toString()
}

/** What a caller gets of this JSON body. */
function whole(route: keyof typeof ROUTES, body: object): string {
  const bytes = Buffer.from(JSON.stringify(body))
  return Buffer.from(
    filterWhole(Uint8Array.from(bytes), readerOf(route, false), callGuard(SECRETS)),
  ).toString()
}

const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
const END = `${chunk({}, 'stop')}data: [DONE]\n\n`

describe('names of members', () => {
  const args = { [TOKEN]: 1, nested: [{ [`to ${MAIL}`]: true }] }
  const answers: [keyof typeof ROUTES, object][] = [
    ['gemini', { candidates: [{ content: { parts: [{ functionCall: { name: 'f', args } }] } }] }],
    [
      'messages',
      { type: 'message', content: [{ type: 'tool_use', id: 't', name: 'f', input: args }] },
    ],
    ['chat', { choices: [{ index: 0, message: { content: 'x', extra: args } }] }],
    [
      'responses',
      {
        object: 'response',
        output: [{ type: 'file_search_call', results: [{ attributes: args }] }],
      },
    ],
    ['chat', { error: { message: 'no', param: args } }],
  ]
  for (const [route, body] of answers)
    test(`of ${route} hold nothing sensitive: ${Object.keys(body)[0]}`, () => {
      const out = whole(route, body)
      expect(out).not.toContain(TOKEN)
      expect(out).not.toContain(MAIL)
      const plain = (text: string) =>
        text.replaceAll(PLACEHOLDER, '*').replaceAll(TOKEN, '*').replaceAll(MAIL, '*')
      expect(plain(out)).toBe(plain(JSON.stringify(body)))
    })

  test("that hold the caller's own value get it back", () => {
    const guard = callGuard(SECRETS)
    const filter = guard.openRequest()
    const [own = ''] = (filter.push(TOKEN) + filter.end()).match(PLACEHOLDER) ?? []
    const part = { functionCall: { name: 'f', args: { [own]: own } } }
    const data = { candidates: [{ index: 0, content: { parts: [part] }, finishReason: 'STOP' }] }
    const out = streamed('gemini stream', `data: ${JSON.stringify(data)}\n\n`, guard)
    expect(out).toContain(`"args":{"${TOKEN}":"${TOKEN}"}`)
  })
})

describe('a frame beside its data', () => {
  test.each([
    ['a comment', `: see ${TOKEN}\n\n`],
    ['a comment in front of data', `: see ${TOKEN}\n${chunk({ content: 'All well. ' })}`],
    ['an id', `id: ${TOKEN}\n${chunk({ content: 'All well. ' })}`],
    ["an event's name", `event: ${TOKEN}\n${chunk({ content: 'All well. ' })}`],
    ['a line that means nothing', `${TOKEN}\r\n${chunk({ content: 'All well. ' })}`],
    ['a comment in front of a mark', `\ufeff: ${TOKEN}\n\n`],
  ])('%s is filtered, and nothing else changes', (_, frames) => {
    const bytes = frames + END
    const out = streamed('chat', bytes)
    expect(out.match(PLACEHOLDER)).toHaveLength(1)
    expect(out.replace(PLACEHOLDER, TOKEN)).toBe(bytes)
  })

  test('stays byte for byte when it holds nothing', () => {
    const bytes = `\ufeff: ping\n\nretry: 5\nid: 7\nevent: message\ndata:${chunk({ content: 'All well. ' }).slice(6)}${END}`
    expect(streamed('chat', bytes)).toBe(bytes)
  })

  test('ends the answer when a policy blocks', () => {
    const guard = callGuard({ ...SECRETS, operator: 'block' })
    expect(() => streamed('chat', `: ${TOKEN}\n\n${END}`, guard)).toThrow()
  })
})

test("a provider's error tells its kind in its own words only, to the caller and to the trace", () => {
  const reader = readerOf('chat', false)
  const body = { error: { message: 'no', type: TOKEN, code: TOKEN } }
  const bytes = Uint8Array.from(Buffer.from(JSON.stringify(body)))
  const out = Buffer.from(filterWhole(bytes, reader, callGuard(SECRETS))).toString()
  expect(out.match(PLACEHOLDER)).toHaveLength(2)
  expect(reader.summary().error?.type).toBe('other')
  for (const type of ['rate_limit_exceeded', 'RESOURCE_EXHAUSTED', '429', 'web_search_20250305']) {
    const named = readerOf('chat', false)
    named.glance(JSON.stringify({ error: { message: 'no', type } }), undefined)
    expect(named.summary().error?.type).toBe(type)
  }
})

describe('what looks like something that must not change', () => {
  const block = (input: object) => ({ type: 'tool_use', id: 't', name: 'f', input })

  test('is filtered where it is an argument of a tool', () => {
    const input = { thinking: TOKEN, data: TOKEN, type: 'thinking' }
    expect(whole('messages', { type: 'message', content: [block(input)] })).not.toContain(TOKEN)
    const start = { type: 'content_block_start', index: 0, content_block: block(input) }
    const out = streamed(
      'messages',
      `event: content_block_start\ndata: ${JSON.stringify(start)}\n\n`,
    )
    expect(out.match(PLACEHOLDER)).toHaveLength(2)
    expect(out).not.toContain(TOKEN)
  })

  test('thinking that nobody signed is filtered in a whole answer, signed thinking is not', () => {
    const signed = { type: 'thinking', thinking: `signed ${TOKEN}`, signature: 'c2ln' }
    const out = whole('messages', {
      type: 'message',
      content: [{ type: 'thinking', thinking: `bare ${TOKEN}`, signature: '' }, signed],
    })
    expect(out).toContain(JSON.stringify(signed))
    expect(out.split(TOKEN)).toHaveLength(2)
  })

  test("a tool's result is text, an image is not", () => {
    const image = { type: 'image_generation_call', result: Buffer.from(TOKEN).toString('base64') }
    const out = whole('responses', {
      object: 'response',
      output: [image, { type: 'mcp_call', result: TOKEN }],
    })
    expect(out).toContain(JSON.stringify(image))
    expect(out).not.toContain(TOKEN)
  })

  test('a member that nobody knows of a message that begins is text', () => {
    const message = { id: 'm', type: 'message', role: 'assistant', content: [], note: TOKEN }
    const data = JSON.stringify({ type: 'message_start', message })
    expect(streamed('messages', `event: message_start\ndata: ${data}\n\n`)).not.toContain(TOKEN)
  })
})
