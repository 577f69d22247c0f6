import { and, asc, eq, getTableColumns, gt, ne, sql } from 'drizzle-orm'
import { newId } from '../base/id.ts'
import { LIMITS } from '../base/limits.ts'
import type { World } from '../base/world.ts'
import { appendAudit } from './audit.ts'
import type { Database, Orm } from './database.ts'
import type { Keyring } from './keyring.ts'
import { contextOf, openRow, type StoredSecret } from './secrets.ts'
import { providerSecrets, workspaces } from './tables.ts'

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
 * Wraps the data key of every provider secret with the master key, a batch per transaction, and says so in the audit
 * log of each organisation. The secrets themselves are not sealed anew, and calls go on meanwhile. What is done already
 * is left alone: a run that was cut short goes on where it stopped. Rows are locked in id order, as everywhere.
 */
export async function rewrapSecrets(
  { orm }: Database,
  keyring: Keyring,
  world: World,
  progress: (done: number) => void = () => {},
): Promise<Rewrapped> {
  const unreadable: string[] = []
  let rewrapped = 0
  let after: string | undefined = FIRST
  while (after !== undefined) {
    const from: string = after
    const done = await orm.transaction(async (batch) => rewrapBatch(batch, keyring, world, from))
    rewrapped += done.rewrapped
    unreadable.push(...done.unreadable)
    after = done.last
    progress(rewrapped)
  }
  return { rewrapped, unreadable }
}

type Row = StoredSecret & { readonly id: string }
type OwnedRow = Row & { readonly organizationId: string }

async function rewrapBatch(
  orm: Orm,
  keyring: Keyring,
  world: World,
  after: string,
): Promise<Rewrapped & { readonly last: string | undefined }> {
  const rows = await due(orm, keyring, after)
  const unreadable = rows.filter((row) => openRow(row, keyring) === undefined)
  const open = rows.filter((row) => !unreadable.includes(row))
  for (const row of open) {
    const { masterKeyId, wrappedKey } = keyring.rewrap(row, contextOf(row))
    await orm
      .update(providerSecrets)
      .set({ masterKeyId, wrappedKey })
      .where(eq(providerSecrets.id, row.id))
  }
  await record(orm, keyring, world, open)
  return {
    rewrapped: open.length,
    unreadable: unreadable.map((row) => `${row.workspaceId}/${row.name}`),
    last: rows.at(-1)?.id,
  }
}

function due(orm: Orm, keyring: Keyring, after: string): Promise<OwnedRow[]> {
  return orm
    .select({
      ...getTableColumns(providerSecrets),
      organizationId: workspaces.organizationId,
    })
    .from(providerSecrets)
    .innerJoin(workspaces, eq(workspaces.id, providerSecrets.workspaceId))
    .where(and(gt(providerSecrets.id, after), ne(providerSecrets.masterKeyId, keyring.id)))
    .orderBy(asc(providerSecrets.id))
    .limit(LIMITS.rewrapBatchMax)
    .for('update', { of: providerSecrets })
}

/** The heads of the chains are locked in id order too. */
async function record(
  orm: Orm,
  keyring: Keyring,
  world: World,
  rows: readonly OwnedRow[],
): Promise<void> {
  for (const organizationId of [...new Set(rows.map((row) => row.organizationId))].sort()) {
    const own = rows.filter((row) => row.organizationId === organizationId)
    const actor = {
      organizationId,
      keyId: undefined,
      keyShort: undefined,
      userId: undefined,
      requestId: newId(world),
    }
    await appendAudit(orm, world, actor, [
      {
        operation: 'rewrap_secrets',
        resource: { kind: 'master_key', id: keyring.id },
        details: { secrets: own.length },
      },
    ])
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
