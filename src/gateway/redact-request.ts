import type { Dialect } from '../dialects/dialect.ts'
import { applySplices } from '../stream/splice.ts'
import type { Plan } from './check-policies.ts'
import type { ReadRequest } from './read-request.ts'

/** The request as it goes upstream. */
export interface OutgoingRequest {
  readonly body: Uint8Array | ReadableStream<Uint8Array> | undefined
  readonly contentLength: number | undefined
  /** The body's JSON text as it is sent, when the gateway reads it. */
  readonly text: string | undefined
  /** True when the body no longer is what the caller sent: its `content-encoding` must not be forwarded. */
  readonly changed: boolean
  /** True when the gateway asked for something the caller did not (its answer is edited back). */
  readonly amended: boolean
}

const encoder = new TextEncoder()

/**
 * The body with the edits that this call needs, as splices; the caller's own bytes when there are none.
 * No data policy exists yet, so the only edits are the dialect's own (asking for usage).
 */
export function redactRequest(read: ReadRequest, dialect: Dialect, _plan: Plan): OutgoingRequest {
  const untouched = {
    body: read.original,
    contentLength: read.contentLength,
    text: read.json?.text,
    changed: false,
    amended: false,
  }
  if (!read.json) return untouched
  const splices = dialect.amend(read.json.text, read.json.body, read.ask)
  if (splices.length === 0) return untouched
  const text = applySplices(read.json.text, splices)
  const body = encoder.encode(text)
  return { body, contentLength: body.byteLength, text, changed: true, amended: true }
}
