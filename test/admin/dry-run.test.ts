import { afterAll, beforeAll, expect, test } from 'bun:test'
import { nanos } from '../../src/base/money.ts'
import { ledgerBench } from '../support/ledger.ts'
import { type House, openHouse } from './house.ts'

const PATH = '/api/v1/platform/gateway-policies/dry-run'
const USD = 1_000_000_000n

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())

/** An organisation with calls that cost `dollars` each, by the keys named. */
async function traffic(dollars: readonly bigint[], customers: readonly string[] = []) {
  const bench = ledgerBench(house.database, house.world)
  for (const [index, cost] of dollars.entries()) {
    const customer = customers[index]
    const custom = new Map(customer === undefined ? [] : [['customer', customer]])
    const hold = await bench.ledger.reserve(bench.call(cost * USD, { custom }))
    hold.settle({ nanos: nanos(cost * USD), tokens: 10, basis: 'measured' }, undefined)
    await hold.ended
  }
  const { organizationId } = bench
  const manager = house.managerKey({ organizationId, workspaceId: '' })
  return async (policy: object): Promise<Record<string, unknown>> => {
    const response = await house.send('POST', PATH, manager, { name: 'Trial', ...policy })
    return { status: response.status, ...((await response.json()) as object) }
  }
}

const cap = (limit_usd: number) => ({
  policy_type: 'spend_cap',
  config: { window: 'monthly', limit_usd },
})

test('a cap tells which of the past calls it would have refused; refused ones use nothing', async () => {
  const run = await traffic([3n, 3n, 3n, 1n])
  expect(await run(cap(100))).toMatchObject({ calls: 4, matched: 4, would_refuse: 0 })
  // 3 + 3 fit into 7, the third 3 does not, the 1 does.
  const tight = await run(cap(7))
  expect(tight).toMatchObject({ matched: 4, would_refuse: 1, complete: true })
  expect(tight.accounts).toMatchObject([{ used: '7000000000', would_refuse: 1 }])
  expect(Date.parse(String(tight.first_refused_at))).toBeGreaterThan(Date.now() - 60_000)
})

test('a default keeps one account a member', async () => {
  const run = await traffic([2n, 2n, 2n], ['acme', 'acme', 'bolt'])
  const tried = await run({
    policy_type: 'default_spend_cap',
    subject_matchers: [{ key: 'customer', value: '' }],
    config: { window: 'daily', limit_usd: 3 },
  })
  expect(tried).toMatchObject({ matched: 3, would_refuse: 1 })
  expect(tried.accounts).toMatchObject([
    { member: { customer: 'acme' }, would_refuse: 1 },
    { member: { customer: 'bolt' }, would_refuse: 0 },
  ])
})

test('rate limits and model lists are tried too; matchers leave the other calls alone', async () => {
  const run = await traffic([1n, 1n, 1n])
  const rate = { version: 1, limits: [{ metric: 'requests', window: 'hour', value: 2 }] }
  expect(await run({ policy_type: 'rate_limit', config: rate })).toMatchObject({ would_refuse: 1 })
  const none = { subject_matchers: [{ key: 'model', value: 'no-such-model' }] }
  expect(await run({ ...cap(0), ...none })).toMatchObject({ matched: 0, would_refuse: 0 })
})

test('a try saves nothing, needs the right to save, and refuses what cannot be tried', async () => {
  const run = await traffic([1n])
  const before = await house.database.sql`select count(*)::int as count from policies`
  await run(cap(0))
  const after = await house.database.sql`select count(*)::int as count from policies`
  expect(after[0]?.count).toBe(before[0]?.count)
  expect(await run({ policy_type: 'guard', config: { detect: { pii: true } } })).toMatchObject({
    status: 501,
  })
  expect(await run({ ...cap(-1) })).toMatchObject({ status: 400 })
  const tenant = await house.tenant()
  const viewer = house.workspaceKey(tenant, ['workspaces:read'])
  const refused = await house.send('POST', PATH, viewer, { name: 'x', ...cap(1) })
  expect(refused.status).toBe(403)
})
