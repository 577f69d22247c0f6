import type { Database } from './database.ts'

/** What operators watch of the ledger: money set aside, and the caps that are nearest to their end. */
export interface LedgerGauges {
  /** Live holds. */
  readonly holds: number
  readonly reservedNanos: bigint
  /** Age of the oldest live hold, milliseconds; one much older than its lifetime would be a leak. */
  readonly oldestHoldMs: number
  readonly caps: readonly {
    readonly policyId: string
    readonly policyName: string
    readonly window: string
    /** Share of the limit that is left: 0 when nothing is, negative when bills went past it. */
    readonly remaining: number
  }[]
}

/** Reads the gauges; at most `capsMax` caps, the most used first. Cheap: live holds have an index of their own. */
export async function readLedgerGauges(database: Database, capsMax: number): Promise<LedgerGauges> {
  const { sql } = database
  const [holds] = await sql<{ live: number; reserved: bigint; oldest_ms: number }[]>`
    select count(*)::int as live, coalesce(sum(held_nanos), 0)::bigint as reserved,
           coalesce(extract(epoch from now() - min(reserved_at)) * 1000, 0)::float8 as oldest_ms
      from ledger_holds where state < 2 and state = 0`
  const caps = await sql<{ policy_id: string; name: string; window: string; remaining: number }[]>`
    select p.id as policy_id, p.name, m."window",
           (m.limit_value - a.posted - a.overage - a.expired - a.pending)::float8 / m.limit_value as remaining
      from ledger_meters m
      join policies p on p.id = m.policy_id and p.deleted_at is null
      join ledger_accounts a on a.meter_id = m.id and a.starts_at = ledger_start(m."window", now())
     where not m.retired and m.limit_value > 0
     order by remaining limit ${capsMax}`
  return {
    holds: holds?.live ?? 0,
    reservedNanos: holds?.reserved ?? 0n,
    oldestHoldMs: holds?.oldest_ms ?? 0,
    caps: caps.map((row) => ({
      policyId: row.policy_id,
      policyName: row.name,
      window: row.window,
      remaining: row.remaining,
    })),
  }
}
