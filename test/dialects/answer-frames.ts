import fc from 'fast-check'
import type { Ask } from '../../src/base/ask.ts'
import { messagesAnswer } from '../../src/dialects/anthropic-answer.ts'
import { generateAnswer } from '../../src/dialects/gemini-answer.ts'
import { chatAnswer } from '../../src/dialects/openai-chat-answer.ts'
import { responsesAnswer } from '../../src/dialects/openai-responses-answer.ts'
import type { AnswerShape } from '../../src/dialects/reader.ts'

/** A plain streamed question. */
export const ask: Ask = {
  operation: 'chat',
  model: 'm',
  stream: true,
  outputTokensMax: undefined,
  answers: 1,
  usageAsked: false,
  unbounded: [],
  images: 0,
  serverTools: [],
  serviceTier: undefined,
}

/** JSON texts of strings, as real and hostile providers write them. */
const literal = fc.constantFrom(
  ...[
    '"a"',
    '""',
    '" word"',
    '"\\u00e9\\n"',
    '"é😀"',
    '"\\"usage\\":{"',
    '"x\\\\"',
    '"\\"error\\""',
  ],
  // No JSON at all, though it ends like a string.
  ...['"\\x"', '"a\nb"', '"a', '1', 'null', '"}]}"'],
)
const number = fc.constantFrom('0', '7', '12', '-1', '01', '1.5', '')
const index = fc.constantFrom('0', '1')

const chat = fc
  .tuple(index, literal, literal, fc.constantFrom('null', 'null', 'null', '"stop"'))
  .chain(([at, text, noise, finish]) =>
    fc
      .constantFrom(
        ...[`{"content":${text}}`, `{"content":${text}}`, `{"reasoning_content":${text}}`, '{}'],
        `{"tool_calls":[{"index":${at},"function":{"arguments":${text}}}]}`,
        `{"content":${text},"refusal":${noise}}`,
      )
      .map(
        (delta) =>
          `{"id":"c","provider":"some words","model":"m","choices":[{"index":${at},"delta":${delta},"finish_reason":${finish}}],` +
          `"usage":null,"obfuscation":${noise}}`,
      ),
  )
const messages = fc
  .tuple(
    index,
    literal,
    fc.constantFrom(
      'text_delta","text',
      'input_json_delta","partial_json',
      'thinking_delta","thinking',
    ),
  )
  .chain(([at, text, kind]) =>
    fc.constantFrom(
      `{"type":"content_block_delta","index":${at},"delta":{"type":"${kind}":${text}}}`,
      `{"type":"content_block_delta","index":${at},"delta":{"type":"${kind}":${text}}}`,
      `{"type":"content_block_stop","index":${at}}`,
      `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}}`,
    ),
  )
const responses = fc
  .tuple(
    index,
    literal,
    literal,
    number,
    fc.constantFrom('output_text.delta', 'output_text.delta', 'output_text.done'),
  )
  .map(
    ([at, text, noise, sequence, type]) =>
      `{"type":"response.${type}","sequence_number":${sequence},"output_index":${at},"content_index":0,` +
      `"${type.endsWith('done') ? 'text' : 'delta'}":${text},"logprobs":[],"obfuscation":${noise}}`,
  )
const gemini = fc
  .tuple(literal, number)
  .map(
    ([text, count]) =>
      `{"candidates":[{"content":{"parts":[{"text":${text}}]}}],"usageMetadata":{"promptTokenCount":${count},` +
      `"promptTokensDetails":[{"modality":"TEXT","tokenCount":${count}}]}}`,
  )

/** Frames of each protocol's answers, well-formed and not, and the shape that reads them. */
export const protocols: [string, fc.Arbitrary<string>, () => AnswerShape][] = [
  ['chat', chat, () => chatAnswer(ask)],
  ['chat with usage asked', chat, () => chatAnswer({ ...ask, usageAsked: true })],
  ['messages', messages, () => messagesAnswer(ask)],
  ['responses', responses, () => responsesAnswer(ask)],
  ['generateContent', gemini, () => generateAnswer(ask)],
]
