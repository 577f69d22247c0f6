import { LRUCache } from 'lru-cache'
import type { Window } from '../base/window.ts'
import { WINDOWS } from '../base/window.ts'
import type { World } from '../base/world.ts'
import { isMistaken } from '../policies/kind.ts'
import { kindOf } from '../policies/kinds/index.ts'
import type { Meter, Metric, Policy } from '../policies/policy.ts'
import type { PolicySet } from '../policies/policy-set.ts'
import { policySet } from '../policies/policy-set.ts'
import type { Database } from './database.ts'
import { readPolicyRow } from './policy-rows.ts'

/** The policies of organisations as this process knows them. The ledger refuses decisions made with old ones. */
export interface PolicyCache {
  /** At once when known. Throws `store_unavailable` when they cannot be read. */
  forOrganization(organizationId: string): PolicySet | Promise<PolicySet>
  /** Forgets one organisation, or all: called when a change is told. */
  forget(organizationId?: string): void
}

/** Organisations kept per process. */
const KNOWN_MAX = 1_000
/** Read anew after this also when no change was told. */
const KNOWN_MS = 30_000

/** A cache over one database. Reads of one organisation at the same time share one query. */
export function policyCache(database: Database, world: World): PolicyCache {
  const known = new LRUCache<string, { readonly set: PolicySet; readonly untilMs: number }>({
    max: KNOWN_MAX,
  })
  const loading = new Map<string, Promise<PolicySet>>()
  const load = (organizationId: string): Promise<PolicySet> => {
    const under = loading.get(organizationId)
    if (under) return under
    const read = readPolicySet(database, organizationId)
      .then((set) => {
        // It may be old already when a change came meanwhile. The ledger notices, and it is forgotten then: that
        // costs one more look, where starting anew for every caller would cost them all.
        known.set(organizationId, { set, untilMs: world.clock.monotonic() + KNOWN_MS })
        return set
      })
      .finally(() => loading.delete(organizationId))
    loading.set(organizationId, read)
    return read
  }
  return {
    forOrganization(organizationId) {
      const found = known.get(organizationId)
      if (found && found.untilMs > world.clock.monotonic()) return found.set
      return load(organizationId)
    },
    forget(organizationId) {
      if (organizationId === undefined) known.clear()
      else known.delete(organizationId)
    },
  }
}

/** Version and policies in one snapshot: a set never carries a newer version than its policies. */
export async function readPolicySet(
  database: Database,
  organizationId: string,
): Promise<PolicySet> {
  const rows = await database.sql`
    select v.version, p.*, coalesce((select jsonb_agg(jsonb_build_object('id', m.id, 'metric', m.metric,
      'window', m."window", 'limit', m.limit_value::text) order by m.id)
      from ledger_meters m where m.policy_id = p.id and not m.retired), '[]') as meters
      from (select ${organizationId}::uuid as organization_id) o
      left join policy_versions v on v.organization_id = o.organization_id
      left join policies p on p.organization_id = o.organization_id and p.deleted_at is null
     order by p.id`
  const version = Number(rows[0]?.['version'] ?? 1)
  return policySet(
    version,
    rows.flatMap((row) => (row['id'] === null ? [] : readPolicy(row))),
  )
}

/** A stored policy whose config no longer parses is a mistake of ours: it must not silently allow, so it throws. */
function readPolicy(row: Readonly<Record<string, unknown>>): readonly Policy[] {
  const stored = readPolicyRow(row)
  const kind = kindOf(stored.type)
  const config = kind?.parse(stored.config)
  if (!kind || !config || isMistaken(config))
    throw new Error(`policy ${stored.id} cannot be read: its config does not fit its type`)
  const meters = Array.isArray(row['meters']) ? row['meters'] : []
  return [
    {
      id: stored.id,
      name: stored.name,
      type: kind.type,
      matchers: stored.matchers,
      config,
      enabled: stored.enabled,
      priority: stored.priority,
      parentId: stored.parentId,
      meters: meters.flatMap(readMeter),
    },
  ]
}

function readMeter(value: {
  readonly id: number
  readonly metric: string
  readonly window: string
  readonly limit: string | null
}): readonly Meter[] {
  const window = WINDOWS.find((each: Window) => each === value.window)
  const { id, metric } = value
  if (!window || !isMetric(metric)) return []
  return [{ id, metric, window, limit: BigInt(value.limit ?? 0) }]
}

const METRICS: readonly string[] = ['nanos', 'requests', 'tokens', 'concurrency'] satisfies Metric[]

function isMetric(metric: string): metric is Metric {
  return METRICS.includes(metric)
}

/** True when some organisation has a data policy, so that its detectors are worth building before a call needs them. */
export async function anyGuard(database: Database): Promise<boolean> {
  const [row] = await database.sql<{ found: boolean }[]>`
    select exists (select 1 from policies
      where policy_type in ('guard', 'default_guard') and deleted_at is null) as found`
  return row?.found ?? false
}
