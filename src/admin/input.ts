import type { TSchema } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import { isJsonObject } from '../base/json.ts'
import { LIMITS } from '../base/limits.ts'
import { parseWithExactUsd } from '../base/wire.ts'

/** Admin bodies are lists of settings: one megabyte is far beyond any. */
export const ADMIN_BODY_BYTES_MAX = 1024 * 1024

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/**
 * The JSON body of a write: bounded while it is read, UTF-8, not too deep. Members ending in `_usd` come as the
 * text of their digits. A body with no bytes is `undefined`.
 * Fails with `unsupported_media_type`, `body_too_large`, `invalid_request`.
 */
export function readJsonBody(request: Request): Promise<unknown> {
  return readJson(request, ADMIN_BODY_BYTES_MAX, parseWithExactUsd)
}

/** As {@link readJsonBody} with another bound, and with every number as a number. */
export function readPlainJsonBody(request: Request, bytesMax: number): Promise<unknown> {
  return readJson(request, bytesMax, (text) => JSON.parse(text))
}

async function readJson(
  request: Request,
  bytesMax: number,
  parse: (text: string) => unknown,
): Promise<unknown> {
  assertJson(request.headers)
  const bytes = await readBounded(request, bytesMax)
  if (bytes.byteLength === 0) return undefined
  let value: unknown
  try {
    value = parse(decoder.decode(bytes))
  } catch {
    throw new Failure('invalid_request', { says: 'The body is not valid JSON in UTF-8.' })
  }
  demandStorable(value)
  return value
}

function assertJson(headers: Headers): void {
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity')
    throw new Failure('unsupported_media_type', { says: 'Send the body uncompressed.' })
  const type = headers.get('content-type')
  if (type === null && headers.get('content-length') === '0') return
  if (type === null || !/^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type))
    throw new Failure('unsupported_media_type', {
      says: 'Send the body as content-type application/json.',
    })
}

async function readBounded(request: Request, bytesMax: number): Promise<Uint8Array> {
  const told = Number(request.headers.get('content-length') ?? 0)
  if (told > bytesMax) throw tooLarge(bytesMax)
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of request.body ?? []) {
    size += part.byteLength
    if (size > bytesMax) throw tooLarge(bytesMax)
    parts.push(part)
  }
  return Buffer.concat(parts, size)
}

function tooLarge(bytesMax: number): Failure {
  return new Failure('body_too_large', { says: `The body is larger than ${bytesMax} bytes.` })
}

/** Walks without recursion: a hostile body must not overflow the stack. */
function demandStorable(root: unknown): void {
  let level: unknown[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > LIMITS.jsonDepthMax)
      throw new Failure('invalid_request', { says: 'The body is nested too deeply.' })
    level = level.flatMap((each) => {
      if (typeof each === 'string') demandText(each)
      if (Array.isArray(each)) return each
      if (!isJsonObject(each)) return []
      for (const name of Object.keys(each)) demandText(name)
      return Object.values(each)
    })
  }
}

/** The database's text holds neither U+0000 nor half a surrogate pair. */
function demandText(text: string): void {
  if (text.includes('\0') || !text.isWellFormed())
    throw new Failure('invalid_request', {
      says: 'A string holds U+0000 or half a surrogate pair, which cannot be stored.',
    })
}

/** Query parameters as the shape wants them: whole numbers and true/false are read, a list is collected. */
export function readQuery(shape: TSchema, search: URLSearchParams): Record<string, unknown> {
  const read: Record<string, unknown> = Object.create(null)
  for (const name of new Set(search.keys())) {
    const all = search.getAll(name)
    for (const text of all) demandText(text)
    const kind = kindOf(shape, name)
    read[name] = kind === 'array' ? all : all.length > 1 ? all : fromText(kind, all[0] ?? '')
  }
  return read
}

function kindOf(shape: TSchema, name: string): unknown {
  const properties: unknown = shape.properties
  if (!isJsonObject(properties) || !Object.hasOwn(properties, name)) return undefined
  const property = properties[name]
  return isJsonObject(property) ? property.type : undefined
}

function fromText(kind: unknown, text: string): unknown {
  if (kind === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text)
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
