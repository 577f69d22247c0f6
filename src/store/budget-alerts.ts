import type { Window } from '../base/window.ts'
import type { Matcher } from '../policies/policy.ts'
import type { Database } from './database.ts'

/** Shares of a cap that are told of when its policy names none, in percent. */
export const ALERT_AT_PERCENT: readonly number[] = [50, 80, 100]

/** A share of a cap that is spent. */
export interface BudgetAlert {
  readonly policyId: string
  readonly window: Window
  /** Epoch milliseconds. */
  readonly startsAtMs: number
  readonly resetsAtMs: number
  readonly percent: number
  readonly organizationId: string
  /** Both in nanodollars, as they stood when the share was first seen passed. */
  readonly limit: bigint
  readonly posted: bigint
  readonly createdAtMs: number
  /** Undefined when the policy is gone meanwhile. */
  readonly policy:
    | {
        readonly name: string
        readonly type: string
        readonly parentId: string | undefined
        readonly matchers: readonly Matcher[]
      }
    | undefined
  /** This attempt included. */
  readonly attempts: number
}

/** A window that ended this long ago is still looked at: calls that began in it may have posted after its end. */
const LATE_MINUTES = 60
/** Older alerts are history: a webhook set up today is not told of last week. */
const NEWS_HOURS = 24
/** Alerts are kept until no window of theirs can run any more. */
const KEPT_DAYS = 70
/** Alerts of one look; the rest come with the next. */
const NOTED_MAX = 1_000

/**
 * Notes every share of a cap that posted amounts have passed, of the windows that run: each once, because the key says which,
 * so any number of exporters may look at the same time. Gives how many are new.
 */
export async function noteBudgetAlerts(database: Database): Promise<number> {
  const { count } = await database.sql`
    insert into budget_alerts (policy_id, "window", starts_at, percent, organization_id, limit_value, posted)
    select p.id, m."window", a.starts_at, s.percent, p.organization_id, m.limit_value, a.posted + a.overage
      from ledger_meters m
      join policies p on p.id = m.policy_id and p.deleted_at is null
      join ledger_accounts a on a.meter_id = m.id and a.starts_at in (ledger_start(m."window", now()),
           ledger_start(m."window", now() - make_interval(mins => ${LATE_MINUTES})))
     cross join lateral (
       select distinct e.value::int as percent
         from jsonb_array_elements_text(coalesce(p.config -> 'alert_at_percent',
              ${JSON.stringify(ALERT_AT_PERCENT)}::text::jsonb)) e) s
     where m.metric = 'nanos' and not m.retired and m.limit_value > 0
       and (a.posted + a.overage)::numeric * 100 >= m.limit_value::numeric * s.percent
       and not exists (select 1 from budget_alerts b where b.policy_id = p.id and b."window" = m."window"
             and b.starts_at = a.starts_at and b.percent = s.percent)
     order by 1, 2, 3, 4 limit ${NOTED_MAX}
    on conflict do nothing`
  return count
}

/**
 * Takes alerts that are due, lowest share first, and puts each off by `retryAfterMs`, so that no other exporter takes it meanwhile and a
 * crash costs one attempt at most.
 */
export async function takeBudgetAlerts(
  database: Database,
  options: { readonly limit: number; readonly retryAfterMs: number },
): Promise<BudgetAlert[]> {
  const rows = await database.sql<AlertRow[]>`
    with due as materialized (
      select policy_id, "window", starts_at, percent from budget_alerts
       where done_at is null and next_at <= now()
         and created_at > now() - make_interval(hours => ${NEWS_HOURS})
       order by policy_id, "window", starts_at, percent limit ${options.limit} for update skip locked),
    taken as (
      update budget_alerts b
         set attempts = b.attempts + 1,
             next_at = now() + make_interval(secs => ${options.retryAfterMs / 1000})
        from due where (b.policy_id, b."window", b.starts_at, b.percent)
                     = (due.policy_id, due."window", due.starts_at, due.percent)
      returning b.*)
    select t.policy_id, t."window", t.percent, t.organization_id, t.limit_value, t.posted, t.attempts,
           (extract(epoch from t.starts_at) * 1000)::float8 as starts_ms,
           (extract(epoch from t.starts_at + ('1 ' || t."window")::interval) * 1000)::float8 as resets_ms,
           (extract(epoch from t.created_at) * 1000)::float8 as created_ms,
           p.name, p.policy_type, p.parent_policy_id, p.matchers
      from taken t left join policies p on p.id = t.policy_id
     order by t.policy_id, t."window", t.starts_at, t.percent`
  return rows.map(readAlert)
}

/** Nothing more to do for this alert: told, or given up with `failure` as the last word. */
export async function finishBudgetAlert(
  database: Database,
  alert: BudgetAlert,
  failure?: string,
): Promise<void> {
  await database.sql`
    update budget_alerts set done_at = now(), last_failure = ${failure?.slice(0, FAILURE_UNITS_MAX) ?? null}
     where policy_id = ${alert.policyId} and "window" = ${alert.window} and percent = ${alert.percent}
       and starts_at = to_timestamp(${alert.startsAtMs / 1000})`
}

/** Tries again after `delayMs`. */
export async function putOffBudgetAlert(
  database: Database,
  alert: BudgetAlert,
  delayMs: number,
  failure: string,
): Promise<void> {
  await database.sql`
    update budget_alerts
       set next_at = now() + make_interval(secs => ${delayMs / 1000}),
           last_failure = ${failure.slice(0, FAILURE_UNITS_MAX)}
     where policy_id = ${alert.policyId} and "window" = ${alert.window} and percent = ${alert.percent}
       and starts_at = to_timestamp(${alert.startsAtMs / 1000})`
}

/** Lets go of alerts whose window is long past. Gives how many. */
export async function forgetBudgetAlerts(database: Database): Promise<number> {
  const { count } = await database.sql`
    delete from budget_alerts where starts_at < now() - make_interval(days => ${KEPT_DAYS})`
  return count
}

const FAILURE_UNITS_MAX = 500

interface AlertRow {
  readonly policy_id: string
  readonly window: Window
  readonly percent: number
  readonly organization_id: string
  readonly limit_value: bigint
  readonly posted: bigint
  readonly attempts: number
  readonly starts_ms: number
  readonly resets_ms: number
  readonly created_ms: number
  readonly name: string | null
  readonly policy_type: string | null
  readonly parent_policy_id: string | null
  readonly matchers: readonly Matcher[] | null
}

function readAlert(row: AlertRow): BudgetAlert {
  const { name, policy_type: type } = row
  return {
    policyId: row.policy_id,
    window: row.window,
    startsAtMs: row.starts_ms,
    resetsAtMs: row.resets_ms,
    percent: row.percent,
    organizationId: row.organization_id,
    limit: row.limit_value,
    posted: row.posted,
    createdAtMs: row.created_ms,
    policy:
      name === null || type === null
        ? undefined
        : {
            name,
            type,
            parentId: row.parent_policy_id ?? undefined,
            matchers: row.matchers ?? [],
          },
    attempts: row.attempts,
  }
}
