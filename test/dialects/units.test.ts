import { describe, expect, spyOn, test } from 'bun:test'
import fc from 'fast-check'
import { askForUsage, withoutNullUsage } from '../../src/dialects/include-usage.ts'
import { dialectFor } from '../../src/dialects/index.ts'
import { NAME_SLOT } from '../../src/dialects/locate.ts'
import { textBytes } from '../../src/dialects/text-bytes.ts'
import { readUsage } from '../../src/dialects/usage-rows.ts'
import { WIRE_NAMES } from '../../src/dialects/wire-names.ts'
import { applySplices } from '../../src/stream/splice.ts'

describe('counting text without parsing', () => {
  test('equals the UTF-8 length of the parsed texts, whatever they hold', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', 'é', '😀', '"text":"') })
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), fc.constantFrom(0, 1), (texts, indent) => {
        const data = JSON.stringify(
          { parts: texts.map((one) => ({ text: one, other: one })) },
          null,
          indent,
        )
        expect(textBytes(data, ['text'])).toBe(
          texts.reduce((sum, one) => sum + Buffer.byteLength(one), 0),
        )
      }),
    )
  })

  test('survives text that ends anywhere', () => {
    const data = '{"text":"a\\u00e9\\"b"}'
    for (let end = 0; end <= data.length; end++) textBytes(data.slice(0, end), ['text'])
    expect(textBytes(data, ['text'])).toBe(5)
  })
})

describe('usage', () => {
  const rows = {
    inputTokens: [['a'], ['b', 'c']],
    outputTokens: [['o']],
    cacheReadTokens: [['b', 'c']],
  }

  test('is the sum of its places, zero parts left out', () => {
    expect(readUsage({ a: 1, b: { c: 2 }, o: 0 }, rows)).toEqual({
      usage: { inputTokens: 3, outputTokens: 0, cacheReadTokens: 2 },
      suspect: false,
    })
    expect(readUsage({ a: 1, b: null }, rows)?.usage).toEqual({ inputTokens: 1, outputTokens: 0 })
    expect(readUsage(null, rows)).toBeUndefined()
    expect(readUsage([], rows)).toBeUndefined()
  })

  test.each([
    ['negative', { a: -1 }],
    ['negative hidden in a sum', { a: 10, b: { c: -1 } }],
    ['a fraction', { a: 1.5 }],
    ['text', { a: '12' }],
    ['infinite', { a: JSON.parse('1e400') }],
    ['beyond any model', { a: 2_000_000_000_000 }],
  ])('that is %s is suspect', (_, raw) => {
    expect(readUsage(raw, rows)?.suspect).toBe(true)
  })
})

describe('usage that nobody asked for', () => {
  const taken = (data: string) => applySplices(data, withoutNullUsage(data))

  test.each([
    ['{"a":1,"usage":null}', '{"a":1}'],
    ['{"usage":null,"a":1}', '{"a":1}'],
    ['{"a":[{"usage":null}], "usage" : null , "b":{}}', '{"a":[{"usage":null}] , "b":{}}'],
    ['{"a":{"b":1,"usage":null}}', '{"a":{"b":1,"usage":null}}'],
    ['{"a":{"usage":null,"b":1},"c":"x"}', '{"a":{"usage":null,"b":1},"c":"x"}'],
    ['{"a":"{,\\"usage\\":null}"}', '{"a":"{,\\"usage\\":null}"}'],
    ['{"usage":{"prompt_tokens":1}}', '{"usage":{"prompt_tokens":1}}'],
  ])('is taken out of the root of %s only', (data, expected) => {
    expect(taken(data)).toBe(expected)
  })

  test('is asked for whatever options stand there, and nothing else changes', () => {
    const option = fc.constantFrom(
      '',
      '"stream_options":null',
      '"stream_options":{}',
      '"stream_options": { "include_usage" : false , "x":1.0}',
      '"stream_options":{"x":{"include_usage":1}}',
    )
    const others = fc.array(
      fc.constantFrom('"model":"m"', '"n":1.0', '"a":{"stream_options":{}}', '"b":[ ]'),
      { maxLength: 3 },
    )
    fc.assert(
      fc.property(option, others, fc.constantFrom('', '\n'), (own, rest, end) => {
        const text = `{ ${[...new Set(rest), own].filter((one) => one !== '').join(' ,')} }${end}`
        const body = JSON.parse(text)
        const out = JSON.parse(applySplices(text, askForUsage(text, body)))
        expect(out.stream_options.include_usage).toBe(true)
        const { include_usage: _, ...options } = out.stream_options
        const { include_usage: _was, ...before } = body.stream_options ?? {}
        expect(options).toEqual(before)
        expect({ ...out, stream_options: 0 }).toEqual({ ...body, stream_options: 0 })
      }),
    )
  })
})

