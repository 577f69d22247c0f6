import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Failure } from '../../src/base/failure.ts'
import { nanos } from '../../src/base/money.ts'
import { WINDOWS, windowStart } from '../../src/base/window.ts'
import type { Bench } from '../support/ledger.ts'
import { dailyCap, eventOf, ledgerBench } from '../support/ledger.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld } from '../support/world.ts'

const USD = 1_000_000_000n
let database: TestDatabase
let bench: Bench

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

/** An organisation of its own for each test. */
function fresh(): Bench {
  bench = ledgerBench(database, testWorld())
  return bench
}

async function failureOf(run: Promise<unknown>): Promise<Failure> {
  const cause = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (cause instanceof Failure) return cause
  throw cause ?? new Error('nothing failed')
}

describe('a cap is a cap', () => {
  test('a call without policies is held with no legs, its row is opened and closed', async () => {
    const { ledger, call } = fresh()
    const asked = call(5n * USD)
    const hold = await ledger.reserve(asked)
    hold.settle({ nanos: nanos(USD), tokens: 10, basis: 'measured' }, eventOf(asked.opened, USD))
    await hold.ended
    const [row] = await database.sql`
      select e.outcome, e.cost_nanos, h.state, h.posted_nanos, o.exchange_id is not null as queued
        from exchanges e join ledger_holds h using (id) left join outbox o on o.exchange_id = e.id where e.id = ${asked.id}`
    expect({ ...row }).toEqual({
      outcome: 'ok',
      cost_nanos: USD,
      state: 2,
      posted_nanos: USD,
      queued: true,
    })
  })

  test('holds are placed up to the limit and not beyond; room given back is used again', async () => {
    const { ledger, call, save, account } = fresh()
    const { id } = await save(dailyCap(10))
    const holds = await Promise.all([
      ledger.reserve(call(4n * USD)),
      ledger.reserve(call(6n * USD)),
    ])
    const reserved = await failureOf(ledger.reserve(call(1n)))
    expect([reserved.code, reserved.row.status, reserved.retryAfterMs]).toEqual([
      'spend_reserved',
      429,
      1_000,
    ])
    holds[0]?.settle({ nanos: nanos(USD), tokens: 1, basis: 'measured' }, undefined)
    await holds[0]?.ended
    expect(await account(id)).toEqual({ posted: USD, overage: 0n, pending: 6n * USD, expired: 0n })
    await ledger.reserve(call(3n * USD))
  })

  test('a reached cap says 402 with its name, amounts and reset, and which max_tokens would fit', async () => {
    const { ledger, call, save } = fresh()
    await save(dailyCap('2.5'))
    const hold = await ledger.reserve(call(2n * USD))
    hold.settle({ nanos: nanos(2n * USD), tokens: 1, basis: 'measured' }, undefined)
    await hold.ended
    const refused = await failureOf(ledger.reserve(call(USD)))
    expect(refused.row.status).toBe(402)
    expect(refused.says).toBe('Request blocked by gateway policies: R&D Spend Cap')
    expect(refused.details?.policies).toMatchObject([
      {
        name: 'R&D Spend Cap',
        scope: 'organization',
        window: 'day',
        limit_usd: 2.5,
        spent_nanos: (2n * USD).toString(),
        held_nanos: '0',
        reason: 'reached',
      },
    ])
  })

  test('all matching caps must have room, or none of them is touched', async () => {
    const { ledger, call, save, account, subject } = fresh()
    const wide = await save(dailyCap(100))
    const narrow = await save({
      name: 'Key cap',
      matchers: [{ key: 'api_key_id', value: subject().keyId }],
      config: { window: 'monthly', limit_usd: 1 },
    })
    const refused = await failureOf(ledger.reserve(call(2n * USD)))
    expect(refused.says).toBe('Request blocked by gateway policies: Key cap')
    expect((await account(wide.id)).pending).toBe(0n)
    await ledger.reserve(call(USD))
    expect([(await account(wide.id)).pending, (await account(narrow.id)).pending]).toEqual([
      USD,
      USD,
    ])
  })

  test('a bill above the hold is posted in full, with the excess told apart', async () => {
    const { ledger, call, save, account } = fresh()
    const { id } = await save(dailyCap(10))
    const hold = await ledger.reserve(call(USD))
    hold.settle({ nanos: nanos(3n * USD), tokens: 1, basis: 'measured' }, undefined)
    await hold.ended
    expect(await account(id)).toEqual({ posted: USD, overage: 2n * USD, pending: 0n, expired: 0n })
  })

  test('a void gives everything back and is counted nowhere', async () => {
    const { ledger, call, save, account } = fresh()
    const { id } = await save(dailyCap(1))
    const hold = await ledger.reserve(call(USD))
    hold.void(undefined)
    await hold.ended
    expect(await account(id)).toEqual({ posted: 0n, overage: 0n, pending: 0n, expired: 0n })
    const [row] = await database.sql`
      select coalesce(sum(h.requests), 0)::int as requests from ledger_hours h join ledger_subjects s on s.id = h.subject_id
       where s.organization_id = ${bench.organizationId}`
    expect(row?.requests).toBe(0)
  })

  test('a new cap, and one made again, opens with what its window shows, calls in flight included', async () => {
    const { ledger, call, save, remove, account } = fresh()
    const before = await ledger.reserve(call(2n * USD))
    before.settle({ nanos: nanos(2n * USD), tokens: 1, basis: 'measured' }, undefined)
    await before.ended
    const flying = await ledger.reserve(call(3n * USD))
    const { id } = await save(dailyCap(6))
    expect(await account(id)).toEqual({
      posted: 2n * USD,
      overage: 0n,
      pending: 3n * USD,
      expired: 0n,
    })
    expect((await failureOf(ledger.reserve(call(2n * USD)))).code).toBe('spend_reserved')
    flying.settle({ nanos: nanos(4n * USD), tokens: 1, basis: 'measured' }, undefined)
    await flying.ended
    expect(await account(id)).toMatchObject({ posted: 5n * USD, overage: USD, pending: 0n })
    await remove(id)
    const again = await save(dailyCap(6))
    expect(again.created).toBe(true)
    expect((await account(again.id)).posted).toBe(6n * USD)
    expect((await failureOf(ledger.reserve(call(1n)))).code).toBe('spend_limit_reached')
  })

  test('a process that has not heard of a new cap is stopped by it all the same', async () => {
    const { ledger, call, save, other } = fresh()
    const second = other()
    const hold = await second.ledger.reserve(second.call(USD))
    hold.void(undefined)
    await save(dailyCap(0))
    expect((await failureOf(second.ledger.reserve(second.call(1n)))).row.status).toBe(402)
    expect((await failureOf(ledger.reserve(call(1n)))).row.status).toBe(402)
  })

  test('a disabled cap counts and never refuses', async () => {
    const { ledger, call, save, account } = fresh()
    const { id } = await save({ ...dailyCap(1), enabled: false })
    const hold = await ledger.reserve(call(5n * USD))
    hold.settle({ nanos: nanos(5n * USD), tokens: 1, basis: 'measured' }, undefined)
    await hold.ended
    expect((await account(id)).posted).toBe(5n * USD)
    await save(dailyCap(1))
    expect((await failureOf(ledger.reserve(call(1n)))).row.status).toBe(402)
  })
})

