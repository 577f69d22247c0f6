import { newId } from '../../src/base/id.ts'
import { nanos } from '../../src/base/money.ts'
import { decide } from '../../src/policies/decide.ts'
import type { LedgerPort } from '../../src/policies/ledger-port.ts'
import { openDatabase } from '../../src/store/database.ts'
import { openLanes } from '../../src/store/ledger-lanes.ts'
import { postgresLedger } from '../../src/store/ledger-postgres.ts'
import { policyCache } from '../../src/store/policy-cache.ts'
import { ledgerBench } from '../support/ledger.ts'
import { testWorld } from '../support/world.ts'
import { transactionPerRequest } from './reserve/baseline.ts'
import { benchServer } from './reserve/server.ts'

/**
 * Reservations per second and their latency with four policies, as ratios to one transaction per request
 * (SELECT FOR UPDATE, UPDATE, INSERT; a pool of ten) in the same run, on the same server with fsync on.
 */
/** Compiled code is several times cheaper than fresh code: every way runs this long before anything counts. */
const WARM_SECONDS = Number(process.env.BENCH_WARM_SECONDS ?? 2)
const SECONDS = Number(process.env.BENCH_SECONDS ?? 2)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const IN_FLIGHT = [10, 100, 1_000]

interface Measured {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

if (!import.meta.main) throw new Error('run me: bun run bench reserve')
const server = await benchServer()
const world = testWorld()
const database = openDatabase({ url: server.url, world, poolSize: 10, queryMs: 60_000 })
// As a gateway process opens them.
const books = openDatabase({
  url: server.url,
  world,
  poolSize: 3,
  queryMs: 60_000,
  plansOnce: true,
})
const bench = ledgerBench(database, world)
const port = postgresLedger(books)
const { keyId, workspaceId } = bench.subject()
// All four share one row each, the worst case: every reservation meets every other on four hot rows.
for (const [key, value] of [
  ['organization_id', bench.organizationId],
  ['workspace_id', workspaceId],
  ['api_key_id', keyId],
  ['provider', 'openai'],
] as const)
  await bench.save({
    name: key,
    matchers: [{ key, value }],
    config: { window: 'monthly', limit_usd: 1_000_000_000 },
  })

const ways: [string, () => () => Promise<void>][] = [
  ['transaction', () => transactionPerRequest(database)],
  ['ledger', () => ledgerWay(port, false)],
  ['ledger+row', () => ledgerWay(port, true)],
]

console.log(await server.describe())
console.log('\nin flight  way            reservations/s   p50 ms   p99 ms   ratio')
for (const [, make] of ways) await measure(make(), 100, WARM_SECONDS)
for (const inFlight of IN_FLIGHT) {
  const results = new Map<string, Measured[]>(ways.map(([name]) => [name, []]))
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, make] of ways) results.get(name)?.push(await measure(make(), inFlight))
  const base = median(results.get('transaction') ?? [])
  for (const [name] of ways) {
    const found = median(results.get(name) ?? [])
    const ratio = found.perSecond / base.perSecond
    console.log(
      `${String(inFlight).padStart(9)}  ${name.padEnd(13)} ${found.perSecond.toFixed(0).padStart(14)}` +
        ` ${found.p50.toFixed(2).padStart(8)} ${found.p99.toFixed(2).padStart(8)} ${ratio.toFixed(1).padStart(7)}`,
    )
  }
}
const alone = await measure(ledgerWay(port, true), 1)
console.log(
  `\none at a time, with the call's row: p50 ${alone.p50.toFixed(2)} ms, p99 ${alone.p99.toFixed(2)} ms`,
)
await books.close()
await database.close()
await server.stop()
process.exit(0)

/** One reservation through the lanes of a gateway process, decided by the policies each time. */
function ledgerWay(over: LedgerPort, withRow: boolean): () => Promise<void> {
  const lanes = openLanes(over, world)
  const cache = policyCache(database, world)
  const processId = newId(world)
  const who = bench.subject()
  return async () => {
    const known = cache.forOrganization(bench.organizationId)
    const set = known instanceof Promise ? await known : known
    const decision = decide(set, who, false)
    const call = withRow ? bench.call(1_000n) : undefined
    const answer = await lanes.reserve({
      id: call?.id ?? newId(world),
      processId,
      subject: { ...who, model: 'gpt-4o', requestModel: 'gpt-4o', custom: [] },
      policyVersion: decision.policyVersion,
      legs: decision.legs,
      fresh: [],
      nanos: nanos(1_000),
      tokens: 10,
      ttlMs: 120_000,
      exchange: call?.opened,
    })
    if (answer.kind !== 'held') throw new Error(answer.kind)
  }
}

async function measure(
  reserve: () => Promise<void>,
  inFlight: number,
  seconds = SECONDS,
): Promise<Measured> {
  const delays: number[] = []
  const start = performance.now()
  const until = start + seconds * 1_000
  const one = async (): Promise<void> => {
    while (performance.now() < until) {
      const began = performance.now()
      await reserve()
      delays.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, one))
  const tookSeconds = (performance.now() - start) / 1_000
  delays.sort((a, b) => a - b)
  const at = (part: number) =>
    delays[Math.min(delays.length - 1, Math.floor(delays.length * part))] ?? 0
  return { perSecond: delays.length / tookSeconds, p50: at(0.5), p99: at(0.99) }
}

function median(of: readonly Measured[]): Measured {
  const sorted = [...of].sort((a, b) => a.perSecond - b.perSecond)
  return sorted[Math.floor(sorted.length / 2)] ?? { perSecond: 0, p50: 0, p99: 0 }
}
