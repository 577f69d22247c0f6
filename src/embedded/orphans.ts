import { endProcess, isAlive } from './process-table.ts'
import { readRunFile, removeRunFile } from './run-file.ts'

/** Its workers end themselves when a supervisor dies; this long they may still be finishing calls. */
const GRACE_MS = 5_000

/**
 * Ends what a killed supervisor left behind on `dataDir`, so that nothing runs twice. Postgres is left running: the next start
 * adopts it. Gives the names of what was ended. Call it only while holding the run lock.
 */
export async function endOrphans(dataDir: string): Promise<string[]> {
  const run = readRunFile(dataDir)
  if (!run) return []
  const left = run.parts.filter((part) => part.name !== 'postgres' && isAlive(part))
  await Promise.all(left.map((part) => endProcess(part, GRACE_MS)))
  removeRunFile(dataDir)
  return left.map(({ name }) => name)
}
