import type { Framing } from '../../src/dialects/dialect.ts'

/** A text and a tool's arguments. */
interface Said {
  readonly text: string
  readonly args: string
}

/** One streamed protocol: how a text, its reasoning and a tool's arguments come, cut into deltas. */
export interface Protocol {
  readonly name: string
  readonly route: readonly [prefix: string, method: string, path: string]
  readonly framing: Framing
  readonly request: object
  frames(text: readonly string[], args: readonly string[]): string
  /**
   * What a client puts together of a whole answer: the text, and the arguments as they must parse. `repeated` is what
   * later events say of both again, where the protocol repeats itself.
   */
  read(bytes: string): Said & { repeated?: Said }
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

/** Every protocol that streams text, as its provider writes it. */
export const PROTOCOLS: readonly Protocol[] = [
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
      const output = at(dataOf(bytes).at(-1), 'response', 'output')
      const repeated = {
        text: String(at(output, 0, 'content', 0, 'text')),
        args: String(at(output, 1, 'arguments')),
      }
      return output === undefined ? read : { ...read, repeated }
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
