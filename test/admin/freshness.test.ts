import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Body, capOn, PROMISE_MS, startTwoGateways, type TwoGateways } from './two-gateways.ts'

/** Hundreds of each, with percentiles: `test/soak/freshness.test.ts`. */
const ROUNDS = 8
const POLICIES = '/platform/gateway-policies'

let two: TwoGateways

beforeAll(async () => {
  two = await startTwoGateways()
}, 120_000)
afterAll(() => two?.close())

describe('over two processes', () => {
  test('a revoked key stops, and a reactivated one calls, everywhere within a second', async () => {
    const { key, id } = await two.callingKey()
    const set = (deactivated: boolean) => () =>
      two.change('PATCH', `/orgs/current/service-keys/${id}`, { deactivated })
    const took: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      took.push(await two.spread(set(true), key, 401))
      took.push(await two.spread(set(false), key, 200))
    }
    expect(Math.max(...took)).toBeLessThan(PROMISE_MS)
  }, 120_000)

  test('a new cap, a changed one and a deleted one are effective everywhere within a second', async () => {
    const { key, id } = await two.callingKey()
    const took: number[] = []
    for (let round = 0; round < ROUNDS / 2; round++) {
      let policy: Body = {}
      const create = async () => {
        policy = await two.change('POST', POLICIES, capOn(id, 0))
      }
      const limit = (usd: number) => () =>
        two.change('PATCH', `${POLICIES}/${policy.id}`, { config: capOn(id, usd).config })
      took.push(await two.spread(create, key, 402))
      took.push(await two.spread(limit(1000), key, 200))
      took.push(await two.spread(limit(0), key, 402))
      const remove = () => two.change('DELETE', `${POLICIES}/${policy.id}`)
      took.push(await two.spread(remove, key, 200))
    }
    expect(Math.max(...took)).toBeLessThan(PROMISE_MS)
  }, 120_000)

  test('the gateway switched off refuses everywhere within a second', async () => {
    const { key } = await two.callingKey()
    const set = (llm_gateway_enabled: boolean) => () =>
      two.change('PATCH', '/orgs/current', { llm_gateway_enabled })
    expect(await two.spread(set(false), key, 403)).toBeLessThan(PROMISE_MS)
    expect(await two.spread(set(true), key, 200)).toBeLessThan(PROMISE_MS)
  }, 120_000)
})
