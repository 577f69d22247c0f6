import { createInbox, headers, type Msg, type NatsConnection } from 'nats'
import { isJsonObject, member, numberMember, textMember } from '../base/json.ts'
import type { Clock } from '../base/world.ts'
import { ANSWER_MS } from './nats-streams.ts'

/** What the server said to one message; `code` is its own error code, 503 where nobody listens, undefined without an answer. */
export type PublishAnswer =
  | { readonly isStored: true }
  | { readonly isStored: false; readonly code: number | undefined; readonly reason: string }

/** Publishes over one connection and tells what became of each message. */
export interface Publisher {
  /** Never rejects, and ends by a deadline of its own. The server keeps one of several messages with the same `id`. */
  publish(subject: string, id: string, bytes: Uint8Array): Promise<PublishAnswer>
  /** The connection is lost: nothing under way will be answered any more. */
  giveUp(): void
}

/** Messages under way: more than all spools together send at once. */
const UNDER_WAY_MAX = 2_048
const MESSAGE_ID = 'Nats-Msg-Id'
const STORED: PublishAnswer = { isStored: true }
const LOST = refusal('the connection was lost')

interface Waiting {
  readonly untilMs: number
  readonly resolve: (answer: PublishAnswer) => void
}

/**
 * The library's own publish makes for every message a timer, a race of promises, an inbox name and an object of headers, which
 * costs ten times as much as sending it. Here one subscription takes all answers, and one timer watches over the oldest.
 */
export function openPublisher(nc: NatsConnection, clock: Clock): Publisher {
  const inbox = createInbox()
  /** In the order of their deadlines, because all wait equally long. */
  const waiting = new Map<string, Waiting>()
  // One object for all: it is written out before `publish` returns.
  const about = headers()
  let counter = 0
  let isWatched = false
  nc.subscribe(`${inbox}.*`, {
    callback(fault, message) {
      if (fault) return giveUp()
      end(message.subject.slice(inbox.length + 1), answerIn(message))
    },
  })

  function end(token: string, answer: PublishAnswer): void {
    const found = waiting.get(token)
    waiting.delete(token)
    found?.resolve(answer)
  }

  function giveUp(): void {
    for (const token of [...waiting.keys()]) end(token, LOST)
  }

  function watchIn(delayMs: number): void {
    isWatched = true
    clock.after(delayMs, watch)
  }

  function watch(): void {
    isWatched = false
    const now = clock.monotonic()
    for (const [token, { untilMs }] of waiting) {
      if (untilMs > now) {
        watchIn(untilMs - now)
        return
      }
      end(token, refusal('no answer in time'))
    }
  }

  return {
    giveUp,
    publish(subject, id, bytes) {
      if (waiting.size >= UNDER_WAY_MAX) return Promise.resolve(refusal('too many under way'))
      const token = (counter++).toString(36)
      about.set(MESSAGE_ID, id)
      try {
        nc.publish(subject, bytes, { reply: `${inbox}.${token}`, headers: about })
      } catch (cause) {
        return Promise.resolve(refusal(String(cause)))
      }
      if (!isWatched) watchIn(ANSWER_MS)
      return new Promise((resolve) => {
        waiting.set(token, { untilMs: clock.monotonic() + ANSWER_MS, resolve })
      })
    },
  }
}

const decoder = new TextDecoder()

/** Reads the answer of a bus stream: its name and a sequence, or an error with a code and a description. */
function answerIn(message: Msg): PublishAnswer {
  if (message.data.length === 0) return refusal('an empty answer', message.headers?.code)
  try {
    const answer: unknown = JSON.parse(decoder.decode(message.data))
    const fault = member(answer, 'error')
    if (isJsonObject(fault))
      return refusal(textMember(fault, 'description') ?? 'refused', numberMember(fault, 'err_code'))
    return textMember(answer, 'stream') ? STORED : refusal('not an answer')
  } catch {
    return refusal('not an answer')
  }
}

function refusal(reason: string, code?: number): PublishAnswer {
  return { isStored: false, code, reason }
}