describe('defaults', () => {
  test('give each key a cap of its own, made once, named after it', async () => {
    const { ledger, call, save, organizationId, other } = fresh()
    const parent = await save({
      type: 'default_spend_cap',
      name: 'Per key',
      matchers: [{ key: 'api_key_id', value: '' }],
      config: { window: 'daily', limit_usd: 2 },
    })
    const second = other()
    const keyId = bench.subject().keyId
    await Promise.all([
      ledger.reserve(call(USD)),
      second.ledger.reserve(second.call(USD, { keyId })),
      ledger.reserve(call(2n * USD, { keyId: second.subject().keyId })),
    ])
    const children = await database.sql<{ name: string; enabled: boolean }[]>`
      select name, enabled from policies where parent_policy_id = ${parent.id} order by name`
    const names = [keyId, second.subject().keyId].map((key) => `Per key (${key})`).sort()
    expect(children.map(({ name }) => name)).toEqual(names)
    const refused = await failureOf(ledger.reserve(call(USD)))
    expect(refused.code).toBe('spend_reserved')
    expect(refused.says).toContain(`Per key (${keyId})`)
    expect(organizationId).toBe(second.organizationId)
  })

  test('a first call over the limit of its own new child is refused by the child', async () => {
    const { ledger, call, save } = fresh()
    await save({
      type: 'default_spend_cap',
      name: 'Per customer',
      matchers: [{ key: 'customer_id', value: '' }],
      config: { window: 'hourly', limit_usd: 1 },
    })
    const custom = new Map([['customer_id', 'acme']])
    const refused = await failureOf(ledger.reserve(call(2n * USD, { custom })))
    expect(refused.says).toBe('Request blocked by gateway policies: Per customer (acme)')
    const without = await failureOf(ledger.reserve(call(2n * USD)))
    expect(without.says).toContain('Per customer (no customer_id)')
  })

  test('an edit of the default reaches its children; an edited child stands alone; a delete takes the attached', async () => {
    const { ledger, call, save, remove, subject } = fresh()
    const draft = (limit_usd: number) => ({
      type: 'default_spend_cap',
      name: 'Per key',
      matchers: [{ key: 'api_key_id', value: '' }],
      config: { window: 'daily', limit_usd },
    })
    const parent = await save(draft(1))
    const one = await ledger.reserve(call(USD))
    one.void(undefined)
    await one.ended
    await save(draft(3))
    const two = await ledger.reserve(call(3n * USD))
    two.void(undefined)
    await two.ended
    const own = await save({
      name: 'Mine',
      matchers: [{ key: 'api_key_id', value: subject().keyId }],
      config: { window: 'daily', limit_usd: 5 },
    })
    expect(own.created).toBe(false)
    await save(draft(1))
    const three = await ledger.reserve(call(5n * USD))
    three.void(undefined)
    await three.ended
    await remove(parent.id)
    const left = await database.sql<{ name: string }[]>`
      select name from policies where organization_id = ${bench.organizationId} and deleted_at is null`
    expect(left.map(({ name }) => name)).toEqual(['Mine'])
  })
})

