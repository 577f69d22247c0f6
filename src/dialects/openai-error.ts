import { isJsonObject, type JsonObject, member, textMember } from '../base/json.ts'
import type { JsonPath } from '../stream/json-text.ts'
import type { SlotName } from './reader.ts'
import type { Tally } from './tally.ts'

/** An `error` object in an answer, as the OpenAI protocols put it (also inside a 200). */
export function noteOpenAiError(root: JsonObject, tally: Tally): void {
  const error = member(root, 'error')
  if (!isJsonObject(error)) return
  const type = textMember(error, 'type') ?? textMember(error, 'code') ?? 'error'
  tally.error = { type, message: textMember(error, 'message') ?? '' }
}

/** A provider's error text may repeat what the caller sent, so it is a slot too. */
export function errorSlot(path: JsonPath): SlotName | undefined {
  return path.length === 2 && path[0] === 'error' && path[1] === 'message'
    ? { slot: 'error/message', kind: 'text', whole: true }
    : undefined
}
