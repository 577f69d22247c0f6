import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { ExchangeOpened } from '../../src/base/exchange.ts'
import { nanos } from '../../src/base/money.ts'
import { openDatabase } from '../../src/store/database.ts'
import { insertOpened } from '../../src/store/exchange-rows.ts'
import type { ReserveCall } from '../../src/store/ledger.ts'
import { postgresLedger } from '../../src/store/ledger-postgres.ts'
import { type Bench, dailyCap, ledgerBench } from '../support/ledger.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld } from '../support/world.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

/** A call with a row of its own making. */
function withRow(call: ReserveCall, parts: Partial<ExchangeOpened>): ReserveCall {
  if (!call.opened) throw new Error('the call has no row')
  return { ...call, opened: { ...call.opened, ...parts } }
}

async function reserveAll({ ledger }: Bench, calls: readonly ReserveCall[]): Promise<string[]> {
  const done = await Promise.allSettled(calls.map((call) => ledger.reserve(call)))
  return done.map(({ status }) => status)
}

/** Calls that have little in common, and texts that only look like an array's or JSON's. */
function oddCalls(bench: Bench): ReserveCall[] {
  return [
    withRow(bench.call(1n), {}),
    withRow(bench.call(1n), { startedAtMs: 1_700_000_000_123, traceId: 'ab'.repeat(16) }),
    withRow(bench.call(1n), { parentSpanId: 'cd'.repeat(8), stream: false }),
    withRow(bench.call(1n), {
      userAgent: `a "b" {c}, 'd' \\ \u0000 \ud800`,
      requestModel: undefined,
    }),
    withRow(bench.call(1n), {
      sessionId: '["x"]',
      traceState: 'a=1,b=2',
      userId: bench.call(1n).id,
    }),
    withRow(bench.call(1n), { path: '/p', method: 'GET', dialect: 'd', provider: 'p' }),
    withRow(bench.call(1n), {}),
  ]
}

/** The writer for calls without a hold, row by row, is what their rows are compared with. */
async function expectTrueRows(bench: Bench, calls: readonly ReserveCall[]): Promise<void> {
  for (const call of calls) {
    const { opened } = withRow(call, { id: bench.call(1n).id })
    if (opened) await insertOpened(database.sql, [opened])
    const rows = await database.sql`
      select to_jsonb(e) - 'id' as row from exchanges e where id in (${call.id}, ${opened?.id ?? ''})`
    expect(rows).toBeArrayOfSize(2)
    expect(rows[0]).toEqual(rows[1] ?? {})
  }
}

test('rows of a batch say what each call was, whatever it shares with its neighbours', async () => {
  const bench = ledgerBench(database, testWorld())
  const calls = oddCalls(bench)
  expect(new Set(await reserveAll(bench, calls))).toEqual(new Set(['fulfilled']))
  await expectTrueRows(bench, calls)
})

test('the row of a call that comes alone says the same as in a batch', async () => {
  const bench = ledgerBench(database, testWorld())
  const calls = oddCalls(bench)
  for (const call of calls) await bench.ledger.reserve(call)
  await expectTrueRows(bench, calls)
})

test('the one call of a batch that fits has its own row and hold, not those of a neighbour', async () => {
  const bench = ledgerBench(database, testWorld())
  const { id } = await bench.save(dailyCap('0.000000003'))
  const calls = [9n, 8n, 3n].map((cost, index) =>
    withRow(bench.call(cost), { path: `/${index}`, startedAtMs: 1_700_000_000_000 + index }),
  )
  expect(await reserveAll(bench, calls)).toEqual(['rejected', 'rejected', 'fulfilled'])
  expect(await bench.account(id)).toMatchObject({ pending: 3n })
  await expectTrueRows(bench, calls.slice(2))
})

test('of a batch that has not room for all, the first that fit are held, and only they have rows', async () => {
  const bench = ledgerBench(database, testWorld())
  const { id } = await bench.save(dailyCap('0.000000007'))
  const calls = [3n, 5n, 4n, 1n, 1n].map((cost) => bench.call(cost))
  const held = ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'rejected']
  expect(await reserveAll(bench, calls)).toEqual(held)
  expect(await bench.account(id)).toMatchObject({ pending: 7n })
  for (const [index, call] of calls.entries()) {
    const [row] = await database.sql`
      select (select count(*)::int from ledger_holds where id = ${call.id}) as holds,
             (select count(*)::int from exchanges where id = ${call.id}) as rows`
    const count = held[index] === 'fulfilled' ? 1 : 0
    expect({ ...row }).toEqual({ holds: count, rows: count })
  }
})

test('a hold that one batch of endings names twice is ended by the first, here and by the database itself', async () => {
  const bench = ledgerBench(database, testWorld())
  const { organizationId } = bench
  const { id: policy } = await bench.save(dailyCap(1))
  const calls = [bench.call(100n), bench.call(100n)]
  await reserveAll(bench, calls)
  const [first, second] = calls.map(({ id }) => id).sort()
  const ending = (id: string, amount: bigint) => ({
    id,
    organizationId,
    processId: id,
    how: 'settle' as const,
    nanos: nanos(amount),
    tokens: 1,
    basis: 'measured' as const,
    event: undefined,
  })
  const answers = await postgresLedger(database).settle([
    ending(first ?? '', 60n),
    ending(first ?? '', 70n),
  ])
  expect([...answers]).toEqual(['ended', 'before'])
  expect(await bench.account(policy)).toMatchObject({ posted: 60n, pending: 100n })
  await database.sql`
    select ledger_settle(array[${organizationId}]::uuid[], ${organizationId}::uuid,
      array[${second ?? ''}, ${second ?? ''}]::uuid[], '{f,f}', '{10,20}', '{1,1}', '{measured,measured}')`
  expect(await bench.account(policy)).toMatchObject({ posted: 70n, pending: 0n })
  const [sums] = await database.sql`
    select (select sum(requests) from ledger_hours o join ledger_subjects s on s.id = o.subject_id
             where s.organization_id = ${organizationId})::int as requests,
           (select count(*) from ledger_entries where hold_id in (${first ?? ''}, ${second ?? ''}))::int as entries`
  expect({ ...sums }).toEqual({ requests: 2, entries: 2 })
})

test('ending some holds reads those and no others, however many are open', async () => {
  const world = testWorld()
  const bench = ledgerBench(database, world)
  await bench.save(dailyCap(1))
  const calls = Array.from({ length: 300 }, () => bench.call(1n))
  await reserveAll(bench, calls)
  // As a gateway opens it: plans are made once, here while the tables are small.
  const books = openDatabase({ url: database.url, world, poolSize: 1, plansOnce: true })
  try {
    for (const count of [1, 3, 20]) {
      const ids = calls.splice(0, count).map(({ id }) => id)
      const list = (value: string): string => `{${ids.map(() => value)}}`
      const read = await books.sql.begin(async (sql) => {
        await sql`
          select ledger_settle(array[${bench.organizationId}]::uuid[], ${bench.organizationId}::uuid, ${`{${ids}}`}::uuid[],
            ${list('f')}::boolean[], ${list('1')}::bigint[], ${list('1')}::bigint[], ${list('measured')}::text[])`
        const [row] = await sql<{ rows: number }[]>`
          select idx_tup_fetch::int as rows from pg_stat_xact_user_tables where relname = 'ledger_holds'`
        return row?.rows ?? 0
      })
      // Looked at for its accounts, to lock it, and to change it.
      expect(read).toBeWithin(count, 5 * count + 1)
    }
  } finally {
    await books.close()
  }
})
