import { Failure } from '../base/failure.ts'
import { newId } from '../base/id.ts'
import type { World } from '../base/world.ts'
import type { CheckedPolicy } from '../policies/input.ts'
import { matchersKey } from '../policies/match.ts'
import type { MeterSpec } from '../policies/policy.ts'
import { isDefaultType } from '../policies/policy.ts'
import type { AnySql, TransactionSql } from './database.ts'
import type { PolicyRow } from './policy-rows.ts'
import { POLICY_MOMENTS, readPolicyRow } from './policy-rows.ts'

/** What a write did. */
export interface Written {
  readonly id: string
  /** False when a policy with the same type, matchers and window was updated in place. */
  readonly created: boolean
}

/**
 * Creates a policy, or updates the one with the same type, matchers and window; a child updated so becomes a policy
 * of its own. Takes the organisation's version exclusively: no call is decided and no hold ends meanwhile, so a new
 * cap opens with exactly what its window already shows, live holds included.
 */
export async function savePolicy(
  sql: TransactionSql,
  world: Pick<World, 'clock' | 'dice'>,
  organizationId: string,
  policy: CheckedPolicy,
  createdBy: string | undefined,
): Promise<Written> {
  await raiseVersion(sql, organizationId)
  const key = matchersKey(policy.matchers)
  const windowKey = policy.kind.windowKey(policy.parsed)
  const [existing] = await sql<{ id: string }[]>`
    select id from policies where organization_id = ${organizationId} and policy_type = ${policy.type}
       and matchers_key = ${key} and window_key = ${windowKey} and deleted_at is null`
  if (existing) {
    await rewrite(sql, existing.id, policy, key, windowKey)
    await applyMeters(sql, existing.id, organizationId, policy)
    await cascade(sql, existing.id, organizationId, policy)
    return { id: existing.id, created: false }
  }
  const id = newId(world)
  await sql`
    insert into policies (id, organization_id, name, description, policy_type, matchers, matchers_key, window_key,
      config, enabled, priority, created_by)
    values (${id}, ${organizationId}, ${policy.name}, ${policy.description}, ${policy.type},
      ${JSON.stringify(policy.matchers)}::text::jsonb, ${key}, ${windowKey}, ${JSON.stringify(policy.config)}::text::jsonb,
      ${policy.enabled}, ${policy.priority}, ${createdBy ?? null})`
  await applyMeters(sql, id, organizationId, policy)
  return { id, created: true }
}

/**
 * Changes a policy to what is given; its type stays. A changed child becomes a policy of its own; a changed default
 * carries its config, switch and priority to its children. Fails with `conflict` when another policy has that identity.
 */
export async function changePolicy(
  sql: TransactionSql,
  before: PolicyRow,
  policy: CheckedPolicy,
): Promise<void> {
  await raiseVersion(sql, before.organizationId)
  const key = matchersKey(policy.matchers)
  const windowKey = policy.kind.windowKey(policy.parsed)
  const [other] = await sql<{ id: string }[]>`
    select id from policies where organization_id = ${before.organizationId} and policy_type = ${policy.type}
       and matchers_key = ${key} and window_key = ${windowKey} and deleted_at is null and id <> ${before.id}`
  if (other)
    throw new Failure('conflict', {
      says: 'Another policy of this type has the same matchers and window.',
      details: { policy_id: other.id },
    })
  const moved = key !== matchersKey(before.matchers)
  if (moved) {
    // Other matchers are another sum: the old meters end, and so do children made for the old dimension.
    await sql`update ledger_meters set retired = true, limit_value = null where policy_id = ${before.id}`
    if (isDefaultType(policy.kind.type)) await deleteChildren(sql, before.id)
  }
  await rewrite(sql, before.id, policy, key, windowKey)
  await applyMeters(sql, before.id, before.organizationId, policy)
  if (!moved) await cascade(sql, before.id, before.organizationId, policy)
}

/** Deletes a policy, a default with its attached children. Their meters count no more; what they counted stays. */
export async function deletePolicy(sql: TransactionSql, policy: PolicyRow): Promise<void> {
  await raiseVersion(sql, policy.organizationId)
  await deleteChildren(sql, policy.id)
  await sql`update policies set deleted_at = now(), updated_at = now() where id = ${policy.id}`
  await sql`update ledger_meters set retired = true, limit_value = null where policy_id = ${policy.id}`
}

/** One policy of the organisation, or undefined: also for another organisation's id. */
export async function findPolicy(
  sql: AnySql,
  organizationId: string,
  id: string,
): Promise<PolicyRow | undefined> {
  const [row] = await sql`
    select p.*, ${sql.unsafe(POLICY_MOMENTS)} from policies p
     where p.id = ${id} and p.organization_id = ${organizationId} and p.deleted_at is null`
  return row ? readPolicyRow(row) : undefined
}

async function raiseVersion(sql: TransactionSql, organizationId: string): Promise<void> {
  await sql`
    insert into policy_versions as v (organization_id, version) values (${organizationId}, 2)
    on conflict (organization_id) do update set version = v.version + 1`
}

