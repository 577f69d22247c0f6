import type { Ask } from '../base/ask.ts'
import { type Json, type JsonObject, member, textMember } from '../base/json.ts'
import { ELEMENT_SEPARATOR } from '../stream/array.ts'
import { writeSse } from '../stream/sse.ts'
import type { Dialect, Framing, Refusal } from './dialect.ts'
import { isFixed } from './fixed.ts'
import { generateAnswer } from './gemini-answer.ts'
import { answersAsked, largest, type MediaFacts } from './openai-ask.ts'
import { openReader } from './reader.ts'
import { asBody, geminiRefusal } from './refusals.ts'
import { tallyUsage } from './tally.ts'

/**
 * Gemini `models/*:generateContent` and `:streamGenerateContent`, as SSE and as a JSON array. Source: Gemini API
 * reference, 2026-11.
 */
export const geminiGenerate: Dialect = {
  id: 'gemini.generate',
  requestIdHeader: 'x-request-id',
  readAsk,
  isUntouchable: (path, parent) => isFixed(path, parent, FREE) || isSignedThought(path, parent),
  amend: () => [],
  openAnswer: (ask) => openReader(generateAnswer(ask)),
  refuse: (refusal) => asBody(geminiRefusal(refusal)),
  breakOff: breakOffGemini,
}

/** Gemini `models/*:countTokens`: reads like a generation, bills nothing. */
export const geminiCountTokens: Dialect = {
  ...geminiGenerate,
  id: 'gemini.count_tokens',
  readAsk: (body, path) => {
    const inner = member(body, 'generateContentRequest')
    const sent = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : body
    return { ...readAsk(sent, path), operation: 'count_tokens', stream: false, outputTokensMax: 0 }
  },
  openAnswer: (ask) => {
    const shape = generateAnswer(ask)
    return openReader({
      ...shape,
      note(root, event, tally) {
        shape.note(root, event, tally)
        if (typeof member(root, 'totalTokens') !== 'number') return
        tally.complete = true
        tallyUsage(tally, { usage: { inputTokens: 0, outputTokens: 0 }, suspect: false }, true)
      },
    })
  },
}

/** Below these the member names are the caller's own. */
const FREE: ReadonlySet<string> = new Set([
  ...['args', 'response', 'parameters', 'parametersJsonSchema', 'responseSchema', 'labels'],
  ...['responseJsonSchema', 'responseFormat', 'parameters_json_schema', 'response_schema'],
])

/** Thought text that comes with its signature goes back as it came. */
function isSignedThought(path: readonly (string | number)[], parent: JsonObject): boolean {
  if (path[path.length - 1] !== 'text' || member(parent, 'thought') !== true) return false
  return [member(parent, 'thoughtSignature'), member(parent, 'thought_signature')].some(Boolean)
}

const MODEL = /^\/v1(?:beta|alpha)?\/(?:models\/)?(.+):[A-Za-z]+$/

/** The model of a Gemini path, without `models/`; undefined when the path names none. */
export function modelOf(path: string): string | undefined {
  const name = MODEL.exec(path)?.[1]
  if (name === undefined) return undefined
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** A member by its name in JSON or by its name in the protocol's own files: Google's servers take both. */
function either(value: Json | undefined, camel: string, snake: string): Json | undefined {
  return member(value, camel) ?? member(value, snake)
}

function readAsk(body: JsonObject | undefined, path: string): Ask {
  const sent = body ?? {}
  const config = either(sent, 'generationConfig', 'generation_config')
  const settings = typeof config === 'object' && config && !Array.isArray(config) ? config : {}
  const facts: MediaFacts = { images: 0, unbounded: new Set() }
  const contents = member(sent, 'contents')
  for (const content of Array.isArray(contents) ? contents : [contents]) noteParts(content, facts)
  if (either(sent, 'cachedContent', 'cached_content')) facts.unbounded.add('cached_content')
  return {
    operation: 'generate_content',
    model: modelOf(path),
    stream: path.endsWith(':streamGenerateContent'),
    outputTokensMax: largest(settings, ['maxOutputTokens', 'max_output_tokens']),
    answers: answersAsked(either(settings, 'candidateCount', 'candidate_count')),
    usageAsked: true,
    unbounded: [...facts.unbounded],
    images: facts.images,
    serverTools: serverTools(member(sent, 'tools')),
    serviceTier: textMember(sent, 'serviceTier') ?? textMember(sent, 'service_tier'),
  }
}

function noteParts(content: Json | undefined, facts: MediaFacts): void {
  const parts = member(content, 'parts')
  for (const part of Array.isArray(parts) ? parts : [parts]) {
    const inline = either(part, 'inlineData', 'inline_data')
    if (inline !== undefined) {
      const kind = textMember(inline, 'mimeType') ?? textMember(inline, 'mime_type') ?? ''
      if (kind.startsWith('image/')) facts.images++
      // Pages and video frames are billed by count, which a body's bytes do not bound.
      else facts.unbounded.add('document')
    }
    const file = either(part, 'fileData', 'file_data')
    if (file !== undefined) facts.unbounded.add('file_id')
  }
}

/** Tools that the caller runs itself. */
const CLIENT_TOOLS: ReadonlySet<string> = new Set(['functionDeclarations', 'computerUse'])

/** Names of the tools that Google runs, in snake case: each tool is a member of a tool object. */
function serverTools(tools: Json | undefined): string[] {
  const names = (Array.isArray(tools) ? tools : [])
    .flatMap((tool) => (typeof tool === 'object' && tool !== null ? Object.keys(tool) : []))
    .map((name) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()))
    .filter((name) => !CLIENT_TOOLS.has(name))
    .map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
  return [...new Set(names)]
}

/**
 * Ends a broken stream of events. Google's SDKs before 2.0 (Gemini CLI, LangChain) take an error event for an answer
 * without candidates and end in peace; all of them throw when text is left over at the end. Readers of events ignore
 * a comment that no blank line ends.
 */
const LEFT_OVER = ': the answer broke off'

/** An error object as the stream's next piece; in an array it is the last element, as Google writes it. */
export function breakOffGemini(refusal: Refusal, framing: Framing = 'sse'): string {
  const data = JSON.stringify(geminiRefusal(refusal))
  if (framing === 'array') return `${ELEMENT_SEPARATOR}${data}\n]`
  return framing === 'sse' ? writeSse({ event: undefined, data }, '\r\n') + LEFT_OVER : ''
}
