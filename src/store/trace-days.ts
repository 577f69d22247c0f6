import type { World } from '../base/world.ts'
import type { AnySql, Database } from './database.ts'

/** How long traces are kept, in whole days (UTC) beside today; undefined = for ever. */
export interface TraceRetention {
  readonly traceDays: number | undefined
  /** Of captured content; never longer than the traces themselves. */
  readonly contentDays: number | undefined
}

/** What {@link keepTraceDays} did, in tables. */
export interface TraceDays {
  readonly made: number
  readonly dropped: number
}

/** The tables that are partitioned into days. */
const TABLES = ['runs', 'spans', 'run_contents'] as const
/** Made ahead, so that an exporter that is down for a weekend costs nothing; yesterday's is for what comes late. */
const DAYS_AHEAD = 3
/** Days that wait in a rest and get their table at once; an import of years takes several turns. */
const WAITING_MAX = 400
const DAY_MS = 86_400_000

/**
 * Makes the days to come and those that wait in the rest, and drops the days past their time. Short locks, one table each: a
 * lock that is not to be had in two seconds is left for the next turn (the statement fails with SQLSTATE 55P03).
 * Any number of exporters may do it at once.
 */
export async function keepTraceDays(
  database: Database,
  world: World,
  retention: TraceRetention,
): Promise<TraceDays> {
  const today = world.clock.now()
  const { traceDays, contentDays } = retention
  const shorter =
    contentDays === undefined ? traceDays : Math.min(contentDays, traceDays ?? Infinity)
  const counts = { made: 0, dropped: 0 }
  for (const table of TABLES) {
    const kept = table === 'run_contents' ? shorter : traceDays
    const first = kept === undefined ? undefined : dateOf(today - kept * DAY_MS)
    if (first !== undefined) counts.dropped += await dropBefore(database, table, first)
    for (const day of await wantedDays(database, table, today, first))
      if (await addDay(database, table, day)) counts.made++
  }
  if (shorter !== undefined)
    await database.sql`delete from content_days where day < ${dateOf(today - shorter * DAY_MS)}`
  return counts
}

async function wantedDays(
  database: Database,
  table: (typeof TABLES)[number],
  today: number,
  first: string | undefined,
): Promise<string[]> {
  const { sql } = database
  const key = sql(table === 'runs' ? 'id' : 'exchange_id')
  // Ids that are no UUIDv7 of the past stay in the rest: each day is a table.
  const waiting = await sql<{ day: string }[]>`
    select distinct trace_day_of(${key})::text as day from trace_days.${sql(`${table}_rest`)}
     where ${key} >= trace_day_floor(${first ?? dateOf(today - WAITING_MAX * DAY_MS)}::date)
       and ${key} < trace_day_floor(${dateOf(today)}::date) limit ${WAITING_MAX}`
  const ahead = Array.from({ length: DAYS_AHEAD + 2 }, (_, index) =>
    dateOf(today + (index - 1) * DAY_MS),
  )
  return [...new Set([...waiting.map(({ day }) => day), ...ahead])].filter(
    (day) => first === undefined || day >= first,
  )
}

function addDay(database: Database, table: string, day: string): Promise<boolean> {
  return database.sql.begin(async (sql) => {
    await lock(sql)
    const [row] = await sql<{ made: boolean }[]>`
      select trace_day_add(${table}, ${day}::date) as made`
    return row?.made ?? false
  })
}

function dropBefore(database: Database, table: string, first: string): Promise<number> {
  return database.sql.begin(async (sql) => {
    await lock(sql)
    const [row] = await sql<{ dropped: number }[]>`
      select trace_days_drop(${table}, ${first}::date) as dropped`
    return row?.dropped ?? 0
  })
}

/** Any fixed number: who holds this lock in the database changes days; others find the work done. */
const LOCK = 5_174_938_202

async function lock(sql: AnySql): Promise<void> {
  await sql`set local lock_timeout = '2s'`
  await sql`select pg_advisory_xact_lock(${LOCK})`
}

/** A day of the UTC calendar, `2026-11-22`. */
function dateOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10)
}
