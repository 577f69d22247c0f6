import { Failure } from '../base/failure.ts'
import { isJsonObject, type Json, type JsonObject, textMember } from '../base/json.ts'
import { LIMITS } from '../base/limits.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { DISCLAIMER } from '../redaction/operator.ts'
import { encodeLiteral } from '../stream/json-literal.ts'
import { decodeLiteral, type JsonPath, scanJson } from '../stream/json-text.ts'
import { applySplices, type Splice } from '../stream/splice.ts'
import { isRead } from './check-policies.ts'
import type { ExchangeGuard } from './guard.ts'
import type { ReadRequest } from './read-request.ts'

/** The request as it goes upstream. */
export interface OutgoingRequest {
  readonly body: Uint8Array | ReadableStream<Uint8Array> | undefined
  readonly contentLength: number | undefined
  /** The body's JSON text as it is sent, when the gateway reads it. */
  readonly text: string | undefined
  /** True when the body no longer is what the caller sent: its `content-encoding` must not be forwarded. */
  readonly changed: boolean
}

const encoder = new TextEncoder()

/**
 * The body with the edits that this call needs, as splices; the caller's own bytes when there are none. With a
 * guard every string the provider's parser would see is looked at, keys, unknown fields and repeated keys
 * included; what the dialect calls untouchable (ids, signatures, media) stays.
 * Fails with `content_blocked`, `unscannable_body`.
 */
export function redactRequest(
  read: ReadRequest,
  method: string,
  dialect: Dialect,
  guard: ExchangeGuard | undefined,
): OutgoingRequest {
  const { json } = read
  if (!json) {
    if (guard && guard.merged.unscannable === 'block' && !isRead(method) && read.original)
      throw new Failure('unscannable_body')
    const { original: body, contentLength } = read
    return { body, contentLength, text: undefined, changed: false }
  }
  const amended = dialect.amend(json.text, json.body, read.ask)
  const found = guard ? redactions(json.text, json.body, dialect, guard) : []
  guard?.check()
  const splices = [...amended, ...found].sort((a, b) => a.start - b.start)
  if (splices.length === 0)
    return {
      body: read.original,
      contentLength: read.contentLength,
      text: json.text,
      changed: false,
    }
  const text = applySplices(json.text, splices)
  const body = encoder.encode(text)
  return { body, contentLength: body.byteLength, text, changed: true }
}

/** A splice for every string in which something is hidden. */
function redactions(
  text: string,
  body: JsonObject,
  dialect: Dialect,
  guard: ExchangeGuard,
): Splice[] {
  const splices: Splice[] = []
  const told = new Set<string>()
  const look = (path: JsonPath, start: number, end: number, isKey: boolean): void => {
    const literal = text.slice(start, end)
    const plain = decodeLiteral(literal)
    const clean = guard.cleanRequest(plain)
    if (clean === plain) return
    const first = !isKey && isMessageText(path, body) && !told.has(messageOf(path))
    if (first) told.add(messageOf(path))
    const said = first && !plain.startsWith(DISCLAIMER) ? `${DISCLAIMER}\n${clean}` : clean
    splices.push({ start, end, text: encodeLiteral(said, literal) })
  }
  scanJson(text, LIMITS.jsonDepthMax, {
    string(path, start, end) {
      if (end - start < SECRET_UNITS_MIN) return
      const parent = parentOf(path, body)
      if (parent && dialect.isUntouchable(path, parent)) return
      look(path, start, end, false)
    },
    key(path, start, end) {
      if (end - start >= SECRET_UNITS_MIN) look(path, start, end, true)
    },
  })
  return splices
}

/** No detector finds anything in fewer units; most keys and enum values are shorter. */
const SECRET_UNITS_MIN = 4

/** The object that holds the value at `path`, following the parser's own reading. */
function parentOf(path: JsonPath, body: JsonObject): JsonObject | undefined {
  let at: Json | undefined = body
  let holder: JsonObject | undefined = body
  for (const step of path.slice(0, -1)) {
    if (typeof step === 'number') at = Array.isArray(at) ? at[step] : undefined
    else at = isJsonObject(at) && Object.hasOwn(at, step) ? at[step] : undefined
    if (isJsonObject(at)) holder = at
  }
  return holder
}

const MESSAGE_LISTS = new Set(['messages', 'input', 'contents'])

/** True for a message's own words, where a sentence in front does no harm: not tools, not tool results. */
function isMessageText(path: JsonPath, body: JsonObject): boolean {
  const last = path[path.length - 1]
  if (!MESSAGE_LISTS.has(String(path[0])) || path.length < 3) return false
  if (last !== 'content' && last !== 'text') return false
  const message = parentOf(path.slice(0, 3), body)
  const role = message && textMember(message, 'role')
  return role === 'user' || role === 'system' || role === 'developer' || role === undefined
}

function messageOf(path: JsonPath): string {
  return `${path[0]}/${path[1]}`
}
