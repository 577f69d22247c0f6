import { beforeAll, describe, expect, test } from 'bun:test'
import { dialectFor } from '../../src/dialects/index.ts'
import { filterWhole, openFilterPipe } from '../../src/gateway/filter-pipe.ts'
import type { ExchangeGuard } from '../../src/gateway/guard.ts'
import { builtIn } from '../../src/policies/guard-rules.ts'
import { PROTOCOLS, type Protocol } from './answer-protocols.ts'
import { callGuard, MAIL, PLACEHOLDER, TOKEN } from './guarded.ts'

/** A private value of the caller's with everything that JSON must escape. */
const ODD = 'Blue "Heron"\\run'

/** Runs an answer's bytes through the filters, cut where `cuts` says; `early` gets what had left at each cut. */
function relayed(
  protocol: Protocol,
  guard: ExchangeGuard,
  bytes: Uint8Array,
  cuts: number[],
  early: string[] = [],
): string {
  const [prefix, method, path] = protocol.route
  const spoken = dialectFor(prefix, method, path, new URLSearchParams())
  if (!spoken) throw new Error('no dialect')
  const reader = spoken.dialect.openAnswer(
    spoken.dialect.readAsk(protocol.request as never, path, new URLSearchParams()),
  )
  const out: Buffer[] = []
  const pipe = openFilterPipe(protocol.framing, reader, guard, (piece) => {
    out.push(Buffer.from(piece))
  })
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    pipe.push(bytes.slice(from, cut))
    from = cut
    if (cut < bytes.length) early.push(Buffer.concat(out).toString())
  }
  pipe.end()
  return Buffer.concat(out).toString()
}

/** What a client reads; what the protocol repeats must say the same. */
function readBack(protocol: Protocol, bytes: string) {
  const { repeated, ...said } = protocol.read(bytes)
  expect(repeated ?? said).toEqual(said)
  return said
}

/** Pieces of `size` units, as models cut: anywhere. */
function pieces(text: string, size: number): string[] {
  return text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? []
}

// Takes seconds on a busy machine; once a process.
beforeAll(() => void builtIn(), 60_000)

const SECRETS = { detect: { secrets: true, pii: true } }

