import type { Secret } from '../base/secret.ts'
import { type Fetch, post } from './http.ts'
import { signatureOf } from './signature.ts'
import { SinkAway } from './sink.ts'

/** Where people want to be told of something: a signed webhook. */
export interface Hook {
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  /** Signs each body; the receiver checks `x-sluice-signature: sha256=<hex>`. */
  readonly secret: Secret | undefined
}

/** One thing to tell, taken from a queue that puts it off by itself until one of the two is called. */
export interface Telling {
  /** This attempt included. */
  readonly attempts: number
  /** JSON; its `id` is the same on every attempt, by which hooks drop repeats. */
  readonly body: unknown
  readonly hooks: readonly Hook[]
  /** Nothing more to do: told, or given up with `failure` as the last word. */
  finish(failure?: string): Promise<void>
  putOff(delayMs: number, failure: string): Promise<void>
}

const ATTEMPTS_MAX = 4
const RETRY_MS = 10_000
const ANSWER_MS = 20_000

/** How long a queue must leave a taken row alone: longer than all hooks together may take. */
export function takenForMs(hooks: number, retryMs = RETRY_MS): number {
  return Math.max(retryMs, ANSWER_MS * (hooks + 1))
}

/**
 * Posts one thing to its hooks: until all of them took it, four times at most, with pauses that grow fourfold from `retryMs`. What may
 * pass (no answer, 408, 425, 429, 5xx) is tried again, the rest is final. Gives the failure with which it was given up.
 */
export async function tellHooks(
  telling: Telling,
  fetch: Fetch,
  retryMs = RETRY_MS,
): Promise<string | undefined> {
  const body = Buffer.from(JSON.stringify(telling.body))
  const faults = await Promise.all(telling.hooks.map((hook) => send(hook, body, fetch)))
  const away = faults.find((fault) => fault instanceof SinkAway)
  const final = faults.find((fault) => fault !== undefined && !(fault instanceof SinkAway))
  if (away !== undefined && telling.attempts < ATTEMPTS_MAX) {
    await telling.putOff(retryMs * 4 ** (telling.attempts - 1), away.message)
    return undefined
  }
  const failure = (away ?? final)?.message
  await telling.finish(failure)
  return failure
}

/** The fault, or undefined when the hook took it. */
async function send(
  hook: Hook,
  body: Uint8Array<ArrayBuffer>,
  fetch: Fetch,
): Promise<Error | undefined> {
  const headers = {
    'content-type': 'application/json',
    ...hook.headers,
    ...signatureOf(hook.secret, body),
  }
  try {
    await post(fetch, hook.endpoint, headers, body, ANSWER_MS)
    return undefined
  } catch (cause) {
    return cause instanceof Error ? cause : new Error(String(cause))
  }
}
