import { and, asc, eq, gt, ne, sql } from 'drizzle-orm'
import { LIMITS } from '../base/limits.ts'
import type { Database, Orm } from './database.ts'
import type { Keyring } from './keyring.ts'
import { contextOf, openRow, type StoredSecret } from './secrets.ts'
import { providerSecrets } from './tables.ts'

/** Lower than every id. */
const FIRST = '00000000-0000-0000-0000-000000000000'

/** What a run did. */
export interface Rewrapped {
  /** Secrets whose data key the master key wraps now and did not before. */
  readonly rewrapped: number
  /** Those that none of the keys opens, as `<workspace id>/<name>`; left as they are. */
  readonly unreadable: readonly string[]
}

/**
 * Wraps the data key of every provider secret with the master key, a batch per transaction. The secrets themselves are
 * not sealed anew, so that calls go on meanwhile. What is done already is left alone: a run that was cut short goes on
 * where it stopped. Rows are locked in id order, as everywhere.
 */
export async function rewrapSecrets(
  { orm }: Database,
  keyring: Keyring,
  progress: (done: number) => void = () => {},
): Promise<Rewrapped> {
  const unreadable: string[] = []
  let rewrapped = 0
  let after: string | undefined = FIRST
  while (after !== undefined) {
    const from: string = after
    after = await orm.transaction(async (batch) => {
      const rows = await due(batch, keyring, from)
      for (const row of rows)
        if (await rewrapOne(batch, row, keyring)) rewrapped++
        else unreadable.push(`${row.workspaceId}/${row.name}`)
      return rows.at(-1)?.id
    })
    progress(rewrapped)
  }
  return { rewrapped, unreadable }
}

type Row = StoredSecret & { readonly id: string }

function due(orm: Orm, keyring: Keyring, after: string): Promise<Row[]> {
  return orm
    .select()
    .from(providerSecrets)
    .where(and(gt(providerSecrets.id, after), ne(providerSecrets.masterKeyId, keyring.id)))
    .orderBy(asc(providerSecrets.id))
    .limit(LIMITS.rewrapBatchMax)
    .for('update')
}

async function rewrapOne(orm: Orm, row: Row, keyring: Keyring): Promise<boolean> {
  try {
    const { masterKeyId, wrappedKey } = keyring.rewrap(row, contextOf(row))
    await orm
      .update(providerSecrets)
      .set({ masterKeyId, wrappedKey })
      .where(eq(providerSecrets.id, row.id))
    return true
  } catch (cause) {
    if (openRow(row, keyring) === undefined) return false
    throw cause
  }
}

/** Names every secret that this keyring cannot open, as `<workspace id>/<name>`; reads them a batch at a time. */
export async function unreadableSecrets(orm: Orm, keyring: Keyring): Promise<string[]> {
  const found: string[] = []
  let after: string | undefined = FIRST
  while (after !== undefined) {
    const rows: Row[] = await orm
      .select()
      .from(providerSecrets)
      .where(gt(providerSecrets.id, after))
      .orderBy(asc(providerSecrets.id))
      .limit(LIMITS.rewrapBatchMax)
    for (const row of rows)
      if (openRow(row, keyring) === undefined) found.push(`${row.workspaceId}/${row.name}`)
    after = rows.at(-1)?.id
  }
  return found
}

/** How many secrets another key still wraps: 0 means that the previous key may go. */
export async function secretsOfOtherKeys(orm: Orm, keyring: Keyring): Promise<number> {
  const [row] = await orm
    .select({ number: sql<number>`count(*)::int` })
    .from(providerSecrets)
    .where(ne(providerSecrets.masterKeyId, keyring.id))
  return row?.number ?? 0
}
