import type { ExchangeEvent } from '../base/exchange.ts'
import { exchangeFromJson } from '../base/exchange-json.ts'
import type { AnySql, Database } from './database.ts'

/** An event that waits to be confirmed. */
export interface DueEvent {
  readonly exchangeId: string
  /** Undefined when the stored event cannot be read: park it. */
  readonly event: ExchangeEvent | undefined
  /** How often it was taken, this time included. */
  readonly attempts: number
}

export interface DueOptions {
  readonly limit: number
  /** Younger rows are left to the gateway, which publishes right after its commit; 0 takes all. */
  readonly olderThanMs: number
  /** A row published this long ago and still not confirmed is due again. */
  readonly republishAfterMs: number
}

/** How long a published event may stay unconfirmed before it is published again. */
export const REPUBLISH_AFTER_MS = 30_000

/**
 * Takes events that need publishing and marks them as published now, so that no other relay takes them before
 * `republishAfterMs` is over. Oldest first.
 */
export async function takeDue(database: Database, options: DueOptions): Promise<DueEvent[]> {
  const rows = await database.sql<{ exchange_id: string; event: unknown; attempts: number }[]>`
    with due as materialized (
      select exchange_id from outbox
       where parked_at is null
         and ((published_at is null
               and created_at <= now() - make_interval(secs => ${options.olderThanMs / 1000}))
              or published_at <= now() - make_interval(secs => ${options.republishAfterMs / 1000}))
       order by exchange_id limit ${options.limit} for update skip locked)
    update outbox o set published_at = now(), attempts = o.attempts + 1
      from due where o.exchange_id = due.exchange_id
    returning o.exchange_id, o.event, o.attempts`
  return rows
    .map((row) => ({
      exchangeId: row.exchange_id,
      event: readEvent(row.event),
      attempts: row.attempts,
    }))
    .sort((left, right) => (left.exchangeId < right.exchangeId ? -1 : 1))
}

/** Notes that the bus has these events, so that they are not published again soon. */
export async function markPublished(database: Database, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await database.sql`
    with published as materialized (
      select exchange_id from outbox where exchange_id = any(${[...ids]}::uuid[]) and published_at is null
       order by exchange_id for update)
    update outbox o set published_at = now(), attempts = o.attempts + 1
      from published where o.exchange_id = published.exchange_id`
}

/** The exporter has these for good: their rows go. Takes a transaction, to go with the exporter's own write. */
export async function confirm(sql: AnySql, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    with confirmed as materialized (
      select exchange_id from outbox where exchange_id = any(${[...ids]}::uuid[])
       order by exchange_id for update)
    delete from outbox o using confirmed where o.exchange_id = confirmed.exchange_id`
}

/** Sets an event aside that cannot be delivered; it stays for a person to look at. */
export async function park(database: Database, id: string, why: string): Promise<void> {
  await database.sql`
    update outbox set parked_at = now(), parked_why = ${why.slice(0, WHY_UNITS_MAX)}
     where exchange_id = ${id}`
}

/** The events that were set aside last, at most `limit`. */
export async function listParked(
  database: Database,
  limit: number,
): Promise<{ exchangeId: string; parkedAtMs: number; why: string }[]> {
  const rows = await database.sql<{ exchange_id: string; parked_ms: number; why: string | null }[]>`
    select exchange_id, (extract(epoch from parked_at) * 1000)::float8 as parked_ms, parked_why as why
      from outbox where parked_at is not null order by parked_at desc limit ${limit}`
  return rows.map((row) => ({
    exchangeId: row.exchange_id,
    parkedAtMs: row.parked_ms,
    why: row.why ?? '',
  }))
}

/** The parked events of one organisation, newest first, at most `limit`. */
export async function listParkedOf(
  database: Database,
  organizationId: string,
  limit: number,
): Promise<{ exchangeId: string; parkedAtMs: number; why: string }[]> {
  const rows = await database.sql<{ exchange_id: string; parked_ms: number; why: string | null }[]>`
    select exchange_id, (extract(epoch from parked_at) * 1000)::float8 as parked_ms, parked_why as why
      from outbox where parked_at is not null and event -> 'opened' ->> 'organizationId' = ${organizationId}
     order by parked_at desc limit ${limit}`
  return rows.map((row) => ({
    exchangeId: row.exchange_id,
    parkedAtMs: row.parked_ms,
    why: row.why ?? '',
  }))
}

/** Gives parked events another chance; all of them when no ids are given. Gives how many. */
export async function unpark(database: Database, ids?: readonly string[]): Promise<number> {
  const outcome = await database.sql`
    update outbox set parked_at = null, parked_why = null, published_at = null, attempts = 0
     where parked_at is not null
       and (${ids === undefined} or exchange_id = any(${[...(ids ?? [])]}::uuid[]))`
  return outcome.count
}

/** How many events wait and how many are parked. */
export async function outboxSize(
  database: Database,
): Promise<{ waiting: number; parked: number; oldestMs: number }> {
  const [row] = await database.sql<{ waiting: number; parked: number; oldest_ms: number }[]>`
    select count(*) filter (where parked_at is null)::int as waiting,
           count(*) filter (where parked_at is not null)::int as parked,
           coalesce(extract(epoch from now() - min(created_at) filter (where parked_at is null)) * 1000, 0)::float8
             as oldest_ms
      from outbox`
  return { waiting: row?.waiting ?? 0, parked: row?.parked ?? 0, oldestMs: row?.oldest_ms ?? 0 }
}

const WHY_UNITS_MAX = 500

function readEvent(value: unknown): ExchangeEvent | undefined {
  try {
    return exchangeFromJson(value)
  } catch {
    return undefined
  }
}
