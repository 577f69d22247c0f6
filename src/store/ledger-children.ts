import type { FreshChild, Leg, Reservation } from '../policies/ledger-port.ts'
import { matchersKey } from '../policies/match.ts'
import type { TransactionSql } from './database.ts'
import { arrayText } from './ledger-text.ts'

/** What became of the children that reservations of a batch asked for. */
export interface Children {
  /** The legs on new children's meters. */
  legsOf(reservation: Reservation): readonly Leg[]
  /** True when the reservation was decided with old policies: its default is gone or has changed. */
  isGone(reservation: Reservation): boolean
}

/** For batches that need none. */
export const NO_CHILDREN: Children = { legsOf: () => [], isGone: () => false }

const CHILD = `select ledger_child($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8::text::jsonb) as meters`

/**
 * Makes (or finds) the children of defaults, inside the transaction that will hold on them. Takes the versions of all
 * the batch's organisations exclusively and in order first, because a shared lock cannot be raised without a deadlock.
 */
export async function makeChildren(
  sql: TransactionSql,
  batch: readonly Reservation[],
): Promise<Children> {
  const orgs = [...new Set(batch.map(({ subject }) => subject.organizationId))].sort()
  await sql.unsafe('select ledger_versions_exclusive($1::uuid[])', [arrayText(orgs)])
  const made = new Map<string, readonly Leg[] | undefined>()
  for (const { fresh, policyVersion } of batch)
    for (const child of fresh) {
      const key = childKey(child, policyVersion)
      if (!made.has(key)) made.set(key, await makeChild(sql, child, policyVersion))
    }
  const legs = (child: FreshChild, { policyVersion }: Reservation) =>
    made.get(childKey(child, policyVersion))
  return {
    legsOf: (each) => each.fresh.flatMap((child) => legs(child, each) ?? []),
    isGone: (each) => each.fresh.some((child) => legs(child, each) === undefined),
  }
}

async function makeChild(
  sql: TransactionSql,
  child: FreshChild,
  policyVersion: number,
): Promise<readonly Leg[] | undefined> {
  const meters = child.meters.map((meter) => ({ ...meter, limit: meter.limit.toString() }))
  const [row] = await sql.unsafe<
    { meters: { id: number; metric: string; window: string }[] | null }[]
  >(CHILD, [
    policyVersion,
    child.parentId,
    child.childId,
    child.name,
    child.type,
    JSON.stringify(child.matchers),
    matchersKey(child.matchers),
    JSON.stringify(meters),
  ])
  if (!row?.meters) return undefined
  return row.meters.flatMap(({ id, metric, window }) => {
    const spec = child.meters.find((each) => each.metric === metric && each.window === window)
    return spec ? [{ ...spec, meter: id }] : []
  })
}

function childKey(child: FreshChild, policyVersion: number): string {
  return `${policyVersion}\n${child.parentId}\n${matchersKey(child.matchers)}`
}
