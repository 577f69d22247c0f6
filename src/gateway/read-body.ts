import { Failure } from '../base/failure.ts'
import { LIMITS } from '../base/limits.ts'
import type { Clock } from '../base/world.ts'

/** A sender slower than this for a whole window is a slow-loris, not a slow line (56k modems did 7 000). */
const BODY_BYTES_PER_SECOND_MIN = 1_024
/** Grace before the rate counts: first packets of a new connection are slow. */
const BODY_GRACE_MS = 15_000
/** Up to here the server gathers the body itself: a reader costs 25 µs a call more (measured), and its bound is small. */
const GATHERED_BYTES_MAX = 64 * 1024

/**
 * Reads a whole request body of at most `LIMITS.requestBodyBytesMax` bytes.
 * Fails with `body_too_large` (from the announced length at once, else at the bound) or `invalid_request`
 * when the sender stops, is too slow, or sends less than it announced.
 */
export async function readBody(request: Request, clock: Clock): Promise<Uint8Array> {
  const announced = announcedLength(request.headers)
  if (announced !== undefined && announced > LIMITS.requestBodyBytesMax) throw tooLarge()
  if (announced !== undefined && announced <= GATHERED_BYTES_MAX)
    return gathered(request, announced, clock)
  if (!request.body) return new Uint8Array(0)
  const reader = request.body.getReader()
  const pieces: Uint8Array[] = []
  let size = 0
  const started = clock.monotonic()
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read(), deadlineFor(size, started, clock), clock)
      if (done) break
      size += value.byteLength
      if (size > LIMITS.requestBodyBytesMax) throw tooLarge()
      pieces.push(value)
    }
  } catch (cause) {
    reader.cancel().catch(() => {})
    if (cause instanceof Failure) throw cause
    throw new Failure('invalid_request', { says: 'The request body ended early.', inside: cause })
  }
  if (announced !== undefined && size < announced)
    throw new Failure('invalid_request', { says: 'The request body ended early.' })
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces, size)
}

/** The `content-length` of a request, when it announces one. */
export function announcedLength(headers: Headers): number | undefined {
  const text = headers.get('content-length')
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

function deadlineFor(size: number, started: number, clock: Clock): number {
  return Math.max(1, started + allowedMs(size) - clock.monotonic())
}

/** How long a body of this size may take. */
function allowedMs(size: number): number {
  return BODY_GRACE_MS + (size / BODY_BYTES_PER_SECOND_MIN) * 1_000
}

async function gathered(request: Request, announced: number, clock: Clock): Promise<Uint8Array> {
  const bytes = await inTime(request.bytes(), allowedMs(announced), clock).catch((cause) => {
    if (cause instanceof Failure) throw cause
    throw new Failure('invalid_request', { says: 'The request body ended early.', inside: cause })
  })
  if (bytes.byteLength < announced)
    throw new Failure('invalid_request', { says: 'The request body ended early.' })
  return bytes
}

function inTime<T>(reading: Promise<T>, ms: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () =>
      reject(new Failure('invalid_request', { says: 'The request body came too slowly.' })),
    )
    reading.then(
      (value) => {
        timer.cancel()
        resolve(value)
      },
      (cause) => {
        timer.cancel()
        reject(cause)
      },
    )
  })
}

function tooLarge(): Failure {
  return new Failure('body_too_large', {
    says: `The request body is larger than ${LIMITS.requestBodyBytesMax} bytes.`,
    details: { limit_bytes: LIMITS.requestBodyBytesMax },
  })
}
