import { isJsonObject, type JsonObject, member, textMember } from '../base/json.ts'
import type { JsonPath } from '../stream/json-text.ts'

/** Members that are one text to the model, or a list of parts. */
const SINGLE: ReadonlySet<string> = new Set(['system', 'instructions', 'prompt', 'input'])

/**
 * The name of the message of a request whose own words stand at `path`: what a person or the developer says to the model.
 * Undefined for anything else: the model's own turns, tools and their results, settings.
 */
export function messageAt(path: JsonPath, body: JsonObject): string | undefined {
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
