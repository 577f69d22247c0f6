import type { Ask } from '../base/ask.ts'
import { type JsonObject, member, textMember } from '../base/json.ts'
import type { JsonPath } from '../stream/json-text.ts'
import { writeSse } from '../stream/sse.ts'
import type { Dialect } from './dialect.ts'
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
  isUntouchable,
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

/** Members whose value steers the call or must come back exactly as it was given. */
const FIXED = new Set([
  'model',
  'role',
  'type',
  'id',
  'tool_call_id',
  'file_id',
  'prompt_cache_key',
])

function isUntouchable(path: JsonPath, parent: JsonObject): boolean {
  const key = path[path.length - 1]
  const holder = path[path.length - 2]
  if (typeof key === 'number') return false
  // Below a tool's schema the same words are property names of the caller's own.
  if (key !== undefined && FIXED.has(key)) return !path.includes('parameters')
  if (key === 'name')
    return holder === 'function' || holder === 'custom' || holder === 'function_call'
  if (key === 'data') return holder === 'input_audio'
  if (key === 'file_data') return true
  if (key === 'url' && holder === 'image_url')
    return textMember(parent, 'url')?.startsWith('data:') ?? false
  return false
}
