import type { FreshChild, Leg, Reservation } from '../policies/ledger-port.ts'
import { matchersKey } from '../policies/match.ts'
import type { TransactionSql } from './database.ts'
import { arrayText } from './ledger-text.ts'

/** What became of the children that reservations of a batch asked for. */
export interface Children {
  /** The legs on new children's meters. */
  legsOf(reservation: Reservation): readonly Leg[]
  /** True when a default is gone or disabled meanwhile: the reservation was decided with old policies. */
  isGone(reservation: Reservation): boolean
}

/** For batches that need none. */
export const NO_CHILDREN: Children = { legsOf: () => [], isGone: () => false }

const CHILD = `select ledger_child($1, $2, $3, $4, $5::text::jsonb, $6, $7::text::jsonb) as meters`

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
  for (const { fresh } of batch)
    for (const child of fresh) {
      const key = childKey(child)
      if (!made.has(key)) made.set(key, await makeChild(sql, child))
    }
  return {
    legsOf: ({ fresh }) => fresh.flatMap((child) => made.get(childKey(child)) ?? []),
    isGone: ({ fresh }) => fresh.some((child) => made.get(childKey(child)) === undefined),
  }
}

async function makeChild(
  sql: TransactionSql,
  child: FreshChild,
): Promise<readonly Leg[] | undefined> {
  const meters = child.meters.map((meter) => ({ ...meter, limit: meter.limit.toString() }))
  const [row] = await sql.unsafe<
    { meters: { id: number; metric: string; window: string }[] | null }[]
  >(CHILD, [
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

function childKey(child: FreshChild): string {
  return `${child.parentId}\n${matchersKey(child.matchers)}`
}
