import type { Ask } from '../base/ask.ts'
import { type JsonObject, member, textMember } from '../base/json.ts'
import type { JsonPath } from '../stream/json-text.ts'
import { writeSse } from '../stream/sse.ts'
import type { Dialect } from './dialect.ts'
import { isFixed } from './fixed.ts'
import { askForUsage } from './include-usage.ts'
import { answersAsked, contentParts, largest, type MediaFacts, notePart } from './openai-ask.ts'
import { chatAnswer } from './openai-chat-answer.ts'
import { openReader } from './reader.ts'
import { asBody, openAiRefusal } from './refusals.ts'

/** OpenAI Chat Completions, `POST /v1/chat/completions`. Source: OpenAI API reference, 2026-11. */
export const openAiChat: Dialect = {
  id: 'openai.chat',
  requestIdHeader: 'x-request-id',
  readAsk,
  isUntouchable: (path, parent) => isFixed(path, parent, FREE) && !isSpeaker(path, parent),
  amend: (text, body, ask) => (ask.stream && !ask.usageAsked ? askForUsage(text, body) : []),
  openAnswer: (ask) => openReader(chatAnswer(ask)),
  refuse: (refusal) => asBody(openAiRefusal(refusal)),
  breakOff: (refusal, framing = 'sse') =>
    framing === 'sse'
      ? writeSse({ event: undefined, data: JSON.stringify(openAiRefusal(refusal)) })
      : '',
}

function readAsk(body: JsonObject | undefined): Ask {
  const sent = body ?? {}
  const facts: MediaFacts = { images: 0, unbounded: new Set() }
  for (const part of contentParts(member(sent, 'messages'))) notePart(part, facts)
  const serverTools = member(sent, 'web_search_options') === undefined ? [] : ['web_search']
  return {
    operation: 'chat',
    model: textMember(sent, 'model'),
    stream: member(sent, 'stream') === true,
    outputTokensMax: largest(sent, ['max_completion_tokens', 'max_tokens']),
    answers: answersAsked(member(sent, 'n')),
    usageAsked: member(member(sent, 'stream_options'), 'include_usage') === true,
    unbounded: [...facts.unbounded],
    images: facts.images,
    serverTools,
    serviceTier: textMember(sent, 'service_tier'),
  }
}

/** True for the name of who speaks in a message: the names of functions steer the call, those of people do not. */
function isSpeaker(path: JsonPath, message: JsonObject): boolean {
  if (path.length !== 3 || path[0] !== 'messages' || path[2] !== 'name') return false
  const role = textMember(message, 'role')
  return role !== 'function' && role !== 'tool'
}

/** Below these the member names are the caller's own. */
const FREE: ReadonlySet<string> = new Set(['parameters', 'schema', 'metadata'])