describe('rate limits', () => {
  test('requests per minute are counted in the same commit, and the refusal says when to come back', async () => {
    const { ledger, call, save } = fresh()
    await save({
      type: 'rate_limit',
      name: 'Slow down',
      config: { limits: [{ metric: 'requests', window: 'hour', value: 2 }] },
    })
    for (const _ of [1, 2]) {
      const hold = await ledger.reserve(call(1n))
      hold.settle({ nanos: nanos(1n), tokens: 3, basis: 'measured' }, undefined)
      await hold.ended
    }
    const refused = await failureOf(ledger.reserve(call(1n)))
    expect(refused.code).toBe('rate_limit_reached')
    expect(refused.retryAfterMs).toBeGreaterThan(0)
    expect(refused.retryAfterMs).toBeLessThanOrEqual(3_600_000)
  })
})

test('the database cuts windows exactly as the gateway does', async () => {
  const moments = Array.from({ length: 200 }, (_, n) => Date.UTC(2026, 0, 1) + n * 172_800_123)
  for (const window of WINDOWS) {
    const rows = await database.sql<{ start: number }[]>`
      select (extract(epoch from ledger_start(${window}, to_timestamp(at / 1000.0))) * 1000)::float8 as start
        from unnest(${moments}::float8[]) with ordinality as m(at, n) order by n`
    expect(rows.map(({ start }) => start)).toEqual(moments.map((at) => windowStart(window, at)))
  }
})
