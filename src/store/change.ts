import { PgDatabase, PgDialect } from 'drizzle-orm/pg-core'
import { PostgresJsSession } from 'drizzle-orm/postgres-js'
import type { World } from '../base/world.ts'
import { type AuditActor, type AuditFact, appendAudit } from './audit.ts'
import type { Database, Orm, Sql, TransactionSql } from './database.ts'

/** A change of the control plane under way: one transaction, for both ways of writing statements. */
export interface Change {
  readonly orm: Orm
  readonly sql: TransactionSql
  /** Says what is done; written with the change or not at all. */
  note(fact: AuditFact): void
}

const DIALECT = new PgDialect()

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
    const orm = ormOf(sql)
    results.push({ value: await run({ orm, sql, note: (fact) => facts.push(fact) }) })
    await appendAudit(orm, world, actor, facts)
  })
  const [result] = results
  if (!result) throw new Error('a committed change gave no result')
  return result.value
}

/** The query builder over a running transaction. */
function ormOf(sql: TransactionSql): Orm {
  // The builder's session only calls `unsafe`, which a transaction has; its types ask for the whole client.
  const client = sql as unknown as Sql
  return new PgDatabase(DIALECT, new PostgresJsSession(client, DIALECT, undefined), undefined)
}
