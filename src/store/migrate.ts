import { join } from 'node:path'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import type { World } from '../base/world.ts'
import { type Database, openDatabase } from './database.ts'

/** What a run did. */
export interface Migrated {
  /** How many migrations were applied now; 0 when the schema was current. */
  readonly applied: number
  /** How many this program knows. */
  readonly known: number
}

/** The numbered SQL files, relative to the top of the project. */
const FOLDER = join(import.meta.dir, '..', '..', 'migrations')
/** Any fixed number: who holds this lock in the database is migrating. */
const LOCK = 5_174_938_201
/** A long index build is legal, a stuck one is not. */
const MIGRATION_MS = 600_000

/**
 * Brings the schema up to date, one runner at a time: the others wait and find it done. Throws
 * an error with a fix when the database was migrated by a newer or different program, before changing anything.
 */
export async function migrate(
  url: string,
  world: World,
  folder: string = FOLDER,
): Promise<Migrated> {
  // One connection, so that the advisory lock and the migrator share a session.
  const name = 'sluice-migrate'
  const database = openDatabase({ url, world, poolSize: 1, name, queryMs: MIGRATION_MS })
  try {
    await database.sql`select pg_advisory_lock(${LOCK})`
    const files = readMigrationFiles({ migrationsFolder: folder })
    const before = await appliedHashes(database)
    refuseUnknown(before, files)
    await runMigrations(drizzle(database.sql), { migrationsFolder: folder })
    const after = await appliedHashes(database)
    const skipped = files.filter((file) => !after.has(file.hash)).length
    if (skipped > 0)
      throw new Error(
        `${skipped} migrations were skipped: their dates are older than the newest one applied.`,
      )
    return { applied: after.size - before.size, known: files.length }
  } finally {
    // Ending the session also gives the lock back.
    await database.close()
  }
}

/** What is missing, without changing anything. Throws as {@link migrate} does. */
export async function pendingMigrations(
  database: Database,
  folder: string = FOLDER,
): Promise<number> {
  const files = readMigrationFiles({ migrationsFolder: folder })
  const applied = await appliedHashes(database)
  refuseUnknown(applied, files)
  return files.filter((file) => !applied.has(file.hash)).length
}

/** The hashes of the migrations that this database has. */
export async function appliedHashes({ sql }: Database): Promise<Set<string>> {
  const [found] = await sql<{ there: boolean }[]>`
    select to_regclass('drizzle.__drizzle_migrations') is not null as there`
  if (!found?.there) return new Set()
  const rows = await sql<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations`
  return new Set(rows.map((row) => row.hash))
}

function refuseUnknown(applied: ReadonlySet<string>, files: readonly { hash: string }[]): void {
  const known = new Set(files.map((file) => file.hash))
  const unknown = [...applied].filter((hash) => !known.has(hash)).length
  if (unknown === 0) return
  throw new Error(
    `The database holds ${unknown} migration(s) that this version of Sluice does not know.\n` +
      'Fix: start the newer version that made them, or use another database.',
  )
}
