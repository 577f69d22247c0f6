import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  type Body,
  capOn,
  PROMISE_MS,
  startTwoGateways,
  type TwoGateways,
} from '../admin/two-gateways.ts'

/** Of each kind of change: enough for a 99th percentile of several values. */
const SAMPLES = Number(process.env.SLUICE_SAMPLES ?? 300)
/** What one round of changes may take on a loaded machine. */
const ROUND_MS = 4_000
const POLICIES = '/platform/gateway-policies'

let two: TwoGateways

beforeAll(async () => {
  two = await startTwoGateways()
}, 90_000)
afterAll(() => two?.close())

test(
  `${SAMPLES} revocations and ${SAMPLES} reactivations: 99 of 100 effective in both processes within a second`,
  async () => {
    const { key, id } = await two.callingKey()
    const set = (deactivated: boolean) => () =>
      two.change('PATCH', `/orgs/current/service-keys/${id}`, { deactivated })
    const revoked: number[] = []
    const back: number[] = []
    for (let round = 0; round < SAMPLES; round++) {
      // An address that failed so often is told to wait, unless its key is right: 429 refuses as well.
      revoked.push(await two.spread(set(true), key, 401, 429))
      back.push(await two.spread(set(false), key, 200))
    }
    hold('revoked', revoked)
    hold('reactivated', back)
  },
  SAMPLES * ROUND_MS,
)

test(
  `${SAMPLES} new caps, changes and deletions: 99 of 100 effective in both processes within a second`,
  async () => {
    const { key, id } = await two.callingKey()
    const created: number[] = []
    const raised: number[] = []
    const lowered: number[] = []
    const deleted: number[] = []
    for (let round = 0; round < SAMPLES; round++) {
      let policy: Body = {}
      const create = async () => {
        policy = await two.change('POST', POLICIES, capOn(id, 0))
      }
      const limit = (usd: number) => () =>
        two.change('PATCH', `${POLICIES}/${policy.id}`, { config: capOn(id, usd).config })
      const remove = () => two.change('DELETE', `${POLICIES}/${policy.id}`)
      created.push(await two.spread(create, key, 402))
      raised.push(await two.spread(limit(1000), key, 200))
      lowered.push(await two.spread(limit(0), key, 402))
      deleted.push(await two.spread(remove, key, 200))
    }
    hold('cap created', created)
    hold('cap raised', raised)
    hold('cap lowered', lowered)
    hold('cap deleted', deleted)
  },
  SAMPLES * ROUND_MS * 2,
)

/** Prints the distribution and holds its 99th percentile to the promise. */
function hold(what: string, tookMs: readonly number[]): void {
  const sorted = [...tookMs].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? Infinity
  const [p50, p99, max] = [at(0.5), at(0.99), at(1)].map((ms) => ms.toFixed(1))
  console.info(`${what}: ${sorted.length} samples, p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`)
  expect(at(0.99)).toBeLessThan(PROMISE_MS)
}
