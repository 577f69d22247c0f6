import type { Ask } from '../base/ask.ts'
import { type Json, type JsonObject, member, textMember } from '../base/json.ts'
import type { JsonPath } from '../stream/json-text.ts'
import { writeSse } from '../stream/sse.ts'
import { isSignedBlock, messagesAnswer } from './anthropic-answer.ts'
import type { Dialect } from './dialect.ts'
import { isFixed } from './fixed.ts'
import { largest, type MediaFacts } from './openai-ask.ts'
import { openReader } from './reader.ts'
import { anthropicRefusal, asBody } from './refusals.ts'
import { tallyUsage } from './tally.ts'

/** Anthropic Messages, `POST /v1/messages`. Source: Anthropic API reference, 2026-11. */
export const anthropicMessages: Dialect = {
  id: 'anthropic.messages',
  requestIdHeader: 'request-id',
  readAsk,
  isUntouchable,
  amend: () => [],
  openAnswer: (ask) => openReader(messagesAnswer(ask)),
  refuse: (refusal) => asBody(anthropicRefusal(refusal)),
  breakOff: (refusal, framing = 'sse') =>
    framing === 'sse'
      ? writeSse({ event: 'error', data: JSON.stringify(anthropicRefusal(refusal)) })
      : '',
}

/** Anthropic token counting, `POST /v1/messages/count_tokens`: reads like a message, bills nothing. */
export const anthropicCountTokens: Dialect = {
  ...anthropicMessages,
  id: 'anthropic.count_tokens',
  readAsk: (body) => ({
    ...readAsk(body),
    operation: 'count_tokens',
    stream: false,
    outputTokensMax: 0,
  }),
  openAnswer: (ask) => {
    const shape = messagesAnswer(ask)
    return openReader({
      ...shape,
      note(root, event, tally) {
        shape.note(root, event, tally)
        if (typeof member(root, 'input_tokens') !== 'number') return
        tally.complete = true
        tallyUsage(tally, { usage: { inputTokens: 0, outputTokens: 0 }, suspect: false }, true)
      },
    })
  },
}

/** Below these the member names are the caller's own. */
const FREE: ReadonlySet<string> = new Set(['input', 'input_schema', 'schema'])

function isUntouchable(path: JsonPath, parent: JsonObject): boolean {
  // Changed thinking is refused by its signature.
  if (path[path.length - 1] === 'thinking' && isSignedBlock(parent)) return true
  return isFixed(path, parent, FREE)
}

function readAsk(body: JsonObject | undefined): Ask {
  const sent = body ?? {}
  const facts: MediaFacts = { images: 0, unbounded: new Set() }
  const messages = member(sent, 'messages')
  for (const message of Array.isArray(messages) ? messages : []) {
    noteBlocks(member(message, 'content'), facts, 0)
  }
  const servers = member(sent, 'mcp_servers')
  const remote = Array.isArray(servers) && servers.length > 0 ? ['mcp'] : []
  const fast = textMember(sent, 'speed') === 'fast' ? 'fast' : undefined
  return {
    operation: 'chat',
    model: textMember(sent, 'model'),
    stream: member(sent, 'stream') === true,
    outputTokensMax: largest(sent, ['max_tokens']),
    answers: 1,
    usageAsked: true,
    unbounded: [...facts.unbounded],
    images: facts.images,
    serverTools: [...serverTools(member(sent, 'tools')), ...remote],
    serviceTier: fast ?? textMember(sent, 'service_tier'),
  }
}

/** Blocks hold blocks only in tool results and documents: two levels, and one to spare. */
const NESTING_MAX = 3

function noteBlocks(content: Json | undefined, facts: MediaFacts, nesting: number): void {
  if (!Array.isArray(content) || nesting > NESTING_MAX) return
  for (const block of content) {
    const type = textMember(block, 'type')
    const source = member(block, 'source')
    const from = textMember(source, 'type')
    if (type === 'image') facts.images++
    if (from === 'url') facts.unbounded.add(type === 'image' ? 'remote_image' : 'remote_file')
    if (from === 'file' || type === 'container_upload') facts.unbounded.add('file_id')
    // A PDF's pages are read as images too, so its bytes do not bound its tokens.
    if (type === 'document' && from === 'base64') facts.unbounded.add('document')
    noteBlocks(member(block, 'content'), facts, nesting + 1)
    noteBlocks(member(source, 'content'), facts, nesting + 1)
  }
}

/** Tools that the caller runs itself, and those that only sort tools given in the body. */
const CLIENT_TOOL = /^(?:custom$|bash_|text_editor_|computer_|memory_|browser_|tool_search_tool_)/

function serverTools(tools: Json | undefined): string[] {
  if (!Array.isArray(tools)) return []
  const types = tools.map((tool) => textMember(tool, 'type') ?? 'custom')
  return [...new Set(types.filter((type) => !CLIENT_TOOL.test(type)))]
}
