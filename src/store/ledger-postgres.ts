import type {
  Extension,
  LedgerPort,
  Leg,
  Reservation,
  ReserveAnswer,
  Rooms,
  SettleAnswer,
  Settlement,
} from '../policies/ledger-port.ts'
import type { AnySql, Database } from './database.ts'
import { closingText, closingWith, openedText } from './exchange-rows.ts'
import type { Children } from './ledger-children.ts'
import { makeChildren, NO_CHILDREN } from './ledger-children.ts'
import { subjectIds } from './ledger-subjects.ts'
import { arrayText, readRefusals } from './ledger-text.ts'
import { sqlState } from './store-failure.ts'

const RESERVE = `select * from ledger_reserve($1, $2, $3, $4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[],
  $8::uuid[], $9::int[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[], $15::text::json)`

const EXTEND = `select * from ledger_extend($1::uuid[], $2::uuid[], $3::bigint[])`

/** `$1` are the events of the calls that end with their holds: one statement, so one round trip and one commit. */
const SETTLE = `select ledger_settle($2::uuid[], $3, $4::uuid[], $5::boolean[], $6::bigint[], $7::bigint[],
  $8::text[]) as before`
const SETTLE_AND_CLOSE = closingWith(SETTLE)

const DUPLICATE = '23505'

interface Decided {
  readonly now_ms: bigint
  readonly stale?: readonly number[] | null
  readonly placed?: readonly number[] | null
  readonly ended: readonly number[] | null
  readonly refused: readonly bigint[] | null
  readonly m_limit?: readonly bigint[] | null
  readonly m_spent?: readonly bigint[] | null
  readonly m_held?: readonly bigint[] | null
}

/**
 * The ledger's port over Postgres. Each function is one round trip and one commit; settling adds the exchange's end and
 * its outbox row to the same commit. Throws `store_unavailable` when the store is away; what then happened is unknown,
 * and the same call may be repeated.
 */
export function postgresLedger(database: Database): LedgerPort {
  const subjects = subjectIds()
  return {
    async reserve(batch, again) {
      const ids = await subjects.of(
        database.sql,
        batch.map(({ subject }) => subject),
      )
      const write = (repeated: boolean) =>
        batch.every(({ fresh }) => fresh.length === 0)
          ? reserve(database.sql, batch, ids, NO_CHILDREN, repeated)
          : // A default's child is made in the very transaction that first holds on it.
            database.sql.begin(async (sql) =>
              reserve(sql, batch, ids, await makeChildren(sql, batch), repeated),
            )
      try {
        return await write(again)
      } catch (cause) {
        // A hold of this batch stands or was voided already: look before placing.
        if (again || sqlState(cause) !== DUPLICATE) throw cause
        return await write(true)
      }
    },
    extend: (batch) => extend(database.sql, batch),
    settle: (batch) => settle(database, batch),
    async renew(holdIds, ttlMs) {
      await database.sql.unsafe(
        'select ledger_renew($1::uuid[], $2)',
        [arrayText(holdIds), ttlMs],
        {
          prepare: true,
        },
      )
    },
    async expire(limit) {
      const [row] = await database.sql<{ count: number }[]>`select ledger_expire(${limit}) as count`
      return row?.count ?? 0
    },
  }
}

async function reserve(
  sql: AnySql,
  batch: readonly Reservation[],
  subjects: readonly number[],
  children: Children,
  again: boolean,
): Promise<readonly ReserveAnswer[]> {
  const orgs = [...new Set(batch.map(({ subject }) => subject.organizationId))].sort()
  const { texts, meters } = sumLegs(batch, children)
  const sorted = [...meters].sort(([a], [b]) => a - b)
  const exchanges = batch.flatMap(({ exchange }) => (exchange ? [exchange] : []))
  const [decided] = await sql.unsafe<Decided[]>(
    RESERVE,
    [
      again,
      batch[0]?.processId ?? '',
      batch[0]?.ttlMs ?? 0,
      arrayText(orgs),
      arrayText(orgs.map((id) => versionOf(batch, id))),
      arrayText(sorted.map(([id]) => id)),
      arrayText(sorted.map(([, sum]) => sum)),
      arrayText(batch.map(({ id }) => id)),
      arrayText(batch.map(({ subject }) => orgs.indexOf(subject.organizationId) + 1)),
      arrayText(batch.map((each) => (children.isGone(each) ? -1 : each.policyVersion))),
      arrayText(subjects),
      arrayText(batch.map(({ nanos }) => nanos)),
      arrayText(batch.map(({ tokens }) => tokens)),
      `{"${texts.join('","')}"}`,
      exchanges.length === 0 ? null : openedText(exchanges),
    ],
    { prepare: true },
  )
  if (!decided) throw new Error('the ledger gave no answer')
  return answersOf(batch.length, decided, roomsOf(sorted, decided))
}

