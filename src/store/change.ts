import type { World } from '../base/world.ts'
import { type AuditActor, type AuditFact, appendAudit } from './audit.ts'
import type { Database, Orm } from './database.ts'

/** A change of the control plane under way. */
export interface Change {
  readonly orm: Orm
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
  return await database.orm.transaction(async (orm) => {
    const result = await run({ orm, note: (fact) => facts.push(fact) })
    await appendAudit(orm, world, actor, facts)
    return result
  })
}
