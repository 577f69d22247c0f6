import type { World } from '../base/world.ts'
import { type AuditActor, type AuditFact, appendAudit } from './audit.ts'
import type { Database, TransactionSql } from './database.ts'

/** A change of the control plane under way. */
export interface Change {
  readonly sql: TransactionSql
  /** Says what is done; written with the change or not at all. */
  note(fact: AuditFact): void
}

/**
 * Runs a change and records it, in one transaction: no change without its audit row, no row without its change.
 * Whatever `run` throws undoes both.
 */
export async function change<T>(
  database: Database,
  world: World,
  actor: AuditActor,
  run: (change: Change) => Promise<T>,
): Promise<T> {
  const facts: AuditFact[] = []
  const results: { readonly value: T }[] = []
  await database.sql.begin(async (sql) => {
    results.push({ value: await run({ sql, note: (fact) => facts.push(fact) }) })
    await appendAudit(sql, world, actor, facts)
  })
  const [result] = results
  if (!result) throw new Error('a committed change gave no result')
  return result.value
}
