import type { JsonObject } from '../base/json.ts'
import type { DialectId } from '../dialects/dialect.ts'
import { messageAt } from '../dialects/own-words.ts'
import { DISCLAIMER } from '../redaction/operator.ts'
import { decodeLiteral, type JsonPath } from '../stream/json-text.ts'
import { applySplices, type Splice } from '../stream/splice.ts'

/**
 * True when the sentence that explains placeholders may stand in front of the text at `path`: a message's own
 * words, once a message (`told` remembers), never in JSON, tools, tool results or texts of which only vectors are made.
 */
export function takesDisclaimer(
  dialect: DialectId,
  path: JsonPath,
  body: JsonObject,
  told: Set<string>,
  text: ToldText,
): boolean {
  if (dialect.endsWith('embeddings') || dialect.endsWith('embed')) return false
  const message = messageAt(path, body)
  if (message === undefined || told.has(message)) return false
  if (!text.hasPlaceholder() || text.isJson()) return false
  told.add(message)
  return !text.begins(DISCLAIMER)
}

/** A text in which something was hidden, as far as the sentence depends on it. */
export interface ToldText {
  hasPlaceholder(): boolean
  isJson(): boolean
  begins(words: string): boolean
}

/** The text of a JSON string's content with what is hidden in it; neither is put together unless it may be JSON. */
export function toldText(content: string, splices: readonly Splice[]): ToldText {
  const head = headOf(content, splices)
  return {
    hasPlaceholder: () =>
      splices.some(({ text }) => decodeLiteral(text).includes(PLACEHOLDER_START)) ||
      content.includes(PLACEHOLDER_START),
    isJson: () => mayBeJson(head) && isJson(decodeLiteral(applySplices(content, splices))),
    // No unit of the sentence needs an escape.
    begins: (words) => head.startsWith(words),
  }
}

/** At least as many units of the rewritten content as anybody asks for. */
function headOf(content: string, splices: readonly Splice[]): string {
  let head = ''
  let at = 0
  for (const { start, end, text } of splices) {
    head += content.slice(at, Math.min(start, at + HEAD_UNITS)) + text.slice(0, HEAD_UNITS)
    at = end
    if (head.length >= HEAD_UNITS) return head
  }
  return head + content.slice(at, at + HEAD_UNITS)
}

const HEAD_UNITS = 1024
const PLACEHOLDER_START = '[SAFE_TO_USE:'

/** False for most contents of JSON strings that mean no JSON object or array, told from their beginning alone. */
export function mayBeJson(content: string): boolean {
  return MAY_BE_JSON.test(content)
}

/** White space, written as it is or escaped, then a bracket; or more of it than anybody writes. */
const MAY_BE_JSON =
  /^(?:\s|\\[nrtf]|\\u[0-9a-fA-F]{4}){0,64}(?:[{[]|\\u00[57][bB]|$)|^(?:\s|\\[nrtf]|\\u[0-9a-fA-F]{4}){64}/

/** The sentence as it stands in front of a text. */
export const TOLD_FIRST = `${DISCLAIMER}\n`

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