describe('a reader that filters rely on', () => {
  const open = (prefix: string, path: string, body = {}) => {
    const query = new URLSearchParams()
    const dialect = dialectFor(prefix, 'POST', path, query)?.dialect
    if (!dialect) throw new Error(path)
    return dialect.openAnswer(dialect.readAsk({ stream: true, ...body }, path, query))
  }

  test('shows no signed thinking, streamed or whole', () => {
    const reader = open('anthropic', '/v1/messages')
    const delta =
      '{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"a"}}'
    const start =
      '{"type":"content_block_start","index":0,"content_block":{"type":"redacted_thinking","data":"Emw"}}'
    const whole =
      '{"type":"message","content":[{"type":"thinking","thinking":"a","signature":"b"}]}'
    for (const data of [delta, start, whole]) expect(reader.read(data, undefined).slots).toEqual([])
  })

  test('lets nothing pass that it cannot look into, and never calls such an answer whole', () => {
    for (const data of ['{"choices":[{"delta":{"content":"half', 'plain words', '"text"', '[1]']) {
      const reader = open('openai', '/v1/chat/completions')
      expect(reader.read(data, undefined).drop).toBe(true)
      reader.read('[DONE]', undefined)
      expect(reader.summary().complete).toBe(false)
    }
    const deep = `{"choices":[${'['.repeat(200)}${']'.repeat(200)}]}`
    expect(open('openai', '/v1/chat/completions').read(deep, undefined).drop).toBe(true)
  })

  test('does not parse what it has parsed the like of', () => {
    const reader = open('openai', '/v1/responses')
    const parse = spyOn(JSON, 'parse')
    for (let index = 0; index < 50; index++) {
      const data = `{"type":"response.output_text.delta","sequence_number":${index},"output_index":0,"content_index":0,"delta":"w${index}","obfuscation":"${'x'.repeat(index % 7)}"}`
      const [slot] = reader.read(data, undefined).slots
      expect(data.slice(slot?.start, slot?.end)).toBe(`w${index}`)
    }
    const times = parse.mock.calls.length
    parse.mockRestore()
    expect(times).toBeLessThan(5)
  })

  test('counts the bytes of the text that a user sees', () => {
    const reader = open('openai', '/v1/chat/completions')
    const frame = (text: string) =>
      `{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":${JSON.stringify(text)}},"finish_reason":null}]}`
    for (const text of ['abc', 'é\n', '"q"', '😀']) reader.glance(frame(text), undefined)
    expect(reader.summary().outputBytes).toBe(3 + 3 + 3 + 4)
  })
})

test.each([
  ['openai', '/v1/chat/completions', '{"detail":"TEXT"}'],
  ['openai', '/v1/chat/completions', '{"error":"TEXT"}'],
  ['openai', '/v1/chat/completions', '{"choices":[{"message":{"new_field":["TEXT"]}}]}'],
  ['openai', '/v1/chat/completions', '{"choices":[{"note":"TEXT"}]}'],
  ['openai', '/v1/completions', '{"error":{"message":"TEXT"}}'],
  ['openai', '/v1/embeddings', '{"error":{"innererror":{"message":"TEXT"}}}'],
  ['openai', '/v1/responses', '{"error":{"message":"TEXT"}}'],
  ['anthropic', '/v1/messages', '{"message":"TEXT"}'],
  ['anthropic', '/v1/messages', '{"type":"new_event","words":{"a":["TEXT"]}}'],
  ['gemini', '/v1/models/m:generateContent', '{"error":{"details":[{"detail":"TEXT"}]}}'],
  ['gemini', '/v1/models/m:generateContent', '{"candidates":[{"finishMessage":"TEXT"}]}'],
])('below %s, text in a place nobody named is filtered too: %s %s', (prefix, path, data) => {
  const query = new URLSearchParams()
  const dialect = dialectFor(prefix, 'POST', path, query)?.dialect
  const reader = dialect?.openAnswer(dialect.readAsk({}, path, query))
  const slots = reader?.read(data, undefined).slots ?? []
  const told = (names: boolean) =>
    slots
      .filter(({ slot }) => (slot === NAME_SLOT) === names)
      .map((slot) => data.slice(slot.start, slot.end))
  expect(told(false)).toEqual(['TEXT'])
  // So are the names of its members, unless they are the protocol's own.
  const names = [...data.matchAll(/"(\w+)":/g)].map(([, name = '']) => name)
  expect(told(true)).toEqual(names.filter((name) => !WIRE_NAMES.has(name)))
})

describe('what of a request must not change', () => {
  const dialectOf = (prefix: string, path: string) => {
    const found = dialectFor(prefix, 'POST', path, new URLSearchParams())
    if (!found) throw new Error('no dialect')
    return found.dialect
  }

  test('is the name of a function, not of who speaks', () => {
    const chat = dialectOf('openai', '/v1/chat/completions')
    const isKept = (role: string) =>
      chat.isUntouchable(['messages', 0, 'name'], { role, name: 'anna' })
    expect(['user', 'assistant', 'system', 'developer'].map(isKept)).not.toContain(true)
    expect(['tool', 'function'].map(isKept)).toEqual([true, true])
    expect(chat.isUntouchable(['tools', 0, 'function', 'name'], { name: 'get_anna' })).toBe(true)
  })

  test('are names as tools and protocols have them, whatever words they are made of', () => {
    const chat = dialectOf('openai', '/v1/chat/completions')
    for (const name of ['get_anna', 'mcp__john-smith__ask.paris', 'web_search_20250305', 'Paris'])
      expect(chat.isUntouchable(['tools', 0, 'function', 'name'], { name })).toBe(true)
    for (const name of ['Anna Smith', 'ada@example.org', `k${'a1'.repeat(20)}`])
      expect(chat.isUntouchable(['tools', 0, 'function', 'name'], { name })).toBe(false)
  })

  test('is the data of a document in base64, not of one in plain text', () => {
    const messages = dialectOf('anthropic', '/v1/messages')
    const path = ['messages', 0, 'content', 0, 'source', 'data']
    const source = { type: 'base64', media_type: 'application/pdf', data: 'eA==' }
    expect(messages.isUntouchable(path, source)).toBe(true)
    expect(messages.isUntouchable(path, { ...source, type: 'text' })).toBe(false)
  })
})
