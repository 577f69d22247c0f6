import type { Nanos } from '../base/money.ts'
import { nanos } from '../base/money.ts'
import type { AnySql } from './database.ts'
import type { PolicyRow } from './policy-rows.ts'
import { POLICY_MOMENTS, readPolicyRow } from './policy-rows.ts'

/** Which policies to list. A matcher key and its values are only used together. */
export interface PolicyFilter {
  readonly type?: string
  readonly matcherKey?: string
  readonly matcherValues?: readonly string[]
}

/** What a policy has counted in its current window, by the database's clock. */
export interface PolicyUse {
  readonly policyId: string
  readonly metric: string
  readonly window: string
  /** Null for a disabled policy. */
  readonly limit: bigint | null
  /** Final amounts, and expired holds whose truth never came. */
  readonly spent: Nanos
  /** Live holds. */
  readonly reserved: Nanos
  /** Epoch milliseconds. */
  readonly resetsAtMs: number
}

/** The policies of an organisation, children included, oldest first. */
export async function listPolicies(
  sql: AnySql,
  organizationId: string,
  filter: PolicyFilter = {},
): Promise<readonly PolicyRow[]> {
  const wanted = (filter.matcherValues ?? []).map((value) => [{ key: filter.matcherKey, value }])
  const rows = await sql`
    select p.*, ${sql.unsafe(POLICY_MOMENTS)} from policies p where p.organization_id = ${organizationId} and p.deleted_at is null
       and (${filter.type ?? null}::text is null or p.policy_type = ${filter.type ?? null})
       and (${filter.matcherKey ?? null}::text is null or exists (
         select 1 from jsonb_array_elements(${JSON.stringify(wanted)}::text::jsonb) w where p.matchers @> w))
     order by p.id`
  return rows.map(readPolicyRow)
}

/** What the given policies have counted; a window without any call counts zero. */
export async function policyUse(
  sql: AnySql,
  policyIds: readonly string[],
): Promise<ReadonlyMap<string, readonly PolicyUse[]>> {
  const rows = await sql<
    {
      policy_id: string
      metric: string
      window: string
      limit_value: bigint | null
      spent: bigint
      reserved: bigint
      resets_at: number
    }[]
  >`
    select m.policy_id, m.metric, m."window", m.limit_value,
           coalesce(a.posted + a.overage + a.expired, 0) as spent, coalesce(a.pending, 0) as reserved,
           (extract(epoch from n.starts_at + ('1 ' || m."window")::interval) * 1000)::float8 as resets_at
      from ledger_meters m
      cross join lateral (select ledger_start(m."window", now()) as starts_at) n
      left join ledger_accounts a on a.meter_id = m.id and a.starts_at = n.starts_at
     where m.policy_id = any(${[...policyIds]}::uuid[]) and not m.retired order by m.id`
  const uses = rows.map((row) => ({
    policyId: row.policy_id,
    metric: row.metric,
    window: row.window,
    limit: row.limit_value,
    spent: nanos(row.spent),
    reserved: nanos(row.reserved),
    resetsAtMs: row.resets_at,
  }))
  return Map.groupBy(uses, ({ policyId }) => policyId)
}