/** How the batch's meters stand; indexed when somebody asks first. */
function roomsOf(meters: readonly (readonly [number, unknown])[], decided: Decided): Rooms {
  const { m_limit: limits, m_spent: spent, m_held: held } = decided
  let places: ReadonlyMap<number, number> | undefined
  return {
    nowMs: Number(decided.now_ms),
    of(meter) {
      places ??= new Map(meters.map(([id], index) => [id, index]))
      const at = places.get(meter) ?? -1
      const limit = limits?.[at]
      // -1 stands for none.
      if (limit === undefined || limit < 0n) return undefined
      return { limit, spent: spent?.[at] ?? 0n, held: held?.[at] ?? 0n }
    },
  }
}

interface LegSums {
  readonly text: string
  readonly legs: readonly Leg[]
  nanos: bigint
  tokens: number
  requests: number
  concurrency: number
}

/**
 * Each reservation's meters as array text, and the batch's sum for each meter. Reservations decided alike share one
 * list of legs, so that a thousand of them cost a thousand additions and not four thousand.
 */
function sumLegs(batch: readonly Reservation[], children: Children) {
  const groups = new Map<readonly Leg[], LegSums>()
  const texts = batch.map((each) => {
    const legs = each.fresh.length === 0 ? each.legs : [...each.legs, ...children.legsOf(each)]
    let group = groups.get(legs)
    if (!group) {
      const ids = legs.map(({ meter }) => meter).sort(ascending)
      group = { text: arrayText(ids), legs, nanos: 0n, tokens: 0, requests: 0, concurrency: 0 }
      groups.set(legs, group)
    }
    group.nanos += each.nanos
    group.tokens += each.tokens
    group.requests++
    group.concurrency++
    return group.text
  })
  const meters = new Map<number, bigint>()
  for (const { legs, ...sums } of groups.values())
    for (const { meter, metric } of legs)
      meters.set(meter, (meters.get(meter) ?? 0n) + BigInt(sums[metric]))
  return { texts, meters }
}

/** The version that all reservations of an organisation were decided with; -1, which is never right, when they differ. */
function versionOf(batch: readonly Reservation[], organizationId: string): number {
  let version: number | undefined
  for (const each of batch)
    if (each.subject.organizationId === organizationId) {
      if (version !== undefined && version !== each.policyVersion) return -1
      version = each.policyVersion
    }
  return version ?? -1
}

function answersOf(count: number, decided: Decided, rooms?: Rooms): readonly ReserveAnswer[] {
  const answers = Array.from({ length: count }, (): ReserveAnswer => ({ kind: 'held', rooms }))
  for (const index of decided.stale ?? []) answers[index] = { kind: 'stale' }
  for (const index of decided.ended ?? []) answers[index] = { kind: 'ended' }
  for (const [index, noRoom] of readRefusals(decided.refused ?? [], Number(decided.now_ms)))
    answers[index] = { kind: 'refused', noRoom }
  return answers
}

async function extend(sql: AnySql, batch: readonly Extension[]): Promise<readonly ReserveAnswer[]> {
  const orgs = [...new Set(batch.map(({ organizationId }) => organizationId))].sort()
  const [decided] = await sql.unsafe<Decided[]>(
    EXTEND,
    [
      arrayText(orgs),
      arrayText(batch.map(({ id }) => id)),
      arrayText(batch.map(({ totalNanos }) => totalNanos)),
    ],
    { prepare: true },
  )
  if (!decided) throw new Error('the ledger gave no answer')
  return answersOf(batch.length, decided)
}

async function settle(
  database: Database,
  batch: readonly Settlement[],
): Promise<readonly SettleAnswer[]> {
  const orgs = [...new Set(batch.map(({ organizationId }) => organizationId))].sort()
  const events = batch.flatMap(({ event }) => (event ? [event] : []))
  const values = [
    closingText(events),
    arrayText(orgs),
    batch[0]?.processId ?? '',
    arrayText(batch.map(({ id }) => id)),
    arrayText(batch.map(({ how }) => how === 'void')),
    arrayText(batch.map(({ nanos }) => nanos)),
    arrayText(batch.map(({ tokens }) => tokens)),
    arrayText(batch.map(({ basis }) => basis ?? null)),
  ]
  const [row] = await database.sql.unsafe<{ before: readonly number[] }[]>(
    SETTLE_AND_CLOSE,
    values,
    { prepare: true },
  )
  const before = row?.before ?? []
  return batch.map((_, index): SettleAnswer => {
    const state = before[index]
    return state === 0 ? 'ended' : state === 1 ? 'corrected' : 'before'
  })
}

function ascending(a: number, b: number): number {
  return a - b
}
