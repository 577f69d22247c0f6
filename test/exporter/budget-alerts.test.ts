import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { nanos } from '../../src/base/money.ts'
import { secret } from '../../src/base/secret.ts'
import { budgetAlerts } from '../../src/exporter/budget-alerts.ts'
import { readDestinations } from '../../src/exporter/destinations.ts'
import { budgetHooks, isForCalls } from '../../src/exporter/sinks/index.ts'
import { noteBudgetAlerts } from '../../src/store/budget-alerts.ts'
import { type Bench, ledgerBench } from '../support/ledger.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld, until } from '../support/world.ts'

const world = testWorld()
const KEY = `fake-${'h'.repeat(20)}`
const USD = 1_000_000_000n

interface Told {
  readonly id: string
  readonly type: string
  readonly threshold_percent: number
  readonly policy: { readonly id: string; readonly name: string }
  readonly spent_usd: number
}

describe('people are told of a cap that is being spent', () => {
  let database: TestDatabase
  let bench: Bench
  let told: Told[]
  let bodies: { text: string; signature: string | null }[]
  let answer: () => Response
  let server: ReturnType<typeof Bun.serve>
  beforeEach(async () => {
    database = await testDatabase()
    bench = ledgerBench(database, world)
    told = []
    bodies = []
    answer = () => new Response()
    server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      async fetch(request) {
        const text = await request.text()
        bodies.push({ text, signature: request.headers.get('x-sluice-signature') })
        const response = answer()
        if (response.ok) told.push(JSON.parse(text))
        return response
      },
    })
  })
  afterEach(async () => {
    await server.stop(true)
    await database.close()
  })

  /** One exporter's rounds; a restarted one is a new one. */
  const exporter = (change: { lookMs?: number } = {}) =>
    budgetAlerts({
      database,
      world,
      fetch,
      hooks: [{ endpoint: `http://127.0.0.1:${server.port}/`, headers: {}, secret: secret(KEY) }],
      retryMs: 10,
      lookMs: 0,
      ...change,
    })
  const spend = async (dollars: bigint) => {
    const hold = await bench.ledger.reserve(bench.call(dollars * USD))
    hold.settle({ nanos: nanos(dollars * USD), tokens: 1, basis: 'measured' }, undefined)
    await hold.ended
  }
  const shares = () => told.map((each) => each.threshold_percent)
  const cap = (config: object = {}) =>
    bench.save({ config: { window: 'monthly', limit_usd: 10, ...config } })

  test('at 50, 80 and 100 %, each once, also after a restart', async () => {
    const { id } = await cap()
    const round = exporter()
    await spend(4n)
    await round()
    expect(shares()).toEqual([])
    await spend(1n)
    await round()
    await round()
    expect(shares()).toEqual([50])
    // Two shares at once, seen by an exporter that was just started.
    await spend(5n)
    await exporter()()
    await exporter()()
    expect(shares()).toEqual([50, 80, 100])
    expect(new Set(told.map((each) => each.id)).size).toBe(3)
    expect(told[0]).toMatchObject({
      type: 'budget.threshold_reached',
      organization_id: bench.organizationId,
      policy: { id, name: 'R&D Spend Cap', policy_type: 'spend_cap', parent_policy_id: null },
      window: 'monthly',
      limit_usd: 10,
      limit_nanos: '10000000000',
      spent_usd: 5,
      spent_nanos: '5000000000',
    })
  })

  test('on posted amounts: what is only held is not yet spent', async () => {
    await cap()
    const hold = await bench.ledger.reserve(bench.call(9n * USD))
    const round = exporter()
    await round()
    expect(shares()).toEqual([])
    hold.settle({ nanos: nanos(5n * USD), tokens: 1, basis: 'measured' }, undefined)
    await hold.ended
    await round()
    expect(shares()).toEqual([50])
  })

  test('at the shares that the policy names, or at none', async () => {
    await cap({ alert_at_percent: [10, 95] })
    await bench.save({
      name: 'Quiet',
      config: { window: 'daily', limit_usd: 10, alert_at_percent: [] },
    })
    await spend(9n)
    await exporter()()
    expect(shares()).toEqual([10])
  })

  test('of a default’s members each, and of nothing while the policy is off', async () => {
    await bench.save({
      type: 'default_spend_cap',
      name: 'Per key',
      matchers: [{ key: 'api_key_id', value: '' }],
      config: { window: 'weekly', limit_usd: 2 },
    })
    await bench.save({ name: 'Off', enabled: false, config: { window: 'daily', limit_usd: 1 } })
    await spend(1n)
    await exporter()()
    expect(told.map((each) => each.policy.name)).toEqual([`Per key (${bench.subject().keyId})`])
  })

  test('once by any number of exporters at the same time', async () => {
    await cap()
    await spend(10n)
    const rounds = Array.from({ length: 5 }, () => exporter())
    await Promise.all(rounds.map((round) => round()))
    await until('all three', async () => {
      await Promise.all(rounds.map((round) => round()))
      return told.length >= 3
    })
    expect(shares().sort((a, b) => a - b)).toEqual([50, 80, 100])
    expect(await noteBudgetAlerts(database)).toBe(0)
  })

  test('again in the next window', async () => {
    await cap()
    await spend(5n)
    await exporter()()
    await database.sql`update budget_alerts set starts_at = starts_at - interval '1 month'`
    await exporter()()
    expect(shares()).toEqual([50, 50])
  })

  test('with a signature over the exact bytes, and again after a failure that may pass', async () => {
    await cap()
    await spend(5n)
    answer = () => new Response('', { status: 503 })
    const round = exporter()
    await round()
    answer = () => new Response()
    await until('the alert', async () => {
      await round()
      return told.length === 1
    })
    expect(new Set(bodies.map((each) => each.text)).size).toBe(1)
    for (const { text, signature } of bodies) {
      const hmac = new Bun.CryptoHasher('sha256', KEY).update(text).digest('hex')
      expect(signature).toBe(`sha256=${hmac}`)
    }
  })

  test('caps are looked at now and then, what is noted is told every round', async () => {
    await cap()
    const round = exporter({ lookMs: 3_600_000 })
    await round()
    await spend(5n)
    expect(await round()).toBe(0)
    await noteBudgetAlerts(database)
    expect(await round()).toBe(1)
  })
})

test('a destination of type budgets is a hook and gets no calls', () => {
  const text = JSON.stringify([
    { type: 'budgets', endpoint: 'https://example.com/hook', secret_key: '$HOOK_SECRET' },
  ])
  const found = readDestinations(text, { HOOK_SECRET: KEY })
  expect(found.filter(isForCalls)).toEqual([])
  const [hook] = budgetHooks(found)
  expect([hook?.endpoint, hook?.secret?.reveal()]).toEqual(['https://example.com/hook', KEY])
})