function rewrite(
  sql: TransactionSql,
  id: string,
  policy: CheckedPolicy,
  key: string,
  windowKey: string,
) {
  return sql`
    update policies set name = ${policy.name}, description = ${policy.description},
      matchers = ${JSON.stringify(policy.matchers)}::text::jsonb, matchers_key = ${key}, window_key = ${windowKey},
      config = ${JSON.stringify(policy.config)}::text::jsonb, enabled = ${policy.enabled},
      priority = ${policy.priority}, parent_policy_id = null, is_system_generated = false, updated_at = now()
     where id = ${id}`
}

/** Gives a policy the meters that its config asks for; kept ones keep their sums, new ones open with what is there. */
async function applyMeters(
  sql: TransactionSql,
  id: string,
  organizationId: string,
  policy: CheckedPolicy,
): Promise<void> {
  // A default counts nothing itself: its children do.
  const wanted = isDefaultType(policy.kind.type) ? [] : policy.kind.meters(policy.parsed)
  const present = await sql<{ id: number; metric: string; window: string }[]>`
    select id::int as id, metric, "window" from ledger_meters where policy_id = ${id} and not retired`
  const same = (meter: { metric: string; window: string }) => (spec: MeterSpec) =>
    spec.metric === meter.metric && spec.window === meter.window
  for (const meter of present)
    if (!wanted.some(same(meter)))
      await sql`update ledger_meters set retired = true, limit_value = null where id = ${meter.id}`
  for (const spec of wanted) {
    const limit = policy.enabled ? spec.limit.toString() : null
    const kept = present.find((meter) => same(meter)(spec))
    if (kept) await sql`update ledger_meters set limit_value = ${limit} where id = ${kept.id}`
    else await openMeter(sql, id, organizationId, spec, limit, policy)
  }
}

async function openMeter(
  sql: TransactionSql,
  policyId: string,
  organizationId: string,
  spec: MeterSpec,
  limit: string | null,
  policy: Pick<CheckedPolicy, 'matchers'>,
): Promise<void> {
  const [meter] = await sql<{ id: bigint }[]>`
    insert into ledger_meters (organization_id, policy_id, metric, "window", limit_value)
    values (${organizationId}, ${policyId}, ${spec.metric}, ${spec.window}, ${limit}) returning id`
  if (meter)
    await sql`select ledger_backfill(${meter.id}, ${JSON.stringify(policy.matchers)}::text::jsonb)`
}

/** Carries a default's config, switch and priority to its attached children. */
async function cascade(
  sql: TransactionSql,
  parentId: string,
  organizationId: string,
  policy: CheckedPolicy,
): Promise<void> {
  if (!isDefaultType(policy.kind.type)) return
  const windowKey = policy.kind.windowKey(policy.parsed)
  // A child whose new window an own policy has already would double it: the own policy stands.
  await sql`
    update policies c set deleted_at = now() where c.parent_policy_id = ${parentId} and c.deleted_at is null
       and c.window_key <> ${windowKey} and exists (select 1 from policies o where o.organization_id = c.organization_id
         and o.policy_type = c.policy_type and o.matchers_key = c.matchers_key and o.window_key = ${windowKey}
         and o.deleted_at is null)`
  await sql`
    update policies set config = ${JSON.stringify(policy.config)}::text::jsonb, window_key = ${windowKey},
      enabled = ${policy.enabled}, priority = ${policy.priority}, updated_at = now()
     where parent_policy_id = ${parentId} and deleted_at is null`
  const specs = policy.kind.meters(policy.parsed)
  await sql`
    update ledger_meters m set retired = true, limit_value = null
      from policies c where m.policy_id = c.id and c.parent_policy_id = ${parentId} and not m.retired
       and (c.deleted_at is not null or (m.metric || '/' || m."window") <> all(
         ${specs.map(({ metric, window }) => `${metric}/${window}`)}::text[]))`
  for (const spec of specs) {
    const limit = policy.enabled ? spec.limit.toString() : null
    await sql`
      update ledger_meters m set limit_value = ${limit} from policies c
       where m.policy_id = c.id and c.parent_policy_id = ${parentId} and c.deleted_at is null and not m.retired
         and m.metric = ${spec.metric} and m."window" = ${spec.window}`
    const without = await sql<{ id: string; matchers: { key: string; value: string }[] }[]>`
      select c.id, c.matchers from policies c where c.parent_policy_id = ${parentId} and c.deleted_at is null
         and not exists (select 1 from ledger_meters m where m.policy_id = c.id and not m.retired
           and m.metric = ${spec.metric} and m."window" = ${spec.window}) order by c.id`
    for (const child of without) await openMeter(sql, child.id, organizationId, spec, limit, child)
  }
}

async function deleteChildren(sql: TransactionSql, parentId: string): Promise<void> {
  await sql`
    update ledger_meters m set retired = true, limit_value = null from policies c
     where m.policy_id = c.id and c.parent_policy_id = ${parentId} and c.deleted_at is null`
  await sql`
    update policies set deleted_at = now(), updated_at = now()
     where parent_policy_id = ${parentId} and deleted_at is null`
}
