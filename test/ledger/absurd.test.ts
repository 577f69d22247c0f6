import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { newId } from '../../src/base/id.ts'
import { nanos } from '../../src/base/money.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { postgresLedger } from '../../src/store/ledger-postgres.ts'
import { policyCache } from '../../src/store/policy-cache.ts'
import { CALLER_KEY, callerKey, chat, openGateway } from '../gateway/harness.ts'
import { type Account, dailyCap, ledgerBench } from '../support/ledger.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld, until } from '../support/world.ts'

const world = testWorld()
const RATE_IN = 2_500n
const RATE_OUT = 10_000n
let database: TestDatabase
let gateway: Awaited<ReturnType<typeof openGateway>>
let usages: readonly unknown[] = []

beforeAll(async () => {
  database = await testDatabase()
  const chunk = (part: object) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'gpt-4o-2024-08-06', ...part })}\n\n`
  const choice = (delta: object, finish_reason: string | null) => ({
    choices: [{ index: 0, delta, finish_reason }],
  })
  gateway = await openGateway(
    () => ({
      headers: { 'content-type': 'text/event-stream' },
      body: [
        chunk(choice({ content: 'pong' }, null)),
        chunk(choice({}, 'stop')),
        ...usages.map((usage) => chunk({ choices: [], usage })),
        'data: [DONE]\n\n',
      ],
    }),
    {
      policies: policyCache(database, world),
      ledger: openLedger({ port: postgresLedger(database), world, processId: newId(world) }),
    },
  )
})
afterAll(async () => {
  await gateway.close()
  await database.close()
})

/** One streamed call with these usage chunks, under a cap of its own; what the books then say. */
async function booked(...told: readonly unknown[]): Promise<Account & { basis: string }> {
  usages = told
  const organizationId = newId(world)
  gateway.keys.set(CALLER_KEY, callerKey({ organizationId }))
  const { save, account } = ledgerBench(database, world, { organizationId })
  const { id } = await save(dailyCap(100))
  const messages = [{ role: 'user', content: 'ping' }]
  const body = { model: 'gpt-4o', max_tokens: 100, stream: true, messages }
  await (await fetch(`${gateway.url}/openai/v1/chat/completions`, chat(body))).text()
  return until('the bill', async () => {
    const [row] = await database.sql<{ cost_basis: string }[]>`
      select cost_basis from exchanges where organization_id = ${organizationId} and outcome is not null`
    return row && { ...(await account(id)), basis: row.cost_basis }
  })
}

const usage = (prompt_tokens: unknown, completion_tokens: unknown) => ({
  prompt_tokens,
  completion_tokens,
  total_tokens: 0,
})

describe('usage that cannot be true never lowers a bill', () => {
  // What is counted instead: the bytes sent as input, the four bytes seen as output.
  const absurd: readonly [string, unknown][] = [
    ['negative', usage(-5, -7)],
    ['half negative', usage(9, -1)],
    ['larger than any model', usage(1e15, 1e15)],
    ['beyond whole numbers', usage(9, 1e300)],
    ['a fraction', usage(1.5, 2)],
    ['text', usage('9', '2')],
    ['a part above its total', { ...usage(9, 2), prompt_tokens_details: { cached_tokens: 10 } }],
  ]
  for (const [what, told] of absurd)
    test(what, async () => {
      const { posted, overage, pending, basis } = await booked(told)
      expect(basis).toBe('counted')
      expect(posted).toBeGreaterThan(9n * RATE_IN + 2n * RATE_OUT)
      expect([overage, pending]).toEqual([0n, 0n])
    })

  test('absurd after plausible: the plausible one counts, but is not called measured', async () => {
    const { basis, posted } = await booked(usage(9, 2), usage(-9, 2))
    expect(basis).toBe('counted')
    expect(posted).toBeGreaterThan(9n * RATE_IN)
  })
})

test('usage told twice is billed once, by the last word', async () => {
  expect(await booked(usage(9, 2), usage(9, 2))).toEqual({
    posted: 9n * RATE_IN + 2n * RATE_OUT,
    overage: 0n,
    pending: 0n,
    expired: 0n,
    basis: 'measured',
  })
  expect((await booked(usage(9, 2), usage(10, 3))).posted).toBe(10n * RATE_IN + 3n * RATE_OUT)
})

test('a bill above the bound is posted in full, the excess told apart', async () => {
  const { posted, overage, pending, basis } = await booked(usage(9, 5_000))
  expect(basis).toBe('measured')
  expect(posted + overage).toBe(9n * RATE_IN + 5_000n * RATE_OUT)
  expect(overage).toBeGreaterThan(4_000n * RATE_OUT)
  expect(pending).toBe(0n)
})

test('an ending comes once: a second one with another amount changes nothing, a correction comes once too', async () => {
  const bench = ledgerBench(database, world, { ttlMs: 50 })
  const port = postgresLedger(database)
  const { id } = await bench.save(dailyCap(100))
  const end = (holdId: string, amount: bigint, how: 'settle' | 'void' = 'settle') =>
    port.settle([
      {
        id: holdId,
        organizationId: bench.organizationId,
        processId: holdId,
        how,
        nanos: nanos(amount),
        tokens: 1,
        basis: 'measured',
        event: undefined,
      },
    ])
  const first = bench.call(100n)
  await bench.ledger.reserve(first)
  expect(await end(first.id, 60n)).toEqual(['ended'])
  expect(await end(first.id, 1_000n)).toEqual(['before'])
  expect(await end(first.id, 0n, 'void')).toEqual(['before'])
  expect(await bench.account(id)).toMatchObject({ posted: 60n, overage: 0n })
  const lost = bench.call(100n)
  await bench.ledger.reserve(lost)
  bench.ledger.close()
  await until('the hold expires', async () => (await port.expire(10)) > 0)
  expect(await end(lost.id, 30n)).toEqual(['corrected'])
  expect(await end(lost.id, 90n)).toEqual(['before'])
  // A hold itself lets only its first ending through.
  const twice = ledgerBench(database, world, { organizationId: bench.organizationId })
  const third = twice.call(100n)
  const hold = await twice.ledger.reserve(third)
  hold.settle({ nanos: nanos(10), tokens: 1, basis: 'measured' }, undefined)
  hold.settle({ nanos: nanos(99), tokens: 1, basis: 'measured' }, undefined)
  hold.void(undefined)
  await hold.ended
  expect(await bench.account(id)).toEqual({ posted: 100n, overage: 0n, pending: 0n, expired: 0n })
  const [lines] = await database.sql`
    select count(*)::int as count from ledger_entries where hold_id = any(${[first.id, lost.id, third.id]}::uuid[])`
  // settle; expire and correct; settle.
  expect(lines?.count).toBe(4)
})
