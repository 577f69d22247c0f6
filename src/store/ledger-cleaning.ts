import { firstIdAt } from '../base/id.ts'
import type { World } from '../base/world.ts'
import type { Database, TransactionSql } from './database.ts'

/** What one cleaning took away, in rows. */
export interface Cleaned {
  /** Ended holds, with their entries. */
  readonly holds: number
  /** Ended calls' rows; their traces have a time of their own. */
  readonly exchanges: number
  /** Accounts of windows that ended. */
  readonly accounts: number
  /** Meters and deleted policies that nothing names any more. */
  readonly meters: number
  readonly policies: number
  /** Hourly sums. */
  readonly hours: number
  /** Defaults' children whose key, user or workspace is gone. */
  readonly children: number
}

export interface CleaningOptions {
  /** How long holds, entries and calls are kept: the archive window. At least {@link LEDGER_DAYS_MIN}. */
  readonly keepDays: number
  readonly batchMax?: number
  /** A cleaning ends by then, whatever is left; the next goes on. */
  readonly budgetMs?: number
}

/** No window is longer than 31 days, and a late truth must still find its hold. */
export const LEDGER_DAYS_MIN = 40
/** Rows of one statement: some ten milliseconds. */
const BATCH_MAX = 1_000
const BUDGET_MS = 60_000
/** Accounts of minutes and hours are many, and nobody looks back at them. */
const SHORT_WINDOWS_KEPT_DAYS = 7
/** Reports reach this far back. */
const HOURS_KEPT_DAYS_MIN = 800
const DAY_MS = 86_400_000

/**
 * Takes away what the ledger needs no more, in small batches that wait for nobody: any number of exporters may clean at once, and no call
 * notices. Never touched: live holds and expired ones whose truth never came, with all that names them; anything of
 * a window that runs; hourly sums before their time. So every sum that policies and reports show stays the same.
 */
export async function cleanLedger(
  database: Database,
  world: World,
  options: CleaningOptions,
): Promise<Cleaned> {
  const { batchMax = BATCH_MAX, budgetMs = BUDGET_MS } = options
  const keepDays = Math.max(options.keepDays, LEDGER_DAYS_MIN)
  const untilMs = world.clock.monotonic() + budgetMs
  const { sql } = database
  const bound = firstIdAt(world.clock.now() - keepDays * DAY_MS)
  const until = async (run: (limit: number) => Promise<number>): Promise<number> => {
    let total = 0
    while (world.clock.monotonic() < untilMs) {
      const count = await run(batchMax)
      total += count
      if (count < batchMax) break
    }
    return total
  }
  return {
    children: await until((limit) => sql.begin((own) => dropOrphans(own, limit))),
    holds: await until((limit) => sql.begin((own) => dropHolds(own, bound, keepDays, limit))),
    exchanges: await until(async (limit) => {
      const { count } = await sql`
        delete from exchanges where id in (
          select e.id from exchanges e
           where e.id < ${bound} and e.ended_at < now() - make_interval(days => ${keepDays})
             and not exists (select 1 from ledger_holds h where h.id = e.id)
             and not exists (select 1 from outbox o where o.exchange_id = e.id)
           order by e.id limit ${limit} for update of e skip locked)`
      return count
    }),
    accounts: await until(async (limit) => {
      const { count } = await sql`
        delete from ledger_accounts a using (
          select a.meter_id, a.starts_at from ledger_accounts a join ledger_meters m on m.id = a.meter_id
           where a.pending = 0 and a.expired = 0
             and a.starts_at + ('1 ' || m."window")::interval < now() - make_interval(days =>
                 case when m."window" in ('minute', 'hour') then ${SHORT_WINDOWS_KEPT_DAYS}::int else ${keepDays}::int end)
           order by a.meter_id, a.starts_at limit ${limit} for update of a skip locked) old
         where a.meter_id = old.meter_id and a.starts_at = old.starts_at`
      return count
    }),
    meters: await until(async (limit) => {
      const { count } = await sql`
        with open as materialized (
          select distinct u.id from ledger_holds h cross join lateral unnest(h.meters) u(id) where h.state < 2)
        delete from ledger_meters where id in (
          select m.id from ledger_meters m
           where m.retired and not exists (select 1 from ledger_accounts a where a.meter_id = m.id)
             and m.id not in (select id from open)
           order by m.id limit ${limit} for update of m skip locked)`
      return count
    }),
    policies: await until(async (limit) => {
      const { count } = await sql`
        delete from policies where id in (
          select p.id from policies p
           where p.deleted_at < now() - make_interval(days => ${keepDays})
             and not exists (select 1 from ledger_meters m where m.policy_id = p.id)
             and not exists (select 1 from policies c where c.parent_policy_id = p.id)
           order by p.id limit ${limit} for update of p skip locked)`
      return count
    }),
    hours: await until(async (limit) => {
      const days = Math.max(keepDays, HOURS_KEPT_DAYS_MIN)
      const { count } = await sql`
        delete from ledger_hours o using (
          select subject_id, hour from ledger_hours where hour < now() - make_interval(days => ${days}::int)
           order by hour, subject_id limit ${limit} for update skip locked) old
         where o.subject_id = old.subject_id and o.hour = old.hour`
      return count
    }),
  }
}

/** Old ended holds with their entries. The switch opens the entries' trigger for this transaction; a second one checks each row. */
async function dropHolds(
  sql: TransactionSql,
  bound: string,
  keepDays: number,
  limit: number,
): Promise<number> {
  await sql`select set_config('sluice.cleaning', 'on', true)`
  const { count } = await sql`
    with old as materialized (
      select id from ledger_holds
       where id < ${bound} and state >= 2 and ended_at < now() - make_interval(days => ${keepDays})
       order by id limit ${limit} for update skip locked),
    gone as (delete from ledger_entries e using old where e.hold_id = old.id)
    delete from ledger_holds h using old where h.id = old.id`
  return count
}

/**
 * Children made by defaults for keys, users and workspaces that are gone: deleted as an administrator would, so that no list shows
 * them. Versions are taken in order, before anything else, as every change of policies does.
 */
async function dropOrphans(sql: TransactionSql, limit: number): Promise<number> {
  const orphans = await sql<{ id: string; organization_id: string }[]>`
    select c.id, c.organization_id from policies c
     where c.parent_policy_id is not null and c.deleted_at is null and exists (
       select 1 from jsonb_array_elements(c.matchers) m where case m ->> 'key'
         when 'api_key_id' then not exists (select 1 from gateway_keys k where k.id::text = m ->> 'value')
         when 'workspace_id' then not exists (select 1 from workspaces w where w.id::text = m ->> 'value')
         when 'user_id' then not exists (select 1 from org_memberships o where o.user_id::text = m ->> 'value'
              and o.organization_id = c.organization_id)
         else false end)
     order by c.organization_id, c.id limit ${limit}`
  if (orphans.length === 0) return 0
  const ids = orphans.map(({ id }) => id)
  const organizations = [...new Set(orphans.map((each) => each.organization_id))].sort()
  await sql`select ledger_versions_exclusive(${organizations}::uuid[])`
  await sql`update policy_versions set version = version + 1 where organization_id = any(${organizations}::uuid[])`
  const { count } = await sql`
    update policies set deleted_at = now(), updated_at = now()
     where id = any(${ids}::uuid[]) and deleted_at is null and parent_policy_id is not null`
  await sql`
    update ledger_meters m set retired = true, limit_value = null from policies p
     where p.id = any(${ids}::uuid[]) and p.deleted_at is not null and m.policy_id = p.id`
  return count
}
