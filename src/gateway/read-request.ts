import type { Ask } from '../base/ask.ts'
import { Failure } from '../base/failure.ts'
import { isJsonObject, type JsonObject } from '../base/json.ts'
import { LIMITS } from '../base/limits.ts'
import type { Clock } from '../base/world.ts'
import type { Dialect } from '../dialects/dialect.ts'
import type { Exchange } from './exchange.ts'
import { inflateBody } from './inflate.ts'
import { announcedLength, readBody } from './read-body.ts'
import { LARGE_BODY_UNITS, letOthers } from './scan-turns.ts'

/** A request as the steps after reading see it. */
export interface ReadRequest {
  readonly ask: Ask
  /** The bytes that came: what is forwarded when nothing acts on them. A stream when the gateway does not read it. */
  readonly original: Uint8Array | ReadableStream<Uint8Array> | undefined
  readonly contentLength: number | undefined
  /** The JSON text, decoded and parsed, when the gateway reads this route. */
  readonly json: { readonly text: string; readonly body: JsonObject } | undefined
  /** Set when the body came compressed and had to be decoded to be read. */
  readonly encoding: string | undefined
}

/** True when the dialect needs the body to say what is asked. */
export function reads(dialect: Dialect): boolean {
  return !dialect.id.endsWith('.passthrough')
}

/**
 * Reads the request as its dialect understands it. Bodies of routes the gateway does not read stay streams.
 * Fails with `invalid_request` (not JSON, not UTF-8, too deep, not an object), `body_too_large`,
 * `unsupported_media_type`.
 */
export async function readRequest(exchange: Exchange, clock: Clock): Promise<ReadRequest> {
  const { request, path, dialect } = exchange
  const query = exchange.url.searchParams
  const contentLength = announcedLength(request.headers)
  const bodiless = request.method === 'GET' || request.method === 'HEAD'
  if (bodiless || !reads(dialect)) {
    const original = bodiless ? undefined : (request.body ?? undefined)
    const ask = dialect.readAsk(undefined, path, query)
    return { ask, original, contentLength, json: undefined, encoding: undefined }
  }
  const original = await readBody(request, clock)
  const type = (request.headers.get('content-type') ?? 'application/json').toLowerCase()
  if (!/^(application\/([\w.-]+\+)?json|text\/plain)\b/.test(type))
    throw new Failure('unsupported_media_type', { says: 'This route takes application/json.' })
  const encoding = request.headers.get('content-encoding') ?? undefined
  const compressed = encoding !== undefined && encoding.trim().toLowerCase() !== 'identity'
  const plain = compressed ? await inflateBody(original, encoding) : original
  const json = plain.length < LARGE_BODY_UNITS ? parseObject(plain) : await parseInTurns(plain)
  const ask = dialect.readAsk(json.body, path, query)
  return { ask, original, contentLength, json, encoding: compressed ? encoding : undefined }
}

/**
 * What is still needed of a request once its outgoing form is made: a call lasts for minutes, and its body is held several
 * times over until then. The text is the one that leaves.
 */
export function withoutBody(
  read: ReadRequest,
  outgoing: { readonly text: string | undefined },
): ReadRequest {
  const json = read.json && { text: outgoing.text ?? '', body: NO_MEMBERS }
  return { ...read, original: undefined, json }
}

const NO_MEMBERS: JsonObject = {}
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes as a JSON object together with their exact text. Fails with `invalid_request`. */
export function parseObject(bytes: Uint8Array): { text: string; body: JsonObject } {
  const text = textOf(bytes)
  return { text, body: objectOf(text) }
}

/** The same with turns for other calls in between, when it is large. */
async function parseInTurns(bytes: Uint8Array): Promise<{ text: string; body: JsonObject }> {
  const text = textOf(bytes)
  await letOthers(bytes.length)
  const body = objectOf(text)
  await letOthers(bytes.length)
  return { text, body }
}

function textOf(bytes: Uint8Array): string {
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch {
    throw new Failure('invalid_request', { says: 'The request body is not valid UTF-8.' })
  }
  if (isTooDeep(bytes))
    throw new Failure('invalid_request', {
      says: `The request body is nested deeper than ${LIMITS.jsonDepthMax} levels.`,
    })
  return text
}

function objectOf(text: string): JsonObject {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new Failure('invalid_request', { says: 'The request body is not valid JSON.' })
  }
  if (!isJsonObject(body))
    throw new Failure('invalid_request', { says: 'The request body must be a JSON object.' })
  return body
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** True when brackets outside strings nest deeper than the bound; one pass, no recursion. */
export function isTooDeep(bytes: Uint8Array): boolean {
  let depth = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === QUOTE) {
      at = endOfString(bytes, at + 1)
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > LIMITS.jsonDepthMax) return true
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--
    }
  }
  return false
}

/** Index of the closing quote; native search, because strings are most of a body. */
function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = from; ; ) {
    const quote = bytes.indexOf(QUOTE, at)
    if (quote < 0) return bytes.length
    let slashes = 0
    while (bytes[quote - 1 - slashes] === BACKSLASH && quote - 1 - slashes >= from) slashes++
    if (slashes % 2 === 0) return quote
    at = quote + 1
  }
}
