import type { CapturedText, ContentRecord } from '../base/call.ts'
import { LIMITS } from '../base/limits.ts'
import type { Framing } from '../dialects/dialect.ts'
import { type CaptureFacts, redactedAnswer, redactedRequest } from './capture-redact.ts'

/** Watches what a call says, for a workspace that keeps it. Nothing of it is awaited by the call. */
export interface Capture {
  /** How the answer is framed, as its head says. */
  head(framing: Framing): void
  /** Bytes from the provider, before anything is restored in them. Copied, within a bound. */
  add(bytes: Uint8Array): void
  /** The call is over: what was seen is redacted a moment later, and handed to `keep`. */
  end(keep: (content: ContentRecord) => void, fail: (cause: unknown) => void): void
}

/** Bytes of requests and answers that all captures of this process hold, waiting for their calls to end or for their turn. */
let held = 0
/** Captures of this process that wait for their turn. */
let waiting = 0
/** True from the first capture that found too many waiting until all of them are done: told once, not for each. */
let isOverrun = false
/** One capture is redacted at a time: the calls under way have the rest of the core. */
let turn: Promise<void> = Promise.resolve()

/** Starts watching one admitted call. */
export function openCapture(facts: CaptureFacts): Capture {
  let pieces: Uint8Array[] = []
  let size = 0
  let kept = 0
  let framing: Framing = 'opaque'
  const asked = Buffer.byteLength(facts.request ?? '')
  const hasRoom = held + asked <= LIMITS.capturedHeldBytesMax
  // What is not counted must not be held either: nothing below may see the facts as they were given.
  const seen = hasRoom ? facts : { ...facts, request: undefined }
  const reserved = hasRoom ? asked : 0
  held += reserved
  return {
    head(found) {
      framing = found
    },
    add(bytes) {
      size += bytes.length
      const isFull =
        size > LIMITS.capturedAnswerBytesMax ||
        held + bytes.length > LIMITS.capturedHeldBytesMax ||
        kept < size - bytes.length
      if (framing === 'opaque' || isFull) return
      kept += bytes.length
      held += bytes.length
      // A copy: the provider's connection may use its memory again.
      pieces.push(bytes.slice())
    },
    end(keep, fail) {
      // Refusals cost a caller nothing, so that there may be more of them than can be looked through.
      if (waiting >= LIMITS.capturedWaitingMax) {
        if (!isOverrun) fail('too many captures wait: the next ones are not kept')
        isOverrun = true
        return release()
      }
      waiting++
      turn = turn
        .then(async () => {
          const answer = { bytes: Buffer.concat(pieces), framing, isWhole: kept === size }
          keep({
            exchangeId: seen.exchangeId,
            organizationId: seen.caller.organizationId,
            workspaceId: seen.caller.workspaceId,
            request: await capturedRequest(seen, asked),
            response: captured(await redactedAnswer(seen, answer), size, kept < size),
          })
        })
        // What cannot be redacted is not kept.
        .catch(fail)
        .finally(() => {
          waiting--
          if (waiting === 0) isOverrun = false
          release()
        })
    },
  }

  function release(): void {
    held -= kept + reserved
    pieces = []
  }
}

async function capturedRequest(
  facts: CaptureFacts,
  bytes: number,
): Promise<CapturedText | undefined> {
  if (facts.request === undefined) return bytes > 0 ? { text: '', bytes, isCut: true } : undefined
  const found = await redactedRequest(facts)
  if (!found?.isCut) return captured(found?.text)
  return captured(found.text, bytes, true)
}

/** A text within the bound of one side, with the size of the whole. */
function captured(text: string | undefined, bytes = 0, wasCut = false): CapturedText | undefined {
  if (text === undefined) return undefined
  const whole = Buffer.from(text)
  const isCut = whole.length > LIMITS.capturedBytesMax
  let end = LIMITS.capturedBytesMax
  // Not in the middle of a character.
  while (isCut && ((whole[end] ?? 0) & 0xc0) === 0x80) end--
  return {
    text: isCut ? whole.subarray(0, end).toString() : text,
    bytes: Math.max(bytes, whole.length),
    isCut: isCut || wasCut,
  }
}
