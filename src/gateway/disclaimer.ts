import type { JsonObject } from '../base/json.ts'
import type { DialectId } from '../dialects/dialect.ts'
import { messageAt } from '../dialects/own-words.ts'
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
  const message = messageAt(path, body)
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