for (const protocol of PROTOCOLS) {
  describe(`an answer in ${protocol.name}`, () => {
    test('hides what the model makes up, in text and in arguments, wherever the bytes are cut', () => {
      const said = `Use ${TOKEN} or ask ${MAIL}.`
      const given = JSON.stringify({ cmd: `export T="${TOKEN}"\nrun`, to: MAIL })
      const bytes = Buffer.from(protocol.frames(pieces(said, 3), pieces(given, 5)))
      const whole = readBack(protocol, relayed(protocol, callGuard(SECRETS), bytes, []))
      expect(whole.text).toMatch(
        /^Use \[SAFE_TO_USE:GITHUB_PAT_[a-z]{8}\] or ask \[SAFE_TO_USE:EMAIL_ADDRESS_[a-z]{8}\]\.$/,
      )
      const parsed = JSON.parse(whole.args)
      expect(parsed.cmd).toMatch(/^export T="\[SAFE_TO_USE:GITHUB_PAT_[a-z]{8}\]"\nrun$/)
      expect(parsed.to).toMatch(/^\[SAFE_TO_USE:EMAIL_ADDRESS_[a-z]{8}\]$/)
      const each = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1)
      // Cut behind every byte at once, then once each at places spread over the answer.
      expect(readBack(protocol, relayed(protocol, callGuard(SECRETS), bytes, each))).toEqual(whole)
      for (let cut = 7; cut < bytes.length; cut += 173)
        expect(readBack(protocol, relayed(protocol, callGuard(SECRETS), bytes, [cut]))).toEqual(
          whole,
        )
    })

    test('says the same however the model cuts its deltas', () => {
      const said = `Use ${TOKEN} or ask ${MAIL}.`
      const given = JSON.stringify({ cmd: `export T="${TOKEN}"\nrun`, to: MAIL })
      const read = (size: number) =>
        readBack(
          protocol,
          relayed(
            protocol,
            callGuard(SECRETS),
            Buffer.from(protocol.frames(pieces(said, size), pieces(given, size))),
            [],
          ),
        )
      const whole = read(1_000)
      for (const size of [1, 2, 3, 5, 7, 11, 16, 23, 37, 41, 53]) expect(read(size)).toEqual(whole)
    })

    test('sends clean text on at once, while what may become a value still waits', () => {
      const bytes = Buffer.from(protocol.frames(['all clear so far. ', TOKEN, '.'], ['{}']))
      const stop = bytes.indexOf(TOKEN)
      const before: string[] = []
      relayed(protocol, callGuard(SECRETS), bytes, [stop], before)
      expect(before.join('')).toContain('all clear so far.')
      expect(before.join('')).not.toContain('ghp_')
    })

    test("restores the caller's own values, escaped for where they stand, and never another's", () => {
      const guard = callGuard({ custom: [{ id: 'code', words: [ODD] }] })
      const filter = guard.openRequest()
      const mark = filter.push(`the ${ODD} code`) + filter.end()
      const [own = ''] = mark.match(PLACEHOLDER) ?? []
      const foreign = '[SAFE_TO_USE:CODE_abcdefgh]'
      const said = `take ${own}, not ${foreign}`
      const given = JSON.stringify({ code: own, other: foreign })
      const bytes = Buffer.from(protocol.frames(pieces(said, 4), pieces(given, 4)))
      const got = readBack(protocol, relayed(protocol, guard, bytes, []))
      expect(got.text).toBe(`take ${ODD}, not ${foreign}`)
      expect(JSON.parse(got.args)).toEqual({ code: ODD, other: foreign })
    })

    test("restores the caller's own values in JSON in JSON, so that all of it still parses", () => {
      const guard = callGuard({ custom: [{ id: 'code', words: [ODD] }] })
      const filter = guard.openRequest()
      const mark = filter.push(`the ${ODD} code`) + filter.end()
      const [own = ''] = mark.match(PLACEHOLDER) ?? []
      const inner = (value: string) => JSON.stringify({ file: JSON.stringify({ code: value }) })
      const given = JSON.stringify({ command: `echo "${own}"`, inner: inner(own) })
      const bytes = Buffer.from(protocol.frames(pieces(inner(own), 3), pieces(given, 4)))
      const got = readBack(protocol, relayed(protocol, guard, bytes, []))
      expect(got.text).toBe(inner(ODD))
      expect(JSON.parse(got.args)).toEqual({ command: `echo "${ODD}"`, inner: inner(ODD) })
    })

    test('says what it said when nothing is found', () => {
      const given = JSON.stringify({ path: 'src/a.ts', n: 1 })
      const bytes = protocol.frames(pieces('Nothing to hide here: 1 + 1 = 2.\n', 400), [given])
      const out = relayed(protocol, callGuard(SECRETS), Buffer.from(bytes), [])
      expect(readBack(protocol, out)).toEqual(readBack(protocol, bytes))
    })
  })
}

test.each(['both', 'request'])(
  "the caller's own values come back alike wherever a text is cut, in JSON in JSON too, with a guard for %s",
  (direction) => {
    const guard = callGuard({ direction, custom: [{ id: 'code', words: [ODD] }] })
    const filter = guard.openRequest()
    const [own = ''] = (filter.push(`the ${ODD} code`) + filter.end()).match(PLACEHOLDER) ?? []
    const inner = JSON.stringify({ [own]: `"${own}" and ${own}` })
    for (const text of [`${own}, "${own}"`, inner, JSON.stringify({ a: inner, b: [own, own] })]) {
      const through = (...pieces: string[]) => {
        const show = guard.openFilter('text')
        return pieces.map((piece) => show.push(piece)).join('') + show.end()
      }
      const all = through(text)
      expect(through(...text)).toBe(all)
      for (let cut = 1; cut < text.length; cut++)
        expect(through(text.slice(0, cut), text.slice(cut))).toBe(all)
    }
  },
)

