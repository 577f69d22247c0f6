import { afterAll, beforeAll, expect, test } from 'bun:test'
import { firstIdAt, newId } from '../../src/base/id.ts'
import { nanos } from '../../src/base/money.ts'
import { cleanLedger } from '../../src/store/ledger-cleaning.ts'
import { postgresLedger } from '../../src/store/ledger-postgres.ts'
import { policyUse } from '../../src/store/policy-reads.ts'
import { readUsage } from '../../src/store/usage-reads.ts'
import { type Bench, dailyCap, eventOf, ledgerBench } from '../support/ledger.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { makeTenant } from '../support/tenant.ts'
import { testWorld, until } from '../support/world.ts'

const USD = 1_000_000_000n
const DAY_MS = 86_400_000
const world = testWorld()
let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

const clean = (batchMax = 2) => cleanLedger(database, world, { keepDays: 400, batchMax })

/** A call that is over; gives its id. */
async function spend(bench: Bench, dollars: bigint): Promise<string> {
  const call = bench.call(dollars * USD)
  const hold = await bench.ledger.reserve(call)
  const bill = { nanos: nanos(dollars * USD), tokens: 10, basis: 'measured' } as const
  hold.settle(bill, eventOf(call.opened, dollars * USD))
  await hold.ended
  return call.id
}

/** Moves calls with all that names them so many days into the past, past the entries' own guard. */
async function age(ids: readonly string[], days: number): Promise<string[]> {
  const { sql } = database
  const aged: string[] = []
  await sql.unsafe('alter table ledger_entries disable trigger user')
  for (const [index, id] of ids.entries()) {
    const old = firstIdAt(Date.now() - days * DAY_MS + index)
    aged.push(old)
    const ago = `${days} days`
    await sql`update ledger_entries set hold_id = ${old}, at = at - ${ago}::interval where hold_id = ${id}`
    await sql`update ledger_holds set id = ${old}, reserved_at = reserved_at - ${ago}::interval,
      expires_at = expires_at - ${ago}::interval, ended_at = ended_at - ${ago}::interval where id = ${id}`
    await sql`update exchanges set id = ${old}, started_at = started_at - ${ago}::interval,
      ended_at = ended_at - ${ago}::interval where id = ${id}`
    await sql`delete from outbox where exchange_id = ${id}`
  }
  await sql.unsafe('alter table ledger_entries enable trigger user')
  return aged
}

async function rowsOf(ids: readonly string[]): Promise<Record<string, number>> {
  const [row] = await database.sql<Record<string, number>[]>`
    select (select count(*)::int from ledger_holds where id = any(${[...ids]}::uuid[])) as holds,
           (select count(*)::int from ledger_entries where hold_id = any(${[...ids]}::uuid[])) as entries,
           (select count(*)::int from exchanges where id = any(${[...ids]}::uuid[])) as exchanges`
  return { ...row }
}

