import { beforeAll, describe, expect, test } from 'bun:test'
import { type ExchangeGuard, openGuard } from '../../src/gateway/guard.ts'
import { redactRequest } from '../../src/gateway/redact-request.ts'
import type { TextAnalyzer } from '../../src/gateway/text-analyzer.ts'
import { builtIn, guardRules } from '../../src/policies/guard-rules.ts'
import { restrictCompiled } from '../../src/redaction/automaton/restrict.ts'
import { type CleanView, NO_CASES, type StreamDetector } from '../../src/redaction/detector.ts'
import { DISCLAIMER } from '../../src/redaction/operator.ts'
import type { TextFilter } from '../../src/stream/filter.ts'
import { testWorld } from '../support/world.ts'
import { callGuard, MAIL, PLACEHOLDER, readPost, TOKEN } from './guarded.ts'

// Takes seconds on a busy machine; once a process.
beforeAll(() => void builtIn(), 60_000)

const SECRETS = { detect: { secrets: true, pii: true } }
const ROUTES = {
  chat: ['openai', '/v1/chat/completions'],
  responses: ['openai', '/v1/responses'],
  embeddings: ['openai', '/v1/embeddings'],
  messages: ['anthropic', '/v1/messages'],
  gemini: ['gemini', '/v1beta/models/m:generateContent'],
} as const

/** What the provider gets for this body, as text. */
async function sent(
  route: keyof typeof ROUTES,
  body: string | object,
  guard: ExchangeGuard = callGuard(SECRETS),
  analyzer?: TextAnalyzer,
): Promise<string> {
  const [prefix, path] = ROUTES[route]
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const { dialect, read } = readPost(prefix, path, text)
  const outgoing = await redactRequest(read, 'POST', dialect, guard, {
    clock: testWorld().clock,
    analyzer,
  })
  return outgoing.text ?? ''
}

/** Both texts with what is hidden, and the sentence about it, taken out. */
const plain = (text: string) =>
  text
    .replaceAll(`${DISCLAIMER}\\n`, '')
    .replaceAll(PLACEHOLDER, '*')
    .replaceAll(TOKEN, '*')
    .replaceAll(MAIL, '*')

const SIGNATURE = Buffer.from(`signature of ${TOKEN}`).toString('base64')
const MEDIA = Buffer.from(`picture with ${TOKEN}`).toString('base64')

