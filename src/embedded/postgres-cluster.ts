import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Finished, finish } from './postgres-account.ts'
import { diskFault, postgresFault } from './postgres-fault.ts'
import type { Place } from './postgres-place.ts'
import type { Runtime } from './postgres-runtime.ts'

/** The owner of everything in the embedded server. */
export const USER = 'sluice'
/** The database the gateway uses. */
export const DATABASE = 'sluice'

/**
 * Creates the cluster and its database beside its final place and renames it there when it is complete: a start
 * that is killed half-way leaves nothing that looks like a database.
 */
export async function createCluster(runtime: Runtime, place: Place): Promise<void> {
  const draft = `${place.pgdata}.new-${randomBytes(6).toString('hex')}`
  try {
    mkdirSync(draft, { recursive: true, mode: 0o700 })
    if (place.account.kind === 'account') chownSync(draft, place.account.uid, place.account.gid)
    check(await finish(place.account, runtime.initdb, INITDB(draft)), place)
    // Single-user mode: the database exists before anybody can connect.
    const create = `create database ${DATABASE} owner ${USER};\n`
    // `-F`: syncing half a database saves nothing, because a start that was cut short begins anew.
    const single = ['--single', '-F', '-D', draft, 'postgres']
    check(await finish(place.account, runtime.postgres, single, create), place)
    // initdb leaves an empty directory it is given; a rename over another complete cluster must not happen.
    if (!existsSync(join(place.pgdata, 'PG_VERSION'))) renameSync(draft, place.pgdata)
  } catch (cause) {
    throw diskFault(cause, place.copyDir)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** `--no-sync` saves seconds at the first start; the server itself runs with fsync on. */
const INITDB = (pgdata: string): string[] => [
  '-D',
  pgdata,
  `--username=${USER}`,
  '--auth-local=trust',
  '--auth-host=reject',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--no-sync',
  '--no-instructions',
]

function check(outcome: Finished, place: Place): void {
  if (outcome.code === 0) return
  const said = outcome.error?.message ?? outcome.output.slice(-2_000)
  if (/No space left/.test(said))
    throw postgresFault(
      `No space left for the embedded PostgreSQL in ${place.copyDir}.`,
      'free some disk space (about 300 MB) or set SLUICE_DATA_DIR to a larger disk',
    )
  throw postgresFault(
    `The embedded database could not be created: ${said}`,
    'check the data directory, or set DATABASE_URL to a PostgreSQL 15 or newer',
  )
}
