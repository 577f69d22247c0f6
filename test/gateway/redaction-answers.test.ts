import { beforeAll, describe, expect, test } from 'bun:test'
import type { Framing } from '../../src/dialects/dialect.ts'
import { dialectFor } from '../../src/dialects/index.ts'
import { filterWhole, openFilterPipe } from '../../src/gateway/filter-pipe.ts'
import type { ExchangeGuard } from '../../src/gateway/guard.ts'
import { builtIn } from '../../src/policies/guard-rules.ts'
import { callGuard, MAIL, PLACEHOLDER, TOKEN } from './guarded.ts'

/** A private value of the caller's with everything that JSON must escape. */
const ODD = 'Blue "Heron"\\run'

/** One streamed protocol: how a text, its reasoning and a tool's arguments come, cut into deltas. */
interface Protocol {
  readonly name: string
  readonly route: readonly [prefix: string, method: string, path: string]
  readonly framing: Framing
  readonly request: object
  frames(text: readonly string[], args: readonly string[]): string
  /** What a client puts together: the text, and the arguments as they must parse. */
  read(bytes: string): { text: string; args: string }
}

const sse = (...events: object[]) =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
const named = (...events: ({ type: string } & Record<string, unknown>)[]) =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
const dataOf = (bytes: string): Record<string, never>[] =>
  bytes
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)))
const at = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>(
    (holder, step) => (holder as Record<string | number, unknown> | undefined)?.[step],
    value,
  )
const all = (bytes: string, ...path: (string | number)[]) =>
  dataOf(bytes)
    .map((event) => at(event, ...path) ?? '')
    .join('')

const chunk = (delta: object, finish: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
})