const BODIES: Record<string, { route: keyof typeof ROUTES; body: object; kept?: string[] }> = {
  'chat completions': {
    route: 'chat',
    kept: [MEDIA, `toolu-${TOKEN}`],
    body: {
      model: 'm',
      messages: [
        { role: 'system', content: `key ${TOKEN}` },
        { role: 'developer', content: [{ type: 'text', text: `mail ${MAIL}` }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: `use ${TOKEN}` },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${MEDIA}` } },
          ],
        },
        {
          role: 'assistant',
          tool_calls: [
            {
              id: `toolu-${TOKEN}`,
              type: 'function',
              function: { name: 'f', arguments: JSON.stringify({ a: [TOKEN], [MAIL]: 1 }) },
            },
          ],
        },
        { role: 'tool', tool_call_id: `toolu-${TOKEN}`, content: JSON.stringify({ t: TOKEN }) },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'f', description: `with ${TOKEN}`, parameters: { default: MAIL } },
        },
      ],
      unknown: { later: [[`v ${TOKEN}`]], [TOKEN]: 1 },
    },
  },
  responses: {
    route: 'responses',
    kept: [SIGNATURE],
    body: {
      model: 'm',
      instructions: `key ${TOKEN}`,
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: `to ${MAIL}` }] },
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: SIGNATURE },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: JSON.stringify({ t: TOKEN }) },
        { type: 'function_call_output', call_id: 'c', output: `T=${TOKEN}` },
      ],
    },
  },
  messages: {
    route: 'messages',
    kept: [SIGNATURE, `I saw ${TOKEN}`, MEDIA],
    body: {
      model: 'm',
      max_tokens: 5,
      system: [{ type: 'text', text: `key ${TOKEN}`, cache_control: { type: 'ephemeral' } }],
      messages: [
        { role: 'user', content: `mail ${MAIL}` },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: `I saw ${TOKEN}`, signature: SIGNATURE },
            { type: 'redacted_thinking', data: SIGNATURE },
            {
              type: 'tool_use',
              id: 'toolu_1',
              name: 'f',
              input: { deep: [{ t: TOKEN }], m: MAIL },
            },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_1',
              content: [
                { type: 'text', text: `T=${TOKEN}` },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: MEDIA } },
              ],
            },
            { type: 'tool_result', tool_use_id: 'toolu_2', content: `M: ${MAIL}` },
          ],
        },
      ],
    },
  },
  gemini: {
    route: 'gemini',
    kept: [SIGNATURE, MEDIA],
    body: {
      systemInstruction: { parts: [{ text: `key ${TOKEN}` }] },
      contents: [
        {
          role: 'user',
          parts: [{ text: `mail ${MAIL}` }, { inlineData: { mimeType: 'image/png', data: MEDIA } }],
        },
        {
          role: 'model',
          parts: [
            { functionCall: { name: 'f', args: { t: [TOKEN] } }, thoughtSignature: SIGNATURE },
          ],
        },
        {
          role: 'user',
          parts: [{ functionResponse: { name: 'f', response: { out: `M ${MAIL}` } } }],
        },
      ],
    },
  },
}

for (const [name, { route, body, kept = [] }] of Object.entries(BODIES))
  describe(`a request in ${name}`, () => {
    test('loses every sensitive value and nothing else; what must come back unchanged stays', async () => {
      const out = await sent(route, body)
      let rest = out
      for (const each of kept) {
        expect(out).toContain(each)
        rest = rest.replaceAll(each, '')
      }
      expect(rest).not.toContain(TOKEN)
      expect(rest).not.toContain(MAIL)
      expect(rest).not.toContain(MAIL.split('@')[0] ?? '')
      expect(plain(out)).toBe(plain(JSON.stringify(body)))
    })

    test('says in each message of words that there are placeholders, and nowhere else', async () => {
      const out = JSON.parse(await sent(route, body))
      const told: string[] = []
      const walk = (value: unknown, path: string): void => {
        if (typeof value === 'string' && value.includes(DISCLAIMER)) told.push(path)
        else if (typeof value === 'object' && value !== null)
          for (const [key, one] of Object.entries(value)) walk(one, `${path}/${key}`)
      }
      walk(out, '')
      expect(told).toEqual(
        {
          chat: ['/messages/0/content', '/messages/1/content/0/text', '/messages/2/content/0/text'],
          responses: ['/instructions', '/input/0/content/0/text'],
          messages: ['/system/0/text', '/messages/0/content'],
          gemini: ['/systemInstruction/parts/0/text', '/contents/0/parts/0/text'],
          embeddings: [],
        }[route],
      )
    })

    test('goes on byte for byte when nothing is found', async () => {
      const clean = plain(JSON.stringify(body, null, 2)).replaceAll(
        /signature|picture/g,
        (word) => word,
      )
      expect(await sent(route, clean)).toBe(clean)
    })
  })

describe('however a value is written', () => {
  const user = (content: unknown) => ({ model: 'm', messages: [{ role: 'user', content }] })
  const literal = (inner: string) =>
    `{"model":"m","messages":[{"role":"user","content":"${inner}"}]}`
  const hex = (text: string) =>
    [...text].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
  const between = (text: string, by: string) => [...text].join(by)
  const shapes: Record<string, string | object> = {
    'with JSON escapes': literal(`a ${hex(TOKEN)} b`),
    'behind an escaped line break': user(`a\n${TOKEN}\nb`),
    'in a JSON text': user(JSON.stringify({ a: { b: TOKEN } })),
    'in a JSON text in a JSON text': user(
      JSON.stringify({ a: JSON.stringify({ b: `"${TOKEN}"` }) }),
    ),
    'with percent encoding': user(`https://x.example/?t=${TOKEN.replaceAll('_', '%5F')}`),
    'with HTML encoding': user(`<b>${TOKEN.replaceAll('_', '&#95;')}</b>`),
    'with zero-width characters': user(`a ${between(TOKEN, '\u200b')} b`),
    'in full-width letters': user(
      `a ${[...TOKEN].map((unit) => String.fromCharCode(unit.charCodeAt(0) + 0xfee0)).join('')} b`,
    ),
    'in base64': user(`a ${Buffer.from(`xy ${TOKEN} z`).toString('base64')} b`),
  }
  for (const [name, body] of Object.entries(shapes))
    test(`${name} it does not leave`, async () => {
      const out = await sent('chat', body)
      expect(JSON.stringify(JSON.parse(out)).match(PLACEHOLDER)).toHaveLength(1)
      const readable = JSON.stringify(JSON.parse(out)).normalize('NFKC').replaceAll('\u200b', '')
      for (const tail of [TOKEN.slice(8), hex(TOKEN).slice(60)])
        expect(readable).not.toContain(tail)
      expect(out).not.toContain(Buffer.from(TOKEN).toString('base64').slice(8, 30))
    })

  test.each([
    ['an address that holds its text itself', { image_url: { url: `data:text/plain,${TOKEN}` } }],
    ['data of no kind', { extra: { data: TOKEN } }],
    ["a speaker's name", { role: 'user', name: TOKEN }],
    ['a name or a type that is none', { extra: { name: TOKEN } }],
    ['a word of a list that is none', { extra: [{ type: `is ${TOKEN}` }] }],
  ])('in %s it does not leave', async (_, inside) => {
    const out = await sent('chat', { model: 'm', messages: [{ role: 'user', ...inside }] })
    expect(out).not.toContain(TOKEN)
    expect(out.match(PLACEHOLDER)).toHaveLength(1)
  })

  test('thinking is only kept with its signature', async () => {
    const block = (more: object) => ({ type: 'thinking', thinking: TOKEN, ...more })
    const of = (...content: object[]) =>
      sent('messages', { max_tokens: 1, messages: [{ role: 'assistant', content }] })
    expect(await of(block({ signature: '' }))).not.toContain(TOKEN)
    expect(await of(block({ signature: 'c2ln' }))).toContain(TOKEN)
    const input = { thinking: TOKEN, signature: 'x' }
    expect(await of({ type: 'tool_use', id: 't', name: 'f', input })).not.toContain(TOKEN)
  })

  test('a repeated key hides nothing: every one of its values is looked at', async () => {
    const out = await sent('chat', `{"messages":[],"user":"${TOKEN}","user":"x","user":"${TOKEN}"}`)
    expect(out).not.toContain(TOKEN)
    expect(out.match(PLACEHOLDER)).toHaveLength(2)
    expect(out).toMatch(/^\{"messages":\[\],"user":"[^"]*","user":"x","user":"[^"]*"\}$/)
  })

  test('split over parts it is hidden as one, and no part is left empty', async () => {
    for (let cut = 1; cut < TOKEN.length; cut += 4) {
      const parts = [`use ${TOKEN.slice(0, cut)}`, TOKEN.slice(cut), ' please'].map((text) => ({
        type: 'text',
        text,
      }))
      const out = JSON.parse(await sent('messages', { ...user(parts), max_tokens: 1 }))
      const texts: string[] = out.messages[0].content.map((part: { text: string }) => part.text)
      expect(texts.join('')).toMatch(
        /^## disclaimer: [^\n]*\nuse \[SAFE_TO_USE:GITHUB_PAT_[a-z]{8}\] please$/,
      )
      for (const text of texts) expect(text.trim()).not.toBe('')
    }
  })

  test('beside the beginning of a part it is counted once, also where it is only observed', async () => {
    for (const operator of ['observe', 'replace']) {
      const guard = callGuard({ ...SECRETS, operator })
      const parts = ['hello', `${TOKEN} and ${MAIL}`, 'bye'].map((text) => ({ type: 'text', text }))
      await sent('chat', user(parts), guard)
      expect(guard.findings().map(({ count }) => count)).toEqual([1, 1])
    }
  })

  test('in long parts it is looked for no longer than the policy allows', async () => {
    const parts = Array.from({ length: 6 }, () => ({ type: 'text', text: 'hello '.repeat(90_000) }))
    const guard = callGuard(SECRETS)
    let seen = 0
    const tight: ExchangeGuard = {
      ...guard,
      merged: { ...guard.merged, timeoutMs: 0 },
      openLook(keepsOf) {
        const { push, end } = guard.openLook(keepsOf)
        const counted = (text: string) => {
          seen += text.length
          push(text)
        }
        return { push: counted, end }
      },
    }
    await expect(sent('chat', user(parts), tight)).rejects.toMatchObject({
      code: 'scanner_unavailable',
    })
    expect(seen).toBeLessThan(540_000)
  })

  test('more strings than can be looked at together are refused', async () => {
    const extra = JSON.stringify(Array.from({ length: 400_001 }, () => 'aaaa'))
    const refused = sent('chat', `{"messages":[],"extra":${extra}}`)
    await expect(refused).rejects.toMatchObject({ code: 'body_too_large' })
  })

  test('an argument that only its name gives away is hidden in objects and in JSON texts', async () => {
    const value = ['tr0ub', '4dor&', 'Zx9'].join('')
    const input = { config: { db_password: value }, note: 'all well' }
    const object = await sent('messages', {
      messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input }] }],
    })
    expect(object).not.toContain(value)
    expect(object).toContain('all well')
    const call = {
      id: 'c',
      type: 'function',
      function: { name: 'f', arguments: JSON.stringify(input) },
    }
    const text = await sent('chat', { messages: [{ role: 'assistant', tool_calls: [call] }] })
    expect(text).not.toContain(value)
    expect(JSON.parse(JSON.parse(text).messages[0].tool_calls[0].function.arguments).note).toBe(
      'all well',
    )
  })

  test('one value has one placeholder, whether it stands in a text or in an argument', async () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'QUJD'.repeat(16)}\n-----END PRIVATE KEY-----`
    const call = { function: { name: 'f', arguments: JSON.stringify({ key }) }, type: 'function' }
    const messages = [
      { role: 'user', content: `my key:\n${key}\n` },
      { role: 'assistant', tool_calls: [call] },
    ]
    const out = await sent('chat', { messages })
    expect(out.match(PLACEHOLDER)).toHaveLength(2)
    expect(new Set(out.match(PLACEHOLDER)).size).toBe(1)
  })

  test('texts of which vectors are made get no sentence in front', async () => {
    const out = await sent('embeddings', { model: 'm', input: [`a ${TOKEN}`, 'b'] })
    expect(out).toMatch(/^\{"model":"m","input":\["a \[SAFE_TO_USE:GITHUB_PAT_[a-z]{8}\]","b"\]\}$/)
  })
})

describe('what a policy asks for', () => {
  const body = { messages: [{ role: 'tool', content: `${TOKEN} and ${MAIL}` }] }
  const told = async (...configs: object[]) => {
    const guard = callGuard(...configs)
    const out = JSON.parse(await sent('chat', body, guard)).messages[0].content
    return { out, found: guard.findings() }
  }

  test('answers only leaves requests alone', async () => {
    const { out, found } = await told({ ...SECRETS, direction: 'response' })
    expect(out).toBe(`${TOKEN} and ${MAIL}`)
    expect(found).toEqual([])
  })

  test('each detector has its own operator, by its id or by its entity', async () => {
    const { out } = await told({
      detect: { secrets: true },
      detectors: { 'github-pat': 'hash', EMAIL_ADDRESS: 'drop' },
    })
    expect(out).toMatch(/^\[HASHED:GITHUB_PAT_[a-z]{8}\] and $/)
  })

  test('observed values stay and are counted by detector, entity and direction', async () => {
    const { out, found } = await told({ ...SECRETS, operator: 'observe' })
    expect(out).toBe(`${TOKEN} and ${MAIL}`)
    expect([...found].sort((a, b) => (a.detector < b.detector ? -1 : 1))).toEqual([
      { detector: 'email-address', entity: 'EMAIL_ADDRESS', direction: 'request', count: 1 },
      { detector: 'github-pat', entity: 'GITHUB_PAT', direction: 'request', count: 1 },
    ])
  })

  test('a refusal names the policy that blocks and no other', async () => {
    const blocking = { detect: { secrets: true }, operator: 'block' }
    const refused = told({ detect: { pii: true } }, blocking)
    await expect(refused).rejects.toMatchObject({
      code: 'content_blocked',
      details: { policies: [expect.objectContaining({ name: 'guard 1' })] },
    })
  })

  test('a scan that takes longer than allowed is refused, or the rest passes when the policy says so', async () => {
    const large = { messages: [{ role: 'tool', content: `${'a b '.repeat(400_000)}${TOKEN}` }] }
    const tight = (timeout_action: string) => {
      const guard = callGuard({ detect: { secrets: true }, timeout_action })
      return { ...guard, merged: { ...guard.merged, timeoutMs: 0 } }
    }
    await expect(sent('chat', large, tight('block'))).rejects.toMatchObject({
      code: 'scanner_unavailable',
    })
    expect(await sent('chat', large, tight('allow'))).toBe(JSON.stringify(large))
  })

  test("a policy's own words and patterns are hidden though they are all of a text, of a name or of an argument", async () => {
    const guard = () =>
      callGuard({
        custom: [
          { id: 'own', words: ['\u673a\u5bc6', 'hq'] },
          { id: 'digit', pattern: '[0-9]' },
        ],
      })
    for (const word of ['\u673a\u5bc6', 'hq', '7']) {
      const call = {
        id: 'c',
        type: 'function',
        function: { name: 'f', arguments: JSON.stringify({ a: word }) },
      }
      const body = {
        metadata: { [word]: 'x' },
        messages: [
          { role: 'user', content: word },
          { role: 'assistant', tool_calls: [call] },
        ],
      }
      expect((await sent('chat', body, guard())).match(PLACEHOLDER)).toHaveLength(3)
    }
  })

  test('allowed values stay, own words and patterns go, also where parts split them', async () => {
    const config = {
      detect: { pii: true },
      custom: [
        { id: 'public', allow: [MAIL] },
        { id: 'staff', pattern: 'EMP-\\d{6}' },
        { id: 'town', words: ['Łódź Süd'] },
      ],
    }
    const other = ['b', MAIL].join('.')
    const content = `${MAIL} ${other} EMP-123456 XEMP-123456 EMP-1234567 łódź süd.`
    const messages = [{ role: 'tool', content }]
    const out = JSON.parse(await sent('chat', { messages }, callGuard(config))).messages[0].content
    expect(out.replace(PLACEHOLDER, '*')).toBe(`${MAIL} * * XEMP-123456 EMP-1234567 *.`)
    const parts = ['see EMP-12', '3456 or ', MAIL].map((text) => ({ type: 'text', text }))
    const split = { messages: [{ role: 'tool', content: parts }] }
    const texts = JSON.parse(await sent('chat', split, callGuard(config))).messages[0].content
    expect(
      texts
        .map((part: { text: string }) => part.text)
        .join('')
        .replace(PLACEHOLDER, '*'),
    ).toBe(`see * or ${MAIL}`)
  })

  test('a scanner that fails closes the call, unless the policy says open', async () => {
    const broken = (fail_mode: string) => {
      const guard = callGuard({ detect: { secrets: true }, fail_mode })
      return openGuard(guard.merged, { key: new Uint8Array(32), scope: '' }, (direction) => {
        const rules = guardRules(guard.merged.guards, direction)
        if (!rules) return undefined
        const stream: StreamDetector = {
          type: 'stream',
          kind: 'pii',
          ...{ id: 'broken', entity: 'BROKEN' },
          ...{ entities: ['BROKEN'], cases: NO_CASES, holdUnitsMax: 8 },
          open: () => ({
            scan(view: CleanView) {
              if (view.end > 12) throw new Error('scanner trouble')
              return view.final ? view.end : Math.max(0, view.end - 8)
            },
          }),
        }
        const compiled = restrictCompiled(rules.compiled, { keeps: () => true, adds: [stream] })
        return { ...rules, compiled }
      })
    }
    const failure = { code: 'scanner_unavailable' }
    await expect(sent('chat', body, broken('closed'))).rejects.toMatchObject(failure)
    expect(await sent('chat', body, broken('open'))).toBe(JSON.stringify(body))
    const pieces = ['clean ', 'text ', 'that is long', ' enough']
    const push = (filter: TextFilter) => pieces.map((piece) => filter.push(piece)).join('')
    const open = broken('open').openFilter('text')
    expect(push(open) + open.end()).toBe(pieces.join(''))
    expect(() => push(broken('closed').openFilter('text'))).toThrow()
  })
})
