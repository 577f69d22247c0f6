import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Failure } from '../../src/base/failure.ts'
import { nanos } from '../../src/base/money.ts'
import { postgresLedger } from '../../src/store/ledger-postgres.ts'
import { policyUse } from '../../src/store/policy-reads.ts'
import type { Bench } from '../support/ledger.ts'
import { ledgerBench } from '../support/ledger.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld, until } from '../support/world.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

/** A limit on calls at the same time, over the whole organisation. */
const places = (value: number) => ({
  type: 'rate_limit',
  name: 'Places',
  config: { limits: [{ metric: 'concurrency', value }] },
})

async function failureOf(run: Promise<unknown>): Promise<Failure> {
  const cause = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (cause instanceof Failure) return cause
  throw cause ?? new Error('nothing failed')
}

/** Places taken, as an operator sees it. */
async function taken(policyId: string): Promise<bigint> {
  const uses = await policyUse(database.sql, [policyId])
  const [use] = uses.get(policyId) ?? []
  if (!use) throw new Error('the policy counts nothing')
  expect(use.spent).toBe(nanos(0))
  return use.reserved
}

const bill = { nanos: nanos(5), tokens: 1, basis: 'measured' } as const

describe('a limit on concurrency', () => {
  test('lets exactly so many calls run; each end gives its place back', async () => {
    const { ledger, call, save } = ledgerBench(database, testWorld())
    const { id } = await save(places(3))
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, () => ledger.reserve(call(10n))),
    )
    const holds = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    expect(holds.length).toBe(3)
    expect(await taken(id)).toBe(3n)
    const refused = await failureOf(ledger.reserve(call(10n)))
    expect([refused.code, refused.row.status, refused.retryAfterMs]).toEqual([
      'rate_limit_reached',
      429,
      1_000,
    ])
    expect(refused.says).toBe('Request blocked by gateway policies: Places')
    expect(refused.details?.policies).toMatchObject([
      { metric: 'concurrency', window: 'none', limit: 3, used: 0, held: 3, reason: 'reserved' },
    ])
    holds[0]?.settle(bill, undefined)
    holds[1]?.void(undefined)
    await Promise.all([holds[0]?.ended, holds[1]?.ended])
    expect(await taken(id)).toBe(1n)
    await Promise.all([ledger.reserve(call(10n)), ledger.reserve(call(10n))])
    expect((await failureOf(ledger.reserve(call(10n)))).code).toBe('rate_limit_reached')
  })

  test('never refuses a client that calls one by one, also across processes', async () => {
    const bench = ledgerBench(database, testWorld())
    const { id } = await bench.save(places(1))
    const processes: Bench[] = [bench, bench.other()]
    for (let turn = 0; turn < 20; turn++) {
      const hold = await processes[turn % 2]?.ledger.reserve(bench.call(10n))
      // Not awaited: the next call comes before this end is committed.
      hold?.settle(bill, undefined)
    }
    await until('the last end', async () => (await taken(id)) === 0n)
  })

  test('the place of a killed process is free after the life of its hold; its money stays counted', async () => {
    const world = testWorld()
    const { ledger, call, save, account } = ledgerBench(database, world, { ttlMs: 200 })
    const { id } = await save(places(1))
    const cap = await save({ config: { window: 'daily', limit_usd: 1 } })
    const hold = await ledger.reserve(call(10n))
    // Nobody renews it any more, as if its process had been killed.
    ledger.close()
    const port = postgresLedger(database)
    await until('the hold expires', async () => (await port.expire(10)) > 0)
    expect(await taken(id)).toBe(0n)
    expect((await account(cap.id)).expired).toBe(10n)
    // A truth that comes late sets the money right and leaves the place alone.
    hold.settle(bill, undefined)
    await hold.ended
    expect(await taken(id)).toBe(0n)
    expect(await account(cap.id)).toMatchObject({ posted: 5n, expired: 0n })
  })

  test('a new limit sees the calls that run already, and a default gives each member places of its own', async () => {
    const { ledger, call, save } = ledgerBench(database, testWorld())
    const before = await ledger.reserve(call(10n))
    before.settle(bill, undefined)
    await before.ended
    const running = await ledger.reserve(call(10n))
    const { id } = await save(places(1))
    expect(await taken(id)).toBe(1n)
    expect((await failureOf(ledger.reserve(call(10n)))).code).toBe('rate_limit_reached')
    running.settle(bill, undefined)
    await running.ended
    expect(await taken(id)).toBe(0n)
    await save({ ...places(5), name: 'Places' })
    await save({
      ...places(1),
      type: 'default_rate_limit',
      name: 'Per customer',
      matchers: [{ key: 'customer', value: '' }],
    })
    const by = (customer: string) => call(10n, { custom: new Map([['customer', customer]]) })
    await ledger.reserve(by('acme'))
    await ledger.reserve(by('bolt'))
    const refused = await failureOf(ledger.reserve(by('acme')))
    expect(refused.says).toContain('Per customer (acme)')
  })
})
