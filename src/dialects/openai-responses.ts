import type { Ask } from '../base/ask.ts'
import { type Json, type JsonObject, member, textMember } from '../base/json.ts'
import { writeSse } from '../stream/sse.ts'
import type { Dialect, Framing, Refusal } from './dialect.ts'
import { isFixed } from './fixed.ts'
import { contentParts, largest, type MediaFacts, notePart } from './openai-ask.ts'
import { responsesAnswer } from './openai-responses-answer.ts'
import { openReader } from './reader.ts'
import { asBody, openAiError, openAiRefusal } from './refusals.ts'

/** OpenAI Responses, `POST /v1/responses` (and `/compact`). Source: OpenAI API reference, 2026-11. */
export const openAiResponses: Dialect = {
  id: 'openai.responses',
  requestIdHeader: 'x-request-id',
  readAsk,
  isUntouchable: (path, parent) => isFixed(path, parent, FREE),
  amend: () => [],
  openAnswer: (ask) => openReader(responsesAnswer(ask)),
  refuse: (refusal) => asBody(openAiRefusal(refusal)),
  breakOff,
}

/** Below these the member names are the caller's own. */
const FREE: ReadonlySet<string> = new Set([
  ...['parameters', 'schema', 'metadata', 'client_metadata', 'variables', 'input_schema'],
])

/** Tools that the caller runs itself, and those that only sort tools given in the body. */
const CLIENT_TOOLS: ReadonlySet<string> = new Set([
  ...['function', 'custom', 'namespace', 'local_shell', 'apply_patch', 'tool_search'],
  ...['computer', 'computer_use_preview'],
])

function readAsk(body: JsonObject | undefined): Ask {
  const sent = body ?? {}
  const input = member(sent, 'input')
  const facts: MediaFacts = { images: 0, unbounded: new Set() }
  for (const part of contentParts(input)) notePart(part, facts)
  if (Array.isArray(input)) for (const item of input) noteItem(item, facts)
  if (isSet(sent, 'previous_response_id')) facts.unbounded.add('previous_response_id')
  if (isSet(sent, 'conversation')) facts.unbounded.add('conversation')
  if (isSet(sent, 'prompt')) facts.unbounded.add('stored_prompt')
  return {
    operation: 'response',
    model: textMember(sent, 'model'),
    stream: member(sent, 'stream') === true,
    outputTokensMax: largest(sent, ['max_output_tokens']),
    answers: 1,
    usageAsked: true,
    unbounded: [...facts.unbounded],
    images: facts.images,
    serverTools: serverTools(member(sent, 'tools')),
    serviceTier: textMember(sent, 'service_tier'),
  }
}

function isSet(body: JsonObject, key: string): boolean {
  const value = member(body, key)
  return value !== undefined && value !== null
}

/** Items that are no messages: references to stored ones, and tool outputs with parts of their own. */
function noteItem(item: Json, facts: MediaFacts): void {
  if (textMember(item, 'type') === 'item_reference') facts.unbounded.add('item_reference')
  const output = member(item, 'output')
  if (Array.isArray(output)) for (const part of output) notePart(part, facts)
  else if (output !== undefined) notePart(output, facts)
}

function serverTools(tools: Json | undefined): string[] {
  if (!Array.isArray(tools)) return []
  const found = tools.flatMap((tool) => {
    const type = textMember(tool, 'type') ?? 'function'
    if (CLIENT_TOOLS.has(type)) return []
    // A shell without a container is the caller's own machine.
    const environment = textMember(member(tool, 'environment'), 'type')
    if (type === 'shell' && (environment === undefined || environment === 'local')) return []
    return [type]
  })
  return [...new Set(found)]
}

/**
 * First `response.failed`, which tells agents why, then `error`, which every SDK raises. The sequence numbers
 * continue nothing: the gateway does not number in the provider's place.
 */
function breakOff(refusal: Refusal, framing: Framing = 'sse'): string {
  if (framing !== 'sse') return ''
  const error = openAiError(refusal)
  const { code, message } = error
  const response = {
    ...{ id: `resp_${refusal.requestId}`, object: 'response', status: 'failed', output: [] },
    error: { code: refusal.kind === 'billing' ? 'insufficient_quota' : (code ?? null), message },
  }
  const failed = { type: 'response.failed', sequence_number: 0, response }
  const raised = { type: 'error', sequence_number: 0, code, message, param: null, error }
  return (
    writeSse({ event: 'response.failed', data: JSON.stringify(failed) }) +
    writeSse({ event: 'error', data: JSON.stringify(raised) })
  )
}