describe('a whole answer', () => {
  function filtered(route: readonly [string, string, string], request: object, body: object) {
    const spoken = dialectFor(...route, new URLSearchParams())
    if (!spoken) throw new Error('no dialect')
    const query = new URLSearchParams()
    const ask = spoken.dialect.readAsk(request as never, route[2], query)
    const bytes = new TextEncoder().encode(JSON.stringify(body))
    const reader = spoken.dialect.openAnswer(ask)
    return Buffer.from(filterWhole(bytes, reader, callGuard(SECRETS))).toString()
  }
  const hidden = (text: string) =>
    text.replaceAll(TOKEN, '[T]').replaceAll(PLACEHOLDER, '[T]').replaceAll(MAIL, '[T]')

  const cases: Record<string, readonly [readonly [string, string, string], object]> = {
    'of chat completions': [
      ['openai', 'POST', '/v1/chat/completions'],
      {
        id: 'chatcmpl-1',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: `a ${TOKEN}` },
            finish_reason: 'stop',
          },
          {
            index: 1,
            message: {
              role: 'assistant',
              content: null,
              refusal: `b ${MAIL}`,
              tool_calls: [
                {
                  id: 'call_1',
                  type: 'function',
                  function: { name: 'f', arguments: JSON.stringify({ t: TOKEN }) },
                },
              ],
            },
            finish_reason: 'tool_calls',
          },
        ],
      },
    ],
    'of messages': [
      ['anthropic', 'POST', '/v1/messages'],
      {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        content: [
          { type: 'text', text: `a ${TOKEN}` },
          { type: 'tool_use', id: 'toolu_1', name: 'f', input: { deep: [{ t: `b ${MAIL}` }] } },
        ],
        stop_reason: 'tool_use',
      },
    ],
    'of responses': [
      ['openai', 'POST', '/v1/responses'],
      {
        id: 'resp_1',
        object: 'response',
        status: 'completed',
        output: [
          { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: TOKEN }] },
          {
            type: 'message',
            id: 'msg_1',
            role: 'assistant',
            content: [{ type: 'output_text', text: `a ${MAIL}`, annotations: [] }],
          },
        ],
      },
    ],
    'of gemini': [
      ['gemini', 'POST', '/v1beta/models/m:generateContent'],
      {
        candidates: [
          {
            content: {
              role: 'model',
              parts: [
                { text: `a ${TOKEN}` },
                { functionCall: { name: 'f', args: { t: `b ${MAIL}` } } },
              ],
            },
            finishReason: 'STOP',
            index: 0,
          },
        ],
      },
    ],
    'that is an error of OpenAI': [
      ['openai', 'POST', '/v1/chat/completions'],
      {
        error: { message: `Incorrect value: ${TOKEN} of ${MAIL}.`, type: 'invalid_request_error' },
      },
    ],
    'that is an error of Anthropic': [
      ['anthropic', 'POST', '/v1/messages'],
      { type: 'error', error: { type: 'invalid_request_error', message: `bad ${TOKEN}` } },
    ],
    'that is an error of Gemini': [
      ['gemini', 'POST', '/v1beta/models/m:generateContent'],
      { error: { code: 400, message: `bad ${TOKEN}`, status: 'INVALID_ARGUMENT' } },
    ],
  }
  for (const [name, [route, body]] of Object.entries(cases))
    test(`${name} loses its sensitive values and nothing else`, () => {
      const out = filtered(route, { model: 'm', messages: [], input: 'x' }, body)
      expect(out).not.toContain(TOKEN)
      expect(out).not.toContain(MAIL)
      expect(hidden(out)).toBe(hidden(JSON.stringify(body)))
    })

  test('with the probabilities of its tokens loses those: they repeat the text', () => {
    const choice = {
      index: 0,
      message: { role: 'assistant', content: `a ${TOKEN}` },
      logprobs: { content: [{ token: TOKEN, logprob: -1, bytes: null, top_logprobs: [] }] },
      finish_reason: 'stop',
    }
    const route = ['openai', 'POST', '/v1/chat/completions'] as const
    const out = JSON.parse(filtered(route, { model: 'm', messages: [] }, { choices: [choice] }))
    expect(out.choices[0].logprobs).toBeNull()
  })
})
