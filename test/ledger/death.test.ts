import { afterAll, beforeAll, expect, test } from 'bun:test'
import { nanos } from '../../src/base/money.ts'
import { closeExchanges } from '../../src/store/exchange-rows.ts'
import { postgresLedger } from '../../src/store/ledger-postgres.ts'
import { sweepInterrupted } from '../../src/store/sweep.ts'
import { dailyCap, eventOf, ledgerBench } from '../support/ledger.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld, until } from '../support/world.ts'

const USD = 1_000_000_000n
let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

test('a hold whose process died expires, stays counted in full, and costs its call that much', async () => {
  const { ledger, call, save, account } = ledgerBench(database, testWorld(), { ttlMs: 300 })
  const { id } = await save(dailyCap(3))
  const lost = call(2n * USD)
  await ledger.reserve(lost)
  ledger.close()
  const port = postgresLedger(database)
  await until('the hold expires', async () => (await port.expire(10)) === 1)
  expect(await account(id)).toEqual({ posted: 0n, overage: 0n, pending: 0n, expired: 2n * USD })
  expect(await port.expire(10)).toBe(0)
  await sweepInterrupted(database, testWorld(), 0)
  const [row] = await database.sql`
    select outcome, cost_nanos, cost_basis from exchanges where id = ${lost.id}`
  expect({ ...row }).toEqual({
    outcome: 'interrupted',
    cost_nanos: 2n * USD,
    cost_basis: 'ceiling',
  })
})

test('the truth that comes after all sets the account, the call and the reports right, once', async () => {
  const { ledger, call, save, account, organizationId } = ledgerBench(database, testWorld(), {
    ttlMs: 300,
  })
  const { id } = await save(dailyCap(3))
  const late = call(2n * USD)
  const hold = await ledger.reserve(late)
  ledger.close()
  const port = postgresLedger(database)
  await until('the hold expires', async () => (await port.expire(10)) === 1)
  await sweepInterrupted(database, testWorld(), 0)
  hold.settle({ nanos: nanos(USD), tokens: 3, basis: 'measured' }, eventOf(late.opened, USD))
  await hold.ended
  expect(await account(id)).toEqual({ posted: USD, overage: 0n, pending: 0n, expired: 0n })
  const kinds =
    await database.sql`select kind, nanos from ledger_history where hold_id = ${late.id} order by at, kind = 'correct'`
  expect(kinds.map(({ kind, nanos: amount }) => [kind, amount])).toEqual([
    ['reserve', 2n * USD],
    ['expire', 2n * USD],
    ['correct', USD],
  ])
  const [row] = await database.sql`
    select e.outcome, e.cost_nanos, o.posted_nanos, o.expired_nanos from exchanges e, ledger_hours o
      join ledger_subjects s on s.id = o.subject_id where e.id = ${late.id} and s.organization_id = ${organizationId}`
  expect({ ...row }).toEqual({
    outcome: 'ok',
    cost_nanos: USD,
    posted_nanos: USD,
    expired_nanos: 0n,
  })
})

test('a hold of a call that was recorded as refused is void, because it was never sent', async () => {
  const { ledger, call, save, account } = ledgerBench(database, testWorld(), { ttlMs: 100 })
  const { id } = await save(dailyCap(3))
  const lost = call(2n * USD)
  await ledger.reserve(lost)
  ledger.close()
  const event = eventOf(lost.opened, 0n)
  const closed = {
    ...event.closed,
    outcome: 'refused' as const,
    costNanos: undefined,
    costBasis: undefined,
  }
  await closeExchanges(database.sql, [{ ...event, closed }])
  const port = postgresLedger(database)
  await until('the hold is void', async () => {
    await port.expire(10)
    return (await account(id)).pending === 0n
  })
  expect(await account(id)).toEqual({ posted: 0n, overage: 0n, pending: 0n, expired: 0n })
})

test('a live hold is renewed for as long as its process lives', async () => {
  const { ledger, call } = ledgerBench(database, testWorld(), { ttlMs: 300 })
  const asked = call(USD)
  await ledger.reserve(asked)
  const expiry = async () => {
    const [row] = await database.sql<{ at: number }[]>`
      select extract(epoch from expires_at)::float8 as at from ledger_holds where id = ${asked.id}`
    return row?.at ?? 0
  }
  const first = await expiry()
  await until('three renewals', async () => (await expiry()) > first + 0.3)
  const [row] = await database.sql`select state from ledger_holds where id = ${asked.id}`
  expect(row?.state).toBe(0)
  ledger.close()
})

test('entries cannot be changed or deleted', async () => {
  const change = database.sql`update ledger_entries set nanos = 0`
  expect(
    await change.then(
      () => 'done',
      (cause: Error) => cause.message,
    ),
  ).toContain('never changed')
  const removal = database.sql`delete from ledger_entries`
  expect(
    await removal.then(
      () => 'done',
      (cause: Error) => cause.message,
    ),
  ).toContain('never changed')
})

test('a reservation whose answer was lost stands once; a void of one still on its way keeps it out', async () => {
  const bench = ledgerBench(database, testWorld())
  const { id } = await bench.save(dailyCap(10))
  const port = postgresLedger(database)
  const asked = bench.call(USD)
  const terms = await asked.terms(false)
  const reservation = {
    id: asked.id,
    processId: asked.id,
    subject: { ...asked.subject, model: 'gpt-4o', requestModel: 'gpt-4o', custom: [] },
    policyVersion: terms.decision.policyVersion,
    legs: terms.decision.legs,
    fresh: [],
    nanos: terms.nanos,
    tokens: 1,
    ttlMs: 60_000,
    exchange: undefined,
  }
  expect(await port.reserve([reservation], false)).toMatchObject([{ kind: 'held' }])
  expect(await port.reserve([reservation], true)).toMatchObject([{ kind: 'held' }])
  // Without being told that it is a repetition, it finds out by itself.
  expect(await port.reserve([reservation], false)).toMatchObject([{ kind: 'held' }])
  expect((await bench.account(id)).pending).toBe(USD)
  const early = { ...reservation, id: bench.call(1n).id }
  const end = {
    organizationId: bench.organizationId,
    processId: early.id,
    how: 'void' as const,
    nanos: nanos(0),
    tokens: 0,
    basis: undefined,
    event: undefined,
  }
  await port.settle([{ ...end, id: early.id }])
  expect(await port.reserve([early], false)).toEqual([{ kind: 'ended' }])
  expect((await bench.account(id)).pending).toBe(USD)
  bench.ledger.close()
})
