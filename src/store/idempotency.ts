import { and, eq, lt, sql } from 'drizzle-orm'
import type { Orm } from './database.ts'
import { idempotencyKeys } from './tables.ts'

/** An answer kept for repeats. */
export interface KeptAnswer {
  readonly fingerprint: Uint8Array
  readonly status: number
  readonly sealed: Uint8Array
}

/** Which answer: the gateway key that asked, and the SHA-256 of the name it gave. */
export interface AnswerName {
  readonly keyId: string
  readonly name: Uint8Array
}

/**
 * Takes the name for the running transaction. False when another transaction has it: the twin of this request is
 * under way.
 */
export async function claimAnswer(orm: Orm, { keyId, name }: AnswerName): Promise<boolean> {
  const lock = `${keyId}${Buffer.from(name).toString('hex')}`
  const rows = await orm.execute<{ taken: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended(${lock}, 5)) as taken`,
  )
  return rows[0]?.taken === true
}

/** The answer kept under a name, or undefined. */
export async function readAnswer(orm: Orm, of: AnswerName): Promise<KeptAnswer | undefined> {
  const [row] = await orm.select().from(idempotencyKeys).where(named(of))
  return row
}

/** Keeps an answer, in the transaction that made the change. */
export async function keepAnswer(orm: Orm, of: AnswerName, answer: KeptAnswer): Promise<void> {
  await orm.insert(idempotencyKeys).values({ ...of, ...answer })
}

/** Forgets answers older than a moment (epoch milliseconds). Gives their number. */
export async function forgetAnswers(orm: Orm, beforeMs: number): Promise<number> {
  const gone = await orm
    .delete(idempotencyKeys)
    .where(lt(idempotencyKeys.createdAt, new Date(beforeMs)))
    .returning({ keyId: idempotencyKeys.keyId })
  return gone.length
}

function named({ keyId, name }: AnswerName) {
  return and(eq(idempotencyKeys.keyId, keyId), eq(idempotencyKeys.name, name))
}
