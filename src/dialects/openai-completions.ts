import type { Ask } from '../base/ask.ts'
import { type Json, type JsonObject, member, textMember } from '../base/json.ts'
import type { JsonPath } from '../stream/json-text.ts'
import { writeSse } from '../stream/sse.ts'
import type { Dialect, WireFrame } from './dialect.ts'
import { envelopeOf, isFixed, NONE_FREE, otherText } from './fixed.ts'
import { askForUsage } from './include-usage.ts'
import { answersAsked, largest } from './openai-ask.ts'
import { choiceAt, choiceIndex, usageAnswer } from './openai-chat-answer.ts'
import { type AnswerShape, type Likeness, openReader, type SlotName } from './reader.ts'
import { asBody, openAiRefusal } from './refusals.ts'

/** OpenAI's legacy completions, `POST /v1/completions`. Source: OpenAI API reference, 2026-11. */
export const openAiCompletions: Dialect = {
  id: 'openai.completions',
  requestIdHeader: 'x-request-id',
  readAsk,
  isUntouchable: (path, parent) => isFixed(path, parent, NONE_FREE),
  amend: (text, body, ask) => (ask.stream && !ask.usageAsked ? askForUsage(text, body) : []),
  openAnswer: (ask) => openReader(completionsAnswer(ask)),
  refuse: (refusal) => asBody(openAiRefusal(refusal)),
  breakOff: (refusal, framing = 'sse') =>
    framing === 'sse'
      ? writeSse({ event: undefined, data: JSON.stringify(openAiRefusal(refusal)) })
      : '',
}

/** What the API takes when the caller names no ceiling. */
const DEFAULT_TOKENS = 16

function readAsk(body: JsonObject | undefined): Ask {
  const sent = body ?? {}
  const each = Math.max(answersAsked(member(sent, 'n')), answersAsked(member(sent, 'best_of')))
  return {
    operation: 'completion',
    model: textMember(sent, 'model'),
    stream: member(sent, 'stream') === true,
    outputTokensMax: largest(sent, ['max_tokens']) ?? DEFAULT_TOKENS,
    answers: each * promptsOf(member(sent, 'prompt')),
    usageAsked: member(member(sent, 'stream_options'), 'include_usage') === true,
    unbounded: [],
    images: 0,
    serverTools: [],
    serviceTier: textMember(sent, 'service_tier'),
  }
}

/** A list of texts or of token lists is one prompt each; a list of numbers is one prompt in tokens. */
function promptsOf(prompt: Json | undefined): number {
  if (!Array.isArray(prompt) || typeof prompt[0] === 'number') return 1
  return Math.max(1, prompt.length)
}

function completionsAnswer(ask: Ask): AnswerShape {
  return {
    ...usageAnswer(ask, (choice) => !ask.stream && textMember(choice, 'text') !== undefined),
    textNames: () => ['text'],
    slotAt: (path, root) => slotAt(path, root, !ask.stream),
    write,
  }
}

function slotAt(path: JsonPath, root: JsonObject, whole: boolean): SlotName | undefined {
  const choice = choiceAt(root, path)
  if (choice === undefined || path.length !== 3 || path[2] !== 'text') {
    return otherText(path, root, NONE_FREE)
  }
  return { slot: `choice:${choiceIndex(choice)}/text`, kind: 'text', whole }
}

function write(slot: string, text: string, like: Likeness): WireFrame | undefined {
  const index = /^choice:(\d+)\/text$/.exec(slot)?.[1]
  if (index === undefined) return undefined
  const choice = { text, index: Number(index), logprobs: null, finish_reason: null }
  return { event: undefined, data: JSON.stringify({ ...envelopeOf(like.root), choices: [choice] }) }
}
