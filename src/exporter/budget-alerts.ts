import type { Window } from '../base/window.ts'
import { usdOnWire } from '../base/wire.ts'
import type { World } from '../base/world.ts'
import {
  type BudgetAlert,
  finishBudgetAlert,
  noteBudgetAlerts,
  putOffBudgetAlert,
  takeBudgetAlerts,
} from '../store/budget-alerts.ts'
import type { Database } from '../store/database.ts'
import { type Hook, takenForMs, tellHooks } from './hooks.ts'
import type { Fetch } from './http.ts'

export interface BudgetAlertOptions {
  readonly database: Database
  readonly world: World
  readonly fetch: Fetch
  readonly hooks: readonly Hook[]
  /** Pause after the first failure, growing fourfold; tests use a shorter one. */
  readonly retryMs?: number
  /** Pause between two looks at all caps; what is noted is told every round. */
  readonly lookMs?: number
}

const BATCH = 20
/** One index look-up a cap: soon enough to act on, and nothing beside the calls that spend. */
const LOOK_MS = 5_000

/**
 * Tells every hook of caps of which a share is spent (`alert_at_percent`, else 50, 80 and 100 %), on posted amounts, once per policy,
 * window and share, also over restarts and with many exporters. Gives one round, for a chore; without hooks nothing is looked at.
 */
export function budgetAlerts(options: BudgetAlertOptions): () => Promise<number> {
  const { database, world, hooks, retryMs, lookMs = LOOK_MS } = options
  let lookedMs = Number.NEGATIVE_INFINITY
  return async () => {
    if (hooks.length === 0) return 0
    if (world.clock.monotonic() - lookedMs >= lookMs) {
      lookedMs = world.clock.monotonic()
      await noteBudgetAlerts(database)
    }
    const retryAfterMs = takenForMs(hooks.length, retryMs)
    const alerts = await takeBudgetAlerts(database, { limit: BATCH, retryAfterMs })
    // One after the other: 50 % is told before 80 %.
    for (const alert of alerts) await tell(alert, options)
    return alerts.length
  }
}

async function tell(alert: BudgetAlert, options: BudgetAlertOptions): Promise<void> {
  const { database, world, fetch, hooks, retryMs } = options
  const telling = {
    attempts: alert.attempts,
    body: alertOnWire(alert),
    hooks,
    finish: (failure?: string) => finishBudgetAlert(database, alert, failure),
    putOff: (delayMs: number, failure: string) =>
      putOffBudgetAlert(database, alert, delayMs, failure),
  }
  const reason = await tellHooks(telling, fetch, retryMs)
  if (reason !== undefined)
    world.log.warn('exporter.budget_alert_failed', { policyId: alert.policyId, reason })
}

/** Windows as policies name them. */
const WINDOW_NAMES: Partial<Record<Window, string>> = {
  hour: 'hourly',
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
}

function alertOnWire(alert: BudgetAlert) {
  const { policy } = alert
  const startsAt = new Date(alert.startsAtMs).toISOString()
  const window = WINDOW_NAMES[alert.window] ?? alert.window
  return {
    id: `${alert.policyId}-${window}-${startsAt}-${alert.percent}`,
    type: 'budget.threshold_reached',
    created_at: new Date(alert.createdAtMs).toISOString(),
    organization_id: alert.organizationId,
    threshold_percent: alert.percent,
    policy: {
      id: alert.policyId,
      name: policy?.name ?? null,
      policy_type: policy?.type ?? null,
      parent_policy_id: policy?.parentId ?? null,
      subject_matchers: policy?.matchers ?? [],
    },
    window,
    window_starts_at: startsAt,
    resets_at: new Date(alert.resetsAtMs).toISOString(),
    limit_usd: usdOnWire(alert.limit),
    limit_nanos: alert.limit.toString(),
    spent_usd: usdOnWire(alert.posted),
    spent_nanos: alert.posted.toString(),
  }
}
