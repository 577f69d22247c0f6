import { Database } from 'bun:sqlite'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** Held while one supervisor owns the data directory. */
export interface RunLock extends Disposable {
  release(): void
}

/**
 * Takes the data directory for this process; undefined when another one has it. The lock is the kernel's (held through SQLite's
 * exclusive transaction), so that it ends with its process however that ends, and no stale file can ever be left.
 */
export function takeRunLock(dataDir: string): RunLock | undefined {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const database = new Database(join(dataDir, 'up.lock'), { create: true })
  try {
    database.run('PRAGMA busy_timeout = 0')
    database.run('BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    if (cause instanceof Error && /locked|busy/i.test(cause.message)) return undefined
    throw cause
  }
  held.add(database)
  const release = (): void => {
    if (held.delete(database)) database.close()
  }
  return { release, [Symbol.dispose]: release }
}

/** A database that is collected as garbage is closed, and its lock with it. */
const held = new Set<Database>()
