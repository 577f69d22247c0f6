import type { World } from '../base/world.ts'
import type { Database } from '../store/database.ts'
import { pendingMigrations } from '../store/migrate.ts'
import type { Finding } from './doctor-machine.ts'

const SERVER_VERSION_MIN = 150_000
/** Windows of caps begin by the database's clock, expiry of keys by ours: a second is already much. */
const SKEW_MS_MAX = 2_000
/** Gateway process: 10 + 3; exporter: 6; and a few for people. */
const CONNECTIONS_MIN = 40

interface Told {
  readonly number: number
  readonly version: string
  readonly fsync: string
  readonly full_page_writes: string
  readonly synchronous_commit: string
  readonly max_connections: number
  readonly now_ms: number
}

/** Version, durability, room for connections, clock and schema of a database that answers. */
export async function databaseFindings(
  database: Database,
  world: World,
  where: string,
): Promise<Finding[]> {
  const before = world.clock.now()
  const [row] = await database.sql<Told[]>`
    select current_setting('server_version_num')::int as number,
           current_setting('server_version') as version,
           current_setting('fsync') as fsync,
           current_setting('full_page_writes') as full_page_writes,
           current_setting('synchronous_commit') as synchronous_commit,
           current_setting('max_connections')::int as max_connections,
           extract(epoch from clock_timestamp())::float8 * 1000 as now_ms`
  if (!row) return [{ name: 'database', state: 'problem', says: `${where}: gave no answer` }]
  const says = `PostgreSQL ${row.version}, ${where}`
  if (row.number < SERVER_VERSION_MIN)
    return [{ name: 'database', state: 'problem', says, fix: 'use PostgreSQL 15 or newer' }]
  const pending = await pendingMigrations(database)
  return [
    { name: 'database', state: 'ok', says },
    durability(row),
    connections(row),
    clockFinding(row, before, world.clock.now()),
    {
      name: 'migrations',
      state: pending === 0 ? 'ok' : 'note',
      says: pending === 0 ? 'current' : `${pending} to apply; npm start or sluice migrate does it`,
    },
  ]
}

/** What the ledger says is spent must be on the disk: else a crash gives money back that is gone. */
function durability(row: Told): Finding {
  const name = 'durability'
  const off = (['fsync', 'full_page_writes', 'synchronous_commit'] as const).filter(
    (each) => row[each] === 'off',
  )
  if (off.length === 0) return { name, state: 'ok', says: 'fsync on, commits wait for the disk' }
  return {
    name,
    state: 'problem',
    says: `${off.join(', ')} off: a crash of the database can lose settled spend`,
    fix: off.map((each) => `alter system set ${each} = on`).join('; '),
  }
}

function connections({ max_connections: most }: Told): Finding {
  const name = 'connections'
  if (most >= CONNECTIONS_MIN) return { name, state: 'ok', says: `at most ${most}` }
  const fix = 'raise max_connections: 13 for each gateway process, 6 for each exporter'
  return { name, state: 'note', says: `at most ${most}, which is few`, fix }
}

function clockFinding({ now_ms: theirs }: Told, before: number, after: number): Finding {
  const name = 'database clock'
  // Its time was read between our two readings.
  const skew = theirs < before ? before - theirs : theirs > after ? theirs - after : 0
  const says = `${(skew / 1000).toFixed(1)} s apart from this one`
  if (skew <= SKEW_MS_MAX) return { name, state: 'ok', says }
  return { name, state: 'problem', says, fix: 'keep both clocks by NTP (timedatectl set-ntp true)' }
}