const PROTOCOLS: readonly Protocol[] = [
  {
    name: 'chat completions',
    route: ['openai', 'POST', '/v1/chat/completions'],
    framing: 'sse',
    request: { model: 'm', stream: true, stream_options: { include_usage: true }, messages: [] },
    frames: (text, args) =>
      `${sse(
        chunk({ role: 'assistant', content: '' }),
        ...text.map((content) => chunk({ content })),
        chunk({ tool_calls: [{ index: 0, id: 'call_1', function: { name: 'f', arguments: '' } }] }),
        ...args.map((piece) =>
          chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] }),
        ),
        chunk({}, 'tool_calls'),
      )}data: [DONE]\n\n`,
    read: (bytes) => ({
      text: all(bytes, 'choices', 0, 'delta', 'content'),
      args: all(bytes, 'choices', 0, 'delta', 'tool_calls', 0, 'function', 'arguments'),
    }),
  },
  {
    name: 'responses',
    route: ['openai', 'POST', '/v1/responses'],
    framing: 'sse',
    request: { model: 'm', stream: true, input: 'x' },
    frames(text, args) {
      const [said, given] = [text.join(''), args.join('')]
      const place = { item_id: 'msg_1', output_index: 0, content_index: 0 }
      const tool = { item_id: 'fc_1', output_index: 1 }
      const message = {
        ...{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed' },
        content: [{ type: 'output_text', text: said, annotations: [] }],
      }
      const call = { id: 'fc_1', type: 'function_call', name: 'f', call_id: 'c', arguments: given }
      const response = { id: 'resp_1', object: 'response', model: 'm', status: 'completed' }
      return named(
        { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
        { type: 'response.output_item.added', output_index: 0, item: { ...message, content: [] } },
        ...text.map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
        { type: 'response.output_text.done', ...place, text: said },
        { type: 'response.content_part.done', ...place, part: message.content[0] },
        { type: 'response.output_item.done', output_index: 0, item: message },
        { type: 'response.output_item.added', output_index: 1, item: { ...call, arguments: '' } },
        ...args.map((delta) => ({
          type: 'response.function_call_arguments.delta',
          ...tool,
          delta,
        })),
        { type: 'response.function_call_arguments.done', ...tool, arguments: given },
        { type: 'response.output_item.done', output_index: 1, item: call },
        {
          type: 'response.completed',
          response: { ...response, output: [message, call], usage: null },
        },
      )
    },
    read(bytes) {
      const of = (type: string) =>
        dataOf(bytes)
          .filter((event) => at(event, 'type') === type)
          .map((event) => at(event, 'delta'))
          .join('')
      const read = {
        text: of('response.output_text.delta'),
        args: of('response.function_call_arguments.delta'),
      }
      // Events that repeat what was streamed must say the same.
      const last = dataOf(bytes).at(-1)
      expect(at(last, 'response', 'output', 0, 'content', 0, 'text')).toBe(read.text)
      expect(at(last, 'response', 'output', 1, 'arguments')).toBe(read.args)
      return read
    },
  },
  {
    name: 'messages',
    route: ['anthropic', 'POST', '/v1/messages'],
    framing: 'sse',
    request: { model: 'm', stream: true, max_tokens: 9, messages: [] },
    frames: (text, args) =>
      named(
        {
          type: 'message_start',
          message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [] },
        } as { type: string },
        start(0, { type: 'text', text: '' }),
        ...text.map((piece) => delta(0, { type: 'text_delta', text: piece })),
        { type: 'content_block_stop', index: 0 } as { type: string },
        start(1, { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }),
        ...args.map((piece) => delta(1, { type: 'input_json_delta', partial_json: piece })),
        { type: 'content_block_stop', index: 1 } as { type: string },
        { type: 'message_delta', delta: { stop_reason: 'tool_use' } } as { type: string },
        { type: 'message_stop' },
      ),
    read: (bytes) => ({
      text: all(bytes, 'delta', 'text'),
      args: all(bytes, 'delta', 'partial_json'),
    }),
  },
  ...(['sse', 'array'] as const).map(
    (framing): Protocol => ({
      name: `gemini as ${framing}`,
      route: ['gemini', 'POST', '/v1beta/models/m:streamGenerateContent'],
      framing,
      request: { contents: [] },
      frames(text, args) {
        const part = (one: object, more: object = {}) => ({
          candidates: [{ content: { parts: [one], role: 'model' }, index: 0, ...more }],
          modelVersion: 'm',
        })
        const events = [
          ...text.map((piece) => part({ text: piece })),
          part({ functionCall: { name: 'f', args: JSON.parse(args.join('')) } }),
          part({ text: '' }, { finishReason: 'STOP' }),
        ]
        return framing === 'sse' ? sse(...events) : JSON.stringify(events, null, 1)
      },
      read(bytes) {
        const events = framing === 'sse' ? dataOf(bytes) : JSON.parse(bytes)
        const parts = events.flatMap((event: unknown) =>
          at(event, 'candidates', 0, 'content', 'parts'),
        )
        const calls = parts.filter((one: unknown) => at(one, 'functionCall'))
        return {
          text: parts.map((one: unknown) => at(one, 'text') ?? '').join(''),
          args: JSON.stringify(at(calls[0], 'functionCall', 'args')),
        }
      },
    }),
  ),
]

function start(index: number, block: object): { type: string } {
  return { type: 'content_block_start', index, content_block: block } as { type: string }
}

function delta(index: number, piece: object): { type: string } {
  return { type: 'content_block_delta', index, delta: piece } as { type: string }
}

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
      const whole = protocol.read(relayed(protocol, callGuard(SECRETS), bytes, []))
      expect(whole.text).toMatch(
        /^Use \[SAFE_TO_USE:GITHUB_PAT_[a-z]{8}\] or ask \[SAFE_TO_USE:EMAIL_ADDRESS_[a-z]{8}\]\.$/,
      )
      const parsed = JSON.parse(whole.args)
      expect(parsed.cmd).toMatch(/^export T="\[SAFE_TO_USE:GITHUB_PAT_[a-z]{8}\]"\nrun$/)
      expect(parsed.to).toMatch(/^\[SAFE_TO_USE:EMAIL_ADDRESS_[a-z]{8}\]$/)
      const each = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1)
      // Cut behind every byte at once, then once each at places spread over the answer.
      expect(protocol.read(relayed(protocol, callGuard(SECRETS), bytes, each))).toEqual(whole)
      for (let cut = 7; cut < bytes.length; cut += 173)
        expect(protocol.read(relayed(protocol, callGuard(SECRETS), bytes, [cut]))).toEqual(whole)
    })

    test('says the same however the model cuts its deltas', () => {
      const said = `Use ${TOKEN} or ask ${MAIL}.`
      const given = JSON.stringify({ cmd: `export T="${TOKEN}"\nrun`, to: MAIL })
      const read = (size: number) =>
        protocol.read(
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
      const got = protocol.read(relayed(protocol, guard, bytes, []))
      expect(got.text).toBe(`take ${ODD}, not ${foreign}`)
      expect(JSON.parse(got.args)).toEqual({ code: ODD, other: foreign })
    })

    test('says what it said when nothing is found', () => {
      const given = JSON.stringify({ path: 'src/a.ts', n: 1 })
      const bytes = protocol.frames(pieces('Nothing to hide here: 1 + 1 = 2.\n', 400), [given])
      const out = relayed(protocol, callGuard(SECRETS), Buffer.from(bytes), [])
      expect(protocol.read(out)).toEqual(protocol.read(bytes))
    })
  })
}

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
