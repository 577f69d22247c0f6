import type { Nanos } from '../base/money.ts'
import { nanos } from '../base/money.ts'
import type { AnySql } from './database.ts'

/** By what usage can be told apart; `header:<name>` is the value of a custom key. */
export type UsageDimension =
  | 'workspace'
  | 'api_key'
  | 'user'
  | 'provider'
  | 'model'
  | `header:${string}`

export interface UsageQuery {
  readonly organizationId: string
  /** Undefined = all of the organisation. */
  readonly workspaceIds: readonly string[] | undefined
  readonly groupBy: readonly UsageDimension[]
  /** Undefined = one sum over the whole time. Buckets begin in UTC, weeks on Monday. */
  readonly bucket: 'hour' | 'day' | 'week' | 'month' | undefined
  /** Epoch milliseconds; cut to hours. */
  readonly fromMs: number
  readonly toMs: number
}

export interface UsageSum {
  /** The values of the dimensions, in the order asked for; `''` where a call had none. */
  readonly group: readonly string[]
  /** Start of the bucket in epoch milliseconds. */
  readonly bucketMs: number | undefined
  readonly requests: number
  readonly tokens: number
  /** Final amounts, and expired holds at their full amount. */
  readonly cost: Nanos
  /** The part of it that providers told. */
  readonly measured: Nanos
  /** Calls of models without a price: not in `cost`. */
  readonly unpriced: number
}

/** Rows of one answer. */
const ROWS_MAX = 10_000

/** Sums of ended calls, kept by the ledger in the transactions that ended them: equal to the sum of its entries. */
export async function readUsage(sql: AnySql, query: UsageQuery): Promise<readonly UsageSum[]> {
  const { groupBy, workspaceIds } = query
  // Group values as one array, so that the statement does not change with what is asked.
  const rows = await sql<
    {
      group: string[]
      bucket: number | null
      requests: bigint
      tokens: bigint
      cost: bigint
      measured: bigint
      unpriced: bigint
    }[]
  >`
    select g.values as "group", case when ${query.bucket ?? null}::text is null then null
             else (extract(epoch from date_trunc(${query.bucket ?? 'hour'}, o.hour, 'UTC')) * 1000)::float8 end as bucket,
           sum(o.requests)::bigint as requests, sum(o.tokens)::bigint as tokens,
           sum(o.posted_nanos + o.expired_nanos)::bigint as cost, sum(o.measured_nanos)::bigint as measured,
           sum(o.unpriced)::bigint as unpriced
      from ledger_hours o
      join ledger_subjects s on s.id = o.subject_id
      cross join lateral (
        select array(select coalesce(case d
            when 'workspace' then s.workspace_id::text when 'api_key' then s.key_id::text
            when 'user' then s.user_id::text when 'provider' then s.provider when 'model' then s.model
            else s.custom ->> substr(d, 8) end, '')
          from unnest(${[...groupBy]}::text[]) with ordinality as u(d, n) order by n) as values) g
     where s.organization_id = ${query.organizationId}
       and (${workspaceIds === undefined} or s.workspace_id = any(${[...(workspaceIds ?? [])]}::uuid[]))
       and o.hour >= date_trunc('hour', ${new Date(query.fromMs).toISOString()}::timestamptz, 'UTC')
       and o.hour < ${new Date(query.toMs).toISOString()}::timestamptz
     group by 1, 2 order by 2, 5 desc, 1 limit ${ROWS_MAX}`
  return rows.map((row) => ({
    group: row.group,
    bucketMs: row.bucket ?? undefined,
    requests: Number(row.requests),
    tokens: Number(row.tokens),
    cost: nanos(row.cost),
    measured: nanos(row.measured),
    unpriced: Number(row.unpriced),
  }))
}
