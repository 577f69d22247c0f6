import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { newId } from '../../src/base/id.ts'
import { nanos } from '../../src/base/money.ts'
import { listPolicies, policyUse } from '../../src/store/policy-reads.ts'
import {
  deletePrice,
  insertPrice,
  listPrices,
  priceBook,
  unpricedModels,
  updatePrice,
} from '../../src/store/prices.ts'
import { readUsage } from '../../src/store/usage-reads.ts'
import { dailyCap, ledgerBench } from '../support/ledger.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld } from '../support/world.ts'

const USD = 1_000_000_000n
const HOUR_MS = 3_600_000
const world = testWorld()
let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

describe('reports', () => {
  test('a policy shows what is spent, what is reserved and when its window ends', async () => {
    const { ledger, call, save, organizationId } = ledgerBench(database, world)
    const { id } = await save(dailyCap(10))
    const ended = await ledger.reserve(call(3n * USD))
    ended.settle({ nanos: nanos(USD), tokens: 1, basis: 'measured' }, undefined)
    await ended.ended
    await ledger.reserve(call(2n * USD))
    const [use] = (await policyUse(database.sql, [id])).get(id) ?? []
    expect(use).toMatchObject({ spent: USD, reserved: 2n * USD, limit: 10n * USD, window: 'day' })
    expect(use?.resetsAtMs).toBeGreaterThan(Date.now())
    expect((use?.resetsAtMs ?? 1) % 86_400_000).toBe(0)
    expect((await listPolicies(database.sql, organizationId)).map((each) => each.id)).toEqual([id])
  })

  test('policies are found by type and by matcher', async () => {
    const { save, organizationId, subject } = ledgerBench(database, world)
    const keyId = subject().keyId
    await save(dailyCap(10))
    const own = await save({ ...dailyCap(1), matchers: [{ key: 'api_key_id', value: keyId }] })
    const ids = async (filter: Parameters<typeof listPolicies>[2]) =>
      (await listPolicies(database.sql, organizationId, filter)).map(({ id }) => id)
    expect(await ids({ matcherKey: 'api_key_id', matcherValues: [newId(world), keyId] })).toEqual([
      own.id,
    ])
    expect(await ids({ matcherKey: 'api_key_id', matcherValues: [] })).toEqual([])
    expect(await ids({ type: 'guard' })).toEqual([])
  })

  test('usage adds up by every dimension and header value, and equals the entries', async () => {
    const { ledger, call, organizationId } = ledgerBench(database, world)
    for (const [customer, cost] of [
      ['acme', 1n],
      ['acme', 2n],
      ['bolt', 4n],
    ] as const) {
      const hold = await ledger.reserve(call(10n, { custom: new Map([['customer', customer]]) }))
      hold.settle({ nanos: nanos(cost), tokens: 7, basis: 'measured' }, undefined)
      await hold.ended
    }
    const base = {
      organizationId,
      workspaceIds: undefined,
      fromMs: Date.now() - HOUR_MS,
      toMs: Date.now() + HOUR_MS,
    }
    const sums = await readUsage(database.sql, {
      ...base,
      groupBy: ['header:customer', 'model'],
      bucket: 'day',
    })
    expect(
      sums.map(({ group, requests, cost, tokens }) => ({ group, requests, cost, tokens })),
    ).toEqual([
      { group: ['bolt', 'gpt-4o'], requests: 1, cost: nanos(4n), tokens: 7 },
      { group: ['acme', 'gpt-4o'], requests: 2, cost: nanos(3n), tokens: 14 },
    ])
    const [all] = await readUsage(database.sql, { ...base, groupBy: [], bucket: undefined })
    const [entries] = await database.sql`
      select sum(e.nanos)::bigint as total from ledger_entries e join ledger_holds h on h.id = e.hold_id
        join ledger_subjects s on s.id = h.subject_id where s.organization_id = ${organizationId} and e.kind = 'settle'`
    expect([all?.cost, all?.measured]).toEqual([nanos(7n), nanos(7n)])
    expect(entries?.total).toBe(7n)
    expect(
      await readUsage(database.sql, {
        ...base,
        groupBy: [],
        bucket: undefined,
        workspaceIds: [newId(world)],
      }),
    ).toEqual([])
  })

  test('a model without a price is listed as such, never as zero', async () => {
    const { ledger, call, organizationId } = ledgerBench(database, world)
    const hold = await ledger.reserve(call(0n, { model: undefined, requestModel: 'mystery-9' }))
    hold.settle({ nanos: nanos(0), tokens: 7, basis: undefined }, undefined)
    await hold.ended
    expect(await unpricedModels(database.sql, organizationId, Date.now() - HOUR_MS)).toMatchObject([
      { provider: 'openai', model: 'mystery-9', calls: 1 },
    ])
  })
})

describe('own prices', () => {
  test('win for their organisation only, keep every digit, and go when deleted', async () => {
    const organizationId = newId(world)
    const price = {
      organizationId,
      name: 'house',
      provider: 'openai',
      matchPattern: 'house-.*',
      rates: { input: 2_500_000_001n, output: 9_007_199_254_740_993n, cacheRead: 7n },
      contextTokens: 1_000,
      outputTokensMax: undefined,
      hidesOutput: true,
      validFromMs: undefined,
    }
    const book = await priceBook(database, world)
    const id = await insertPrice(database.sql, world, price)
    expect(book.catalogOf(organizationId).priceFor('openai', 'house-7b', 0)).toBeUndefined()
    await book.reload()
    const found = book.catalogOf(organizationId).priceFor('openai', 'house-7b', Date.now())
    expect(found).toMatchObject({
      source: 'override',
      revision: id,
      steps: [{ rates: price.rates }],
    })
    expect(book.catalogOf(newId(world)).priceFor('openai', 'house-7b', Date.now())).toBeUndefined()
    expect(await listPrices(database.sql, organizationId)).toEqual([{ ...price, id }])
    expect(await updatePrice(database.sql, { ...price, id, organizationId: newId(world) })).toBe(
      false,
    )
    expect(await updatePrice(database.sql, { ...price, id, name: 'home' })).toBe(true)
    expect(await deletePrice(database.sql, newId(world), id)).toBe(false)
    expect(await deletePrice(database.sql, organizationId, id)).toBe(true)
    await book.reload()
    expect(
      book.catalogOf(organizationId).priceFor('openai', 'house-7b', Date.now()),
    ).toBeUndefined()
  })
})