/** Everything that policies and reports show of an organisation. */
async function sums(bench: Bench, policyIds: readonly string[]) {
  const uses = await policyUse(database.sql, policyIds)
  const usage = await readUsage(database.sql, {
    organizationId: bench.organizationId,
    workspaceIds: undefined,
    groupBy: ['api_key', 'model'],
    bucket: 'day',
    fromMs: Date.now() - 700 * DAY_MS,
    toMs: Date.now() + 60_000,
  })
  return JSON.stringify([[...uses], usage], (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
}

test('old ended calls go with their entries; every sum stays, and so does what is young', async () => {
  const bench = ledgerBench(database, world)
  const cap = await bench.save({ config: { window: 'monthly', limit_usd: 100 } })
  const old: string[] = []
  for (let call = 0; call < 5; call++) old.push(await spend(bench, 1n))
  const aged = await age(old, 450)
  const young = [await spend(bench, 2n), ...(await age([await spend(bench, 3n)], 390))]
  const before = await sums(bench, [cap.id])
  expect(before).toContain('"10000000000"')
  const cleaned = await clean()
  expect(cleaned).toMatchObject({ holds: 5, exchanges: 5 })
  expect(await rowsOf(aged)).toEqual({ holds: 0, entries: 0, exchanges: 0 })
  expect(await rowsOf(young)).toEqual({ holds: 2, entries: 2, exchanges: 2 })
  expect(await sums(bench, [cap.id])).toBe(before)
  expect(await clean()).toMatchObject({ holds: 0, exchanges: 0 })
})

test('an expired hold whose truth never came stays, however old, and can still be set right', async () => {
  const bench = ledgerBench(database, world, { ttlMs: 100 })
  const { id } = await bench.save({ config: { window: 'monthly', limit_usd: 100 } })
  const call = bench.call(5n * USD)
  await bench.ledger.reserve(call)
  bench.ledger.close()
  const port = postgresLedger(database)
  await until('the hold expires', async () => (await port.expire(10)) > 0)
  const [aged = ''] = await age([call.id], 500)
  // The account of the window that the hold is now in.
  await database.sql`
    update ledger_accounts a set starts_at = ledger_start('month', now() - interval '500 days')
      from ledger_meters m where m.id = a.meter_id and m.policy_id = ${id}`
  await database.sql`
    update exchanges set outcome = 'interrupted', ended_at = now() - interval '500 days' where id = ${aged}`
  await clean()
  expect(await rowsOf([aged])).toEqual({ holds: 1, entries: 1, exchanges: 1 })
  await port.settle([
    {
      id: aged,
      organizationId: bench.organizationId,
      processId: newId(world),
      how: 'settle',
      nanos: nanos(USD),
      tokens: 1,
      basis: 'measured',
      event: undefined,
    },
  ])
  expect(await bench.account(id)).toMatchObject({ posted: USD, expired: 0n })
})

test('no line of a running window can be taken away, whoever asks', async () => {
  const bench = ledgerBench(database, world)
  const id = await spend(bench, 1n)
  const removal = database.sql.begin(async (sql) => {
    await sql`select set_config('sluice.cleaning', 'on', true)`
    await sql`delete from ledger_entries where hold_id = ${id}`
  })
  await expect(removal).rejects.toThrow('must be kept')
  expect(await rowsOf([id])).toEqual({ holds: 1, entries: 1, exchanges: 1 })
})

test('accounts of windows that ended go, with the meters and policies that nothing names', async () => {
  const bench = ledgerBench(database, world)
  const limits = [{ metric: 'requests', window: 'minute', value: 1_000 }]
  const pace = await bench.save({ type: 'rate_limit', name: 'Pace', config: { limits } })
  const cap = await bench.save(dailyCap(100))
  const gone = await bench.save({ name: 'Gone', config: { window: 'hourly', limit_usd: 100 } })
  await spend(bench, 1n)
  // What the tests before have left.
  await clean()
  await bench.remove(gone.id)
  const shift = (id: string, ago: string) => database.sql`
    update ledger_accounts a set starts_at = starts_at - ${ago}::interval
      from ledger_meters m where m.id = a.meter_id and m.policy_id = ${id}`
  await shift(pace.id, '10 days')
  await shift(cap.id, '10 days')
  await shift(gone.id, '10 days')
  await database.sql`update policies set deleted_at = now() - interval '500 days' where id = ${gone.id}`
  // A minute and an hour are past looking at; a day is kept for the archive window.
  expect(await clean()).toMatchObject({ accounts: 2, meters: 1, policies: 1 })
  await shift(cap.id, '400 days')
  expect(await clean()).toMatchObject({ accounts: 1, meters: 0, policies: 0 })
  // A live policy keeps its meter, and counts anew. (A process heard of the deleted one days ago.)
  bench.cache.forget()
  await spend(bench, 2n)
  expect((await bench.account(cap.id)).posted).toBe(2n * USD)
})

test('children of a key that was deleted go; those of living keys and of header values stay', async () => {
  const tenant = await makeTenant(database, world)
  const bench = ledgerBench(database, world, { organizationId: tenant.organizationId })
  await bench.save({
    type: 'default_spend_cap',
    name: 'Per key',
    matchers: [{ key: 'api_key_id', value: '' }],
    config: { window: 'daily', limit_usd: 5 },
  })
  await bench.save({
    type: 'default_spend_cap',
    name: 'Per customer',
    matchers: [{ key: 'customer', value: '' }],
    config: { window: 'daily', limit_usd: 5 },
  })
  const custom = new Map([['customer', 'acme']])
  for (const keyId of [tenant.key.id, newId(world)]) {
    const hold = await bench.ledger.reserve(bench.call(USD, { keyId, custom }))
    hold.settle({ nanos: nanos(USD), tokens: 1, basis: 'measured' }, undefined)
    await hold.ended
  }
  const children = async () => {
    const rows = await database.sql<{ name: string }[]>`
      select name from policies where organization_id = ${tenant.organizationId}
         and parent_policy_id is not null and deleted_at is null order by name`
    return rows.map(({ name }) => name)
  }
  expect(await children()).toHaveLength(3)
  expect((await clean()).children).toBe(1)
  expect(await children()).toEqual(['Per customer (acme)', `Per key (${tenant.key.id})`])
  // The default still stands, and every process hears of the change.
  const again = await bench.ledger.reserve(bench.call(USD, { keyId: tenant.key.id, custom }))
  again.void(undefined)
  await again.ended
})
