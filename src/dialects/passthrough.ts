import type { Ask } from '../base/ask.ts'
import { type JsonObject, textMember } from '../base/json.ts'
import { ELEMENT_SEPARATOR } from '../stream/array.ts'
import { writeSse } from '../stream/sse.ts'
import type { AnswerReader, Dialect, DialectId, Framing, Refusal } from './dialect.ts'
import { anthropicRefusal, asBody, geminiRefusal, openAiRefusal } from './refusals.ts'

/** Routes whose bodies the gateway does not read, below OpenAI's prefix. */
export const openAiPassthrough = passthrough('openai.passthrough', 'x-request-id', openAiRefusal)

/** Routes whose bodies the gateway does not read, below Anthropic's prefix. */
export const anthropicPassthrough = passthrough(
  'anthropic.passthrough',
  'request-id',
  anthropicRefusal,
)

/** Routes whose bodies the gateway does not read, below Gemini's prefix. */
export const geminiPassthrough = passthrough('gemini.passthrough', 'x-request-id', geminiRefusal)

function passthrough(
  id: DialectId,
  requestIdHeader: string,
  refusal: (refusal: Refusal) => JsonObject,
): Dialect {
  return {
    id,
    requestIdHeader,
    readAsk: unreadAsk,
    isUntouchable: () => true,
    amend: () => [],
    openAnswer: unread,
    refuse: (refused) => asBody(refusal(refused)),
    breakOff: (refused, framing = 'opaque') => framed(refusal(refused), framing, id),
  }
}

function unreadAsk(body: JsonObject | undefined): Ask {
  return {
    operation: 'passthrough',
    model: textMember(body, 'model'),
    stream: false,
    outputTokensMax: undefined,
    answers: 1,
    usageAsked: false,
    unbounded: ['unread_route'],
    images: 0,
    serverTools: [],
    serviceTier: undefined,
  }
}

function framed(body: JsonObject, framing: Framing, id: DialectId): string {
  const data = JSON.stringify(body)
  if (framing === 'array') return `${ELEMENT_SEPARATOR}${data}]`
  if (framing !== 'sse') return ''
  return writeSse({ event: id === 'anthropic.passthrough' ? 'error' : undefined, data })
}

/** A reader that reads nothing. Such an answer is complete when HTTP says so. */
function unread(): AnswerReader {
  const glance = { drop: false, splices: [], done: false }
  return {
    glance: () => glance,
    edits: false,
    recognize: () => undefined,
    remember() {},
    read: () => ({ ...glance, slots: [], closes: [] }),
    writeText: () => undefined,
    summary: () => ({
      usage: undefined,
      usageSoFar: undefined,
      usageSuspect: false,
      tier: undefined,
      model: undefined,
      id: undefined,
      finishReasons: [],
      error: undefined,
      complete: true,
      outputBytes: 0,
    }),
  }
}
