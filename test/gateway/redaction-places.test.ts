import { beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { dialectFor } from '../../src/dialects/index.ts'
import { filterWhole, openFilterPipe } from '../../src/gateway/filter-pipe.ts'
import { builtIn } from '../../src/policies/guard-rules.ts'
import { cutInto } from './answer-streams.ts'
import { callGuard, MAIL, PLACEHOLDER, TOKEN } from './guarded.ts'

// Takes seconds on a busy machine; once a process.
beforeAll(() => void builtIn(), 60_000)

const SECRETS = { detect: { secrets: true, pii: true } }
const ROUTES = {
  chat: ['openai', '/v1/chat/completions', { model: 'm', messages: [] }],
  completions: ['openai', '/v1/completions', { model: 'm', prompt: 'x' }],
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
function streamed(
  route: keyof typeof ROUTES,
  bytes: string | Uint8Array,
  guard = callGuard(SECRETS),
  cuts: readonly number[] = [],
): string {
  const out: Buffer[] = []
  const pipe = openFilterPipe('sse', readerOf(route, true), guard, (piece) => {
    out.push(Buffer.from(piece))
  })
  for (const piece of cutInto(Buffer.from(bytes), cuts)) pipe.push(piece)
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

describe('names that stand in every frame', () => {
  const choices = [{ index: 0, delta: { content: 'Well. ' } }]
  const frame = (names: object) => `data: ${JSON.stringify({ id: 'c', ...names, choices })}\n\n`
  /** A guard that counts the filters it opens. */
  function counting() {
    const guard = callGuard(SECRETS)
    const opened = { filters: 0 }
    const openFilter: typeof guard.openFilter = (kind) => {
      opened.filters++
      return guard.openFilter(kind)
    }
    return { guard: { ...guard, openFilter }, opened }
  }

  test('are read once an answer when they hold nothing', () => {
    const { guard, opened } = counting()
    const bytes = frame({ x_groq: null, created_by: 1 }).repeat(50) + END
    expect(streamed('chat', bytes, guard)).toContain('x_groq')
    // Both names, the text, and what the last frames hold.
    expect(opened.filters).toBeLessThan(6)
  })

  test('are hidden in each of them when they hold something, whatever else came', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`n_${index}`, 1]))
    const bytes = frame(many) + frame({ [TOKEN]: 1 }).repeat(3) + END
    const out = streamed('chat', bytes)
    expect(out).not.toContain(TOKEN)
    expect(out.match(PLACEHOLDER)).toHaveLength(3)
    expect(out.replaceAll(PLACEHOLDER, TOKEN)).toBe(bytes)
  })
})

describe("a frame of the gateway's own", () => {
  const HELD = 'mail jo@exam'
  const more = { note: TOKEN, list: [MAIL], holder: { of: TOKEN }, [TOKEN]: 1 }
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0, sequence_number: 7 }
  test.each<[keyof typeof ROUTES, object, object]>([
    [
      'chat',
      { id: 'c', object: 'chat.completion.chunk', created: 5, model: 'm', service_tier: 'default' },
      { choices: [{ index: 0, delta: { content: HELD } }] },
    ],
    [
      'completions',
      { id: 'c', object: 'text_completion', created: 5, model: 'm' },
      { choices: [{ index: 0, text: HELD }] },
    ],
    ['responses', { type: 'response.output_text.delta', ...place }, { delta: HELD }],
    [
      'messages',
      { type: 'content_block_delta', index: 0 },
      { delta: { type: 'text_delta', text: HELD } },
    ],
    [
      'gemini stream',
      { modelVersion: 'm', responseId: 'r' },
      { candidates: [{ index: 0, content: { parts: [{ text: HELD }] } }] },
    ],
  ])('in %s repeats of the frame before only what says whose it is', (route, envelope, said) => {
    const bytes = `data: ${JSON.stringify({ ...envelope, ...said, ...more })}\n\n`
    const out = streamed(route, bytes)
    const frames = [...out.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data))
    expect(frames).toHaveLength(2)
    expect(JSON.stringify(frames[1])).toContain('jo@exam')
    expect(frames[1]).toMatchObject(envelope)
    expect(out).not.toContain(TOKEN)
    expect(out).not.toContain(MAIL)
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

  test('leaves the same however its bytes are cut', () => {
    const line = fc.constantFrom(
      ...[`: see ${TOKEN}`, `id: ${MAIL}`, `event: ${TOKEN}`, `${TOKEN} \u00e9`, ': ping', 'id: 7'],
      ...['event: message', 'retry: 5', ':', `data: "${TOKEN}"`, `data:{"${TOKEN}":1}`],
    )
    const frame = fc.tuple(fc.array(line, { maxLength: 3 }), fc.boolean())
    fc.assert(
      fc.property(
        fc.array(frame, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
        (frames, end, cuts) => {
          const said = frames.map(([lines, speaks]) =>
            [...lines, ...(speaks ? [chunk({ content: 'Well. ' }).trimEnd()] : []), '', ''].join(
              end,
            ),
          )
          const bytes = Buffer.from(`\ufeff${said.join('')}${END.replaceAll('\n', end)}`)
          const whole = streamed('chat', bytes)
          expect(streamed('chat', bytes, callGuard(SECRETS), cuts)).toBe(whole)
          const each = Array.from(bytes, (_, index) => index)
          expect(streamed('chat', bytes, callGuard(SECRETS), each)).toBe(whole)
          expect(whole).not.toContain(TOKEN)
          expect(whole).not.toContain(MAIL)
        },
      ),
      { numRuns: 60 },
    )
  })

  test("gets a value of several lines back as one line, so that the stream's lines stay its own", () => {
    const guard = callGuard({ custom: [{ id: 'code', words: ['two\n\ndata: [DONE]\rlines'] }] })
    const filter = guard.openRequest()
    const [own = ''] =
      (filter.push('two\n\ndata: [DONE]\rlines ') + filter.end()).match(PLACEHOLDER) ?? []
    const out = streamed('chat', `: ${own}\n${chunk({ content: 'Well. ' })}${END}`, guard)
    expect(out).toBe(`: two data: [DONE] lines\n${chunk({ content: 'Well. ' })}${END}`)
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
