import { SinkAway } from './sink.ts'

/** The `fetch` a sink is given. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** A destination's answer, read within a bound. */
export interface Posted {
  readonly bytes: Uint8Array
  readonly contentType: string | null
}

/** A destination that does not answer by then is away. */
const ANSWER_MS = 15_000
const ANSWER_BYTES_MAX = 256 * 1024
/** Wrong key or address: only a person can help, and nothing must be lost until one does. */
const MISCONFIGURED_MS = 60_000

/**
 * Posts `body`. Gives the answer to a 2xx. Throws {@link SinkAway} for what may pass: no answer, 408, 425, 429, every 5xx (with its
 * `Retry-After`), and 401, 403, 404, which an operator can mend; `Error` for what is the batch's own fault.
 * Redirects are never followed: the headers hold credentials.
 */
export async function post(
  fetch: Fetch,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array<ArrayBuffer>,
  timeoutMs = ANSWER_MS,
): Promise<Posted> {
  let answer: Response
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
  } catch (cause) {
    throw new SinkAway(`no answer: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  const bytes = await readBounded(answer)
  const { status } = answer
  if (status >= 200 && status < 300)
    return { bytes, contentType: answer.headers.get('content-type') }
  const wished = retryAfterMs(answer.headers.get('retry-after'))
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    throw new SinkAway(`status ${status}`, wished)
  if (status === 401 || status === 403 || status === 404 || status < 400)
    throw new SinkAway(`status ${status}: check address and key`, wished ?? MISCONFIGURED_MS)
  throw new Error(`refused with status ${status}`)
}

async function readBounded(answer: Response): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let size = 0
  try {
    for await (const piece of answer.body ?? []) {
      size += piece.length
      if (size > ANSWER_BYTES_MAX) break
      pieces.push(piece)
    }
  } catch (cause) {
    throw new SinkAway(`broken answer: ${String(cause)}`)
  }
  return Buffer.concat(pieces)
}

/** `Retry-After` in seconds or as a date (RFC 9110 §10.2.3); undefined when absent or unreadable. */
function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined
  if (/^\d{1,6}$/.test(value.trim())) return Number(value) * 1_000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}
