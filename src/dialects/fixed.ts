import { isJsonObject, type Json, type JsonObject, member, textMember } from '../base/json.ts'
import type { JsonPath } from '../stream/json-text.ts'
import type { SlotName } from './reader.ts'
import { WIRE_NAMES } from './wire-names.ts'

/**
 * Members that must come back exactly as they were given, in all protocols: ids, signatures, encrypted content, base64
 * media. A changed one is refused by the provider or breaks the next turn.
 */
const FIXED: ReadonlySet<string> = new Set([
  ...['id', 'model', 'container', 'conversation', 'prompt_cache_key', 'service_tier', 'cursor'],
  ...['system_fingerprint', 'signature', 'encrypted_content', 'encrypted_stdout', 'file_data'],
  ...['encrypted_index', 'thoughtSignature', 'thought_signature', 'mimeType', 'mime_type'],
  ...['media_type', 'cachedContent', 'cached_content', 'modelVersion', 'responseId', 'obfuscation'],
  ...['b64_json', 'partial_image_b64', 'embedding', 'fileUri', 'file_uri', 'ttl'],
])

/** Members that steer a call by a name or a word of a list; what looks like no such word is text there too. */
const STEERING: ReadonlySet<string> = new Set([
  ...['type', 'role', 'object', 'status', 'phase', 'name', 'namespace', 'format', 'syntax'],
  ...['finishReason', 'finish_reason', 'stop_reason', 'server_label', 'effort', 'include'],
  ...['media_resolution'],
])

const WORD_UNITS_MAX = 64
const WORD = /^[A-Za-z]{1,24}\d{0,3}(?:[_.-]+(?:[A-Za-z]{1,24}\d{0,3}|\d{1,8}))*$/

/** True for what protocols and programs name things by (`web_search_20250305`, `getWeather`): no token is made so. */
export function isWord(text: string): boolean {
  return text.length <= WORD_UNITS_MAX && WORD.test(text)
}

/** Members that hold an address or the medium itself as a `data:` URL in base64. */
const ADDRESSES: ReadonlySet<string> = new Set(['url', 'image_url', 'file_url', 'uri'])

/**
 * True for a string that must not change. Below a key of `free` (schemas, tool arguments) the member names are the
 * caller's own and mean nothing here, so everything there is text.
 */
export function isFixed(path: JsonPath, parent: JsonObject, free: ReadonlySet<string>): boolean {
  let keyAt = path.length - 1
  while (keyAt >= 0 && typeof path[keyAt] === 'number') keyAt--
  const key = path[keyAt]
  if (typeof key !== 'string') return false
  for (let index = 0; index < keyAt; index++) {
    const step = path[index]
    if (typeof step === 'string' && free.has(step)) return false
  }
  if (FIXED.has(key) || key.endsWith('_id')) return true
  if (STEERING.has(key)) return isWord(textMember(parent, key) ?? 'listed')
  if (key === 'data') return path.includes('audio') || isMedium(parent)
  if (ADDRESSES.has(key)) return BASE64_URL.test(textMember(parent, key) ?? '')
  return false
}

const BASE64_URL = /^data:[^,]{0,200};base64,/i
/** What says of which kind a medium in base64 is. */
const MEDIUM_KINDS = ['type', 'media_type', 'mimeType', 'mime_type', 'format']

/** True for a holder whose `data` is a medium or encrypted. Plain-text documents stand where others have base64. */
function isMedium(holder: JsonObject): boolean {
  if (textMember(holder, 'type') === 'text') return false
  return MEDIUM_KINDS.some((kind) => textMember(holder, kind) !== undefined)
}

/**
 * What a frame of the gateway's own may repeat of one that came: members of it that no filter would look at, neither their
 * names nor their values.
 */
export function envelopeOf(root: JsonObject): JsonObject {
  const kept = Object.entries(root).filter(([key, value]) => {
    // Padding and counts belong to the frame that came.
    if (!WIRE_NAMES.has(key) || key === 'obfuscation' || key === 'usage') return false
    if (typeof value === 'string') return isFixed([key], root, NONE_FREE)
    return typeof value !== 'object' || value === null
  })
  return Object.fromEntries(kept)
}

/** The nearest object around the value at `path`, as far as `root` goes there. */
export function holderOf(root: JsonObject, path: JsonPath): JsonObject {
  let holder = root
  let at: Json = root
  for (let index = 0; index < path.length - 1; index++) {
    const step = path[index]
    const next: Json | undefined =
      typeof step === 'string' ? member(at, step) : Array.isArray(at) ? at[step ?? 0] : undefined
    if (next === undefined) return holder
    at = next
    if (isJsonObject(at)) holder = at
  }
  return holder
}

/**
 * A string that no protocol row names: text until known otherwise, since newer models, compatible providers and error
 * pages put text where no list foresees it.
 */
export function otherText(
  path: JsonPath,
  root: JsonObject,
  free: ReadonlySet<string>,
): SlotName | undefined {
  if (isFixed(path, holderOf(root, path), free)) return undefined
  return { slot: path.join('/'), kind: 'text', whole: true }
}

/** Nothing in the protocol's answers is named by the caller. */
export const NONE_FREE: ReadonlySet<string> = new Set()
