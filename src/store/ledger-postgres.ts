import type {
  Extension,
  LedgerPort,
  Reservation,
  ReserveAnswer,
  SettleAnswer,
  Settlement,
} from '../policies/ledger-port.ts'
import type { AnySql, Database } from './database.ts'
import { closingText, closingWith } from './exchange-rows.ts'
import { readRefusals, readReserved, reserveBatch } from './ledger-batch.ts'
import type { Children } from './ledger-children.ts'
import { makeChildren, NO_CHILDREN } from './ledger-children.ts'
import { subjectIds } from './ledger-subjects.ts'
import { arrayText } from './ledger-text.ts'
import { sqlState } from './store-failure.ts'

const RESERVE = `select ledger_reserve($1, $2, $3, $4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[],
  $8::int[], $9::bigint[], $10::bigint[], $11::int[], $12::int[], $13::bigint[],
  $14::uuid[], $15::int[], $16::bigint[], $17::bigint[],
  $18::uuid[], $19::int[], $20::float8[], $21::text[], $22::text[], $23::text::json) as answer`

const EXTEND = `select * from ledger_extend($1::uuid[], $2::uuid[], $3::bigint[])`

/** `$1` are the events of the calls that end with their holds: one statement, so one round trip and one commit. */
const SETTLE = `select ledger_settle($2::uuid[], $3, $4::uuid[], $5::boolean[], $6::bigint[], $7::bigint[],
  $8::text[]) as before`
const SETTLE_AND_CLOSE = closingWith(SETTLE)

const DUPLICATE = '23505'

/** What an extension answers; those not named are raised. */
interface Extended {
  readonly now_ms: bigint
  readonly ended: readonly number[] | null
  readonly refused: readonly bigint[] | null
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
  const { values, meters } = reserveBatch(batch, subjects, children)
  const [row] = await sql.unsafe<{ answer: readonly bigint[] }[]>(RESERVE, [again, ...values], {
    prepare: true,
  })
  if (!row) throw new Error('the ledger gave no answer')
  return readReserved(batch.length, meters, row.answer)
}

async function extend(sql: AnySql, batch: readonly Extension[]): Promise<readonly ReserveAnswer[]> {
  const orgs = [...new Set(batch.map(({ organizationId }) => organizationId))].sort()
  const [decided] = await sql.unsafe<Extended[]>(
    EXTEND,
    [
      arrayText(orgs),
      arrayText(batch.map(({ id }) => id)),
      arrayText(batch.map(({ totalNanos }) => totalNanos)),
    ],
    { prepare: true },
  )
  if (!decided) throw new Error('the ledger gave no answer')
  const answers = batch.map((): ReserveAnswer => ({ kind: 'held' }))
  for (const index of decided.ended ?? []) answers[index] = { kind: 'ended' }
  for (const [index, noRoom] of readRefusals(decided.refused ?? [], Number(decided.now_ms)))
    answers[index] = { kind: 'refused', noRoom }
  return answers
}

async function settle(
  database: Database,
  batch: readonly Settlement[],
): Promise<readonly SettleAnswer[]> {
  // A hold ends once: the first ending counts, also when two of them meet in one batch. In id order, as rows are locked.
  const first = new Map<string, number>()
  for (const [index, { id }] of batch.entries()) if (!first.has(id)) first.set(id, index)
  const places = [...first].sort(byId).map(([, index]) => index)
  const endings = places.flatMap((index) => batch[index] ?? [])
  const orgs = [...new Set(endings.map(({ organizationId }) => organizationId))].sort()
  const values = [
    closingText(batch.flatMap(({ event }) => (event ? [event] : []))),
    arrayText(orgs),
    batch[0]?.processId ?? '',
    arrayText(endings.map(({ id }) => id)),
    arrayText(endings.map(({ how }) => how === 'void')),
    arrayText(endings.map(({ nanos }) => nanos)),
    arrayText(endings.map(({ tokens }) => tokens)),
    arrayText(endings.map(({ basis }) => basis ?? null)),
  ]
  const [row] = await database.sql.unsafe<{ before: readonly number[] }[]>(
    SETTLE_AND_CLOSE,
    values,
    { prepare: true },
  )
  const answers = batch.map((): SettleAnswer => 'before')
  for (const [at, index] of places.entries()) {
    const state = row?.before[at]
    if (state === 0) answers[index] = 'ended'
    if (state === 1) answers[index] = 'corrected'
  }
  return answers
}

function byId([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
