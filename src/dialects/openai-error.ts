import { isJsonObject, type JsonObject, member, textMember } from '../base/json.ts'
import type { Tally } from './tally.ts'

/** An `error` object in an answer, as the OpenAI protocols put it (also inside a 200). */
export function noteOpenAiError(root: JsonObject, tally: Tally): void {
  const error = member(root, 'error')
  if (!isJsonObject(error)) return
  const type = textMember(error, 'type') ?? textMember(error, 'code') ?? 'error'
  tally.error = { type, message: textMember(error, 'message') ?? '' }
}
