import { expect, test } from 'bun:test'
import { readLedgerGauges } from '../../src/store/ledger-gauges.ts'
import { testDatabase } from '../support/postgres.ts'

test('live holds are summed, ended and expired ones are not, and caps come most used first', async () => {
  const database = await testDatabase()
  const { sql } = database
  const organization = Bun.randomUUIDv7()
  const hold = (state: number, nanos: number, ageSeconds: number) => sql`
    insert into ledger_holds (id, process_id, state, meters, reserved_at, expires_at, held_nanos)
    values (${Bun.randomUUIDv7()}, ${Bun.randomUUIDv7()}, ${state}, '{}',
            now() - make_interval(secs => ${ageSeconds}), now(), ${nanos})`
  await hold(0, 1_000, 30)
  await hold(0, 500, 10)
  await hold(1, 7_000, 500)
  await hold(2, 9_000, 900)
  for (const [name, limit, used] of [
    ['wide', 1_000, 100],
    ['tight', 1_000, 900],
    ['open', 0, 50],
  ] as const) {
    const id = Bun.randomUUIDv7()
    await sql`
      insert into policies (id, organization_id, name, policy_type, matchers, matchers_key, window_key, config)
      values (${id}, ${organization}, ${name}, 'spend_limit', '[]', ${name}, 'month', '{}')`
    const [meter] = await sql<{ id: bigint }[]>`
      insert into ledger_meters (organization_id, policy_id, metric, "window", limit_value)
      values (${organization}, ${id}, 'spend', 'month', ${limit || null}) returning id`
    await sql`
      insert into ledger_accounts (meter_id, starts_at, posted, pending)
      values (${meter?.id ?? 0n}, ledger_start('month', now()), ${used - 50}, 50)`
  }
  const gauges = await readLedgerGauges(database, 10)
  expect(gauges.reservedNanos).toBe(1_500n)
  expect(gauges.holds).toBe(2)
  expect(Math.round(gauges.oldestHoldMs / 1_000)).toBe(30)
  expect(gauges.caps.map((cap) => [cap.policyName, cap.remaining])).toEqual([
    ['tight', 0.1],
    ['wide', 0.9],
  ])
  expect((await readLedgerGauges(database, 1)).caps).toHaveLength(1)
  await database.close()
})
