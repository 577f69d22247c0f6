import { isJsonObject, type JsonObject, member, textMember } from '../base/json.ts'
import type { DialectId } from '../dialects/dialect.ts'
import { DISCLAIMER } from '../redaction/operator.ts'
import type { JsonPath } from '../stream/json-text.ts'

/**
 * True when the sentence that explains placeholders may stand in front of the text at `path`: a message's own
 * words, once a message (`told` remembers), never in JSON, tools, tool results or texts of which only vectors are made.
 */
export function takesDisclaimer(
  dialect: DialectId,
  path: JsonPath,
  body: JsonObject,
  told: Set<string>,
  text: string,
): boolean {
  if (dialect.endsWith('embeddings') || dialect.endsWith('embed')) return false
  const message = messageOf(path, body)
  if (message === undefined || told.has(message)) return false
  if (!text.includes(PLACEHOLDER_START) || isJson(text)) return false
  told.add(message)
  return !text.startsWith(DISCLAIMER)
}

const PLACEHOLDER_START = '[SAFE_TO_USE:'

/** The text with the sentence in front. */
export function withDisclaimer(text: string): string {
  return `${DISCLAIMER}\n${text}`
}

/** Members that are one text to the model, or a list of parts. */
const SINGLE: ReadonlySet<string> = new Set(['system', 'instructions', 'prompt', 'input'])

/** The name of the message whose own words stand at `path`; undefined for anything else. */
function messageOf(path: JsonPath, body: JsonObject): string | undefined {
  const [first, index, field, part, leaf] = path
  if (typeof first !== 'string') return undefined
  if (path.length === 1) return SINGLE.has(first) ? first : undefined
  // Anthropic's system prompt in blocks, Gemini's in parts.
  if (first === 'system' && path.length === 3 && field === 'text') return first
  if (/^system_?instruction$/i.test(first) && index === 'parts' && path[path.length - 1] === 'text')
    return first
  if (typeof index !== 'number') return undefined
  const inContent =
    (first === 'messages' || first === 'input') &&
    field === 'content' &&
    (path.length === 3 || (path.length === 5 && typeof part === 'number' && leaf === 'text'))
  const inParts = first === 'contents' && field === 'parts' && path.length === 5 && leaf === 'text'
  if (!inContent && !inParts) return undefined
  const list = member(body, first)
  const message = Array.isArray(list) ? list[index] : undefined
  const role = isJsonObject(message) ? textMember(message, 'role') : undefined
  return role === 'tool' || role === 'function' || role === 'assistant' || role === 'model'
    ? undefined
    : `${first}/${index}`
}

/** True for a text that is a JSON object or array. */
export function isJson(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
