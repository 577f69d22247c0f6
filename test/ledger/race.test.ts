import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { pause, systemClock } from '../../src/base/clock.ts'
import { nanos } from '../../src/base/money.ts'
import { postgresLedger } from '../../src/store/ledger-postgres.ts'
import type { Bench } from '../support/ledger.ts'
import { dailyCap, ledgerBench } from '../support/ledger.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld } from '../support/world.ts'

const CEILING = 1_000_000n
const FITS = 70n
const REPEATS = Number(process.env.LEDGER_RACES ?? 1)
let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

/** 1 000 calls from two processes at the same moment; what became of them, added up. */
async function race(bench: Bench, bill: bigint, retry: boolean): Promise<Record<string, number>> {
  const start = () => {
    const child = Bun.spawn(
      [
        process.execPath,
        join(import.meta.dir, 'race-process.ts'),
        database.url,
        bench.organizationId,
        '500',
        CEILING.toString(),
        bill.toString(),
        retry ? 'retry' : 'once',
      ],
      { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' },
    )
    return { child, lines: linesOf(child.stdout) }
  }
  const both = [start(), start()]
  for (const { lines } of both) expect((await lines.next()).value).toBe('ready')
  for (const { child } of both) {
    child.stdin.write('go\n')
    child.stdin.flush()
  }
  const sum: Record<string, number> = {}
  for (const { lines } of both)
    for (const [what, count] of Object.entries<number>(
      JSON.parse(String((await lines.next()).value)),
    ))
      sum[what] = (sum[what] ?? 0) + count
  await Promise.all(both.map(({ child }) => child.exited))
  return sum
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = ''
  const decoder = new TextDecoder()
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

async function deadlocks(): Promise<number> {
  const [row] = await database.sql<{ deadlocks: number }[]>`
    select deadlocks::int as deadlocks from pg_stat_database where datname = current_database()`
  return row?.deadlocks ?? -1
}

describe('1 000 calls from two processes at a cap that fits 70', () => {
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    test(`exactly 70 are served when each bill is its ceiling (${repeat + 1})`, async () => {
      const bench = ledgerBench(database, testWorld())
      const { id } = await bench.save({ config: { window: 'monthly', limit_usd: '0.07' } })
      const { held = 0, ...others } = await race(bench, CEILING, false)
      expect({ held, others }).toMatchObject({ held: Number(FITS) })
      const refused = (others.spend_limit_reached ?? 0) + (others.spend_reserved ?? 0)
      expect(held + refused).toBe(1_000)
      expect(await bench.account(id)).toEqual({
        posted: FITS * CEILING,
        overage: 0n,
        pending: 0n,
        expired: 0n,
      })
      bench.ledger.close()
    }, 120_000)

    test(`cheaper bills let more in on retry and never pass the cap (${repeat + 1})`, async () => {
      const bench = ledgerBench(database, testWorld())
      const { id } = await bench.save({ config: { window: 'monthly', limit_usd: '0.07' } })
      const { held = 0, ...others } = await race(bench, CEILING / 4n, true)
      const { posted, pending } = await bench.account(id)
      // The last calls let in leave less room than one more ceiling.
      expect({ held, others }).toMatchObject({ held: 277 })
      expect([posted <= FITS * CEILING, pending]).toEqual([true, 0n])
      expect(others).toEqual({ spend_limit_reached: 1_000 - held })
      bench.ledger.close()
    }, 120_000)
  }

  test('no deadlock has been seen by the server', async () => {
    expect(await deadlocks()).toBe(0)
  })
})

test('reserving, ending, expiring, renewing and changing caps at once never deadlocks and adds up', async () => {
  const first = ledgerBench(database, testWorld())
  const benches = [first, first.other(), first.other()]
  const port = postgresLedger(database)
  const customers = ['a', 'b', 'c', 'd']
  const caps = [
    dailyCap(1_000),
    ...customers.map((value) => ({
      name: value,
      matchers: [{ key: 'customer', value }],
      config: { window: 'hourly', limit_usd: 1_000 },
    })),
  ]
  for (const cap of caps) await first.save(cap)
  let busy = true
  const calls = benches.flatMap((bench) =>
    Array.from({ length: 40 }, async (_, index) => {
      for (let turn = 0; turn < 8; turn++) {
        const custom = new Map([['customer', customers[(index + turn) % 4] ?? '']])
        const hold = await bench.ledger.reserve(bench.call(1_000n, { custom }))
        if (turn % 3 === 0) hold.void(undefined)
        else hold.settle({ nanos: nanos(700), tokens: 1, basis: 'measured' }, undefined)
        await hold.ended
      }
    }),
  )
  const others = [
    async () => void (await port.expire(50)),
    async () =>
      void (await first.save(caps[Math.floor(Math.random() * caps.length)] ?? dailyCap(1_000))),
    async () => {
      const { id } = await first.save({
        name: 'x',
        matchers: [{ key: 'provider', value: 'openai' }],
        config: { window: 'weekly', limit_usd: 999 },
      })
      await first.remove(id)
    },
  ].map(async (run) => {
    while (busy) {
      await run()
      await pause(systemClock, 250)
    }
  })
  await Promise.all(calls).finally(() => {
    busy = false
  })
  await Promise.all(others)
  expect(await deadlocks()).toBe(0)
  const { organizationId } = first
  const rows = await database.sql`
    select m.id, a.pending, a.posted, (select sum(h.posted_nanos)::bigint from ledger_holds h where m.id = any(h.meters)) as sum
      from ledger_accounts a join ledger_meters m on m.id = a.meter_id where m.organization_id = ${organizationId} and not m.retired`
  expect(rows.length).toBe(5)
  for (const { pending, posted, sum } of rows) expect([pending, posted]).toEqual([0n, sum])
  const [all] = await database.sql`
    select sum(h.posted_nanos)::bigint as total from ledger_holds h join ledger_subjects s on s.id = h.subject_id
     where s.organization_id = ${organizationId}`
  expect(all?.total).toBe(3n * 40n * 5n * 700n)
}, 120_000)
