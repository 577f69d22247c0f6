import { createHash, createHmac } from 'node:crypto'
import { Failure } from '../base/failure.ts'
import { type Change, change } from '../store/change.ts'
import {
  type AnswerName,
  claimAnswer,
  forgetAnswers,
  keepAnswer,
  readAnswer,
} from '../store/idempotency.ts'
import { sqlState } from '../store/store-failure.ts'
import type { Answer, Call } from './route.ts'
import { openText, sealText } from './sealed-text.ts'

/** A client that retries does so within minutes; a day covers a queue that was stuck over night. */
const KEPT_MS = 24 * 60 * 60 * 1000
const NAME = /^[\x21-\x7e]{1,255}$/

/**
 * Runs a change for a route: in one transaction the change, its audit rows and, when the caller named the attempt
 * with `Idempotency-Key`, the answer to repeat. The same name with the same request repeats the answer; with another
 * request it is `unprocessable`; while the first is under way it is `conflict`. Nothing is kept of a change that failed.
 */
export async function write(
  call: Call<unknown, unknown, unknown>,
  run: (change: Change) => Promise<Answer>,
): Promise<Answer> {
  const { deps, caller } = call
  const actor = {
    organizationId: caller.organizationId,
    keyId: caller.key.id,
    keyShort: caller.key.short,
    userId: caller.key.userId,
    requestId: call.requestId,
  }
  const attempt = attemptOf(call)
  try {
    return await change(deps.database, deps.world, actor, async (under) => {
      if (!attempt) return await run(under)
      const kept = await repeat(under, attempt, deps.world.clock.now())
      if (kept) return kept
      const answer = await run(under)
      const text = answer.body === undefined ? '' : JSON.stringify(answer.body)
      await keepAnswer(under.orm, attempt.name, {
        fingerprint: attempt.fingerprint,
        status: answer.status,
        sealed: sealText(attempt.sealingKey, text),
      })
      return answer
    })
  } catch (cause) {
    throw asConflict(cause)
  }
}

interface Attempt {
  readonly name: AnswerName
  readonly fingerprint: Uint8Array
  /** From the caller's own token: an answer may hold a new key, and the database must not be able to read it. */
  readonly sealingKey: Uint8Array
}

function attemptOf(call: Call<unknown, unknown, unknown>): Attempt | undefined {
  const given = call.method === 'POST' ? call.headers.get('idempotency-key') : null
  if (given === null) return undefined
  if (!NAME.test(given))
    throw new Failure('invalid_request', {
      says: 'Idempotency-Key must be 1 to 255 printable characters.',
    })
  const tenant = call.caller.workspaceId
  return {
    name: { keyId: call.caller.key.id, name: sha256(given) },
    fingerprint: sha256(`${call.path}\n${tenant}\n${JSON.stringify(call.body) ?? ''}`),
    sealingKey: createHmac('sha256', call.token.reveal()).update('sluice answer').digest(),
  }
}

async function repeat(
  { orm }: Change,
  attempt: Attempt,
  nowMs: number,
): Promise<Answer | undefined> {
  if (!(await claimAnswer(orm, attempt.name)))
    throw new Failure('conflict', {
      says: 'A request with this Idempotency-Key is under way.',
      retryAfterMs: 1000,
    })
  await forgetAnswers(orm, nowMs - KEPT_MS)
  const kept = await readAnswer(orm, attempt.name)
  if (!kept) return undefined
  if (Buffer.compare(kept.fingerprint, attempt.fingerprint) !== 0)
    throw new Failure('unprocessable', {
      says: 'This Idempotency-Key was used for another request.',
    })
  const text = openText(attempt.sealingKey, kept.sealed)
  const headers = { 'idempotent-replayed': 'true' }
  return kept.status === 204
    ? { status: 204, headers }
    : { status: kept.status === 201 ? 201 : 200, text, headers }
}

/** A `conflict` for what the database refused because of what is already there; anything else as it came. */
export function asConflict(cause: unknown): unknown {
  switch (sqlState(cause)) {
    case '23505':
      return new Failure('conflict', { says: 'There is one like it already.', inside: cause })
    case '23503':
      return new Failure('conflict', { says: 'It is still in use.', inside: cause })
    case '40001':
    case '40P01':
      return new Failure('conflict', {
        says: 'Another change was made at the same time: try again.',
        retryAfterMs: 1000,
        inside: cause,
      })
    default:
      return cause
  }
}

function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}
