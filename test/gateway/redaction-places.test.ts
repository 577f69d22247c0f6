import { beforeAll, describe, expect, test } from 'bun:test'
import { filterWhole } from '../../src/gateway/filter-pipe.ts'
import { builtIn } from '../../src/policies/guard-rules.ts'
import { callGuard, MAIL, PLACEHOLDER, TOKEN } from './guarded.ts'
import { chunk, type ROUTES, readerOf, SECRETS, streamed, whole } from './guarded-answers.ts'

// Takes seconds on a busy machine; once a process.
beforeAll(() => void builtIn(), 60_000)

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

test("a provider's error tells its kind in its own words only, to the caller and to the trace", () => {
  const reader = readerOf('chat', false)
  const body = { error: { message: 'no', type: TOKEN, code: TOKEN } }
  const bytes = Uint8Array.from(Buffer.from(JSON.stringify(body)))
  const out = Buffer.from(filterWhole(bytes, reader, callGuard(SECRETS))).toString()
  expect(out.match(PLACEHOLDER)).toHaveLength(2)
  expect(reader.summary().error?.type).toBe('other')
  const ended = readerOf('chat', true)
  ended.glance(chunk({}, TOKEN).slice('data: '.length), undefined)
  expect(ended.summary().finishReasons).toEqual(['other'])
  for (const type of ['rate_limit_exceeded', 'RESOURCE_EXHAUSTED', '429', 'web_search_20250305']) {
    const named = readerOf('chat', false)
    named.glance(JSON.stringify({ error: { message: 'no', type } }), undefined)
    expect(named.summary().error?.type).toBe(type)
  }
})

test('what repeats the text token by token leaves as one, whatever it is named', () => {
  const logprobs = { content: [{ token: TOKEN, [TOKEN]: { [MAIL]: 1 } }] }
  const choice = { index: 0, message: { content: 'All well.' } }
  expect(whole('chat', { choices: [{ ...choice, logprobs }] })).toBe(
    JSON.stringify({ choices: [{ ...choice, logprobs: null }] }),
  )
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

  test('sound is none of it, with or without its format', () => {
    const data = Buffer.from(`sound ${TOKEN}`.repeat(3)).toString('base64')
    const audio = { id: 'a', data: `${TOKEN}${data}`, expires_at: 5, transcript: 'All well.' }
    const body = { choices: [{ index: 0, message: { content: null, audio } }] }
    expect(whole('chat', body)).toBe(JSON.stringify(body))
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
