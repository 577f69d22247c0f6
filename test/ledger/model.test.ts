import { afterAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { postgresLedger } from '../../src/store/ledger-postgres.ts'
import { ledgerBench } from '../support/ledger.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld } from '../support/world.ts'
import { emptyModel } from './model.ts'
import { commands } from './model-commands.ts'

const RUNS = Number(process.env.LEDGER_MODEL_RUNS ?? 30)
const databases: TestDatabase[] = []

afterAll(async () => {
  for (const database of databases) await database.close()
})

/** The property over one database: commands on the real ledger against a model that only adds up. */
async function agreement(
  numRuns: number,
  wrong?: Wrong,
): Promise<{ failed: boolean; report: string }> {
  const database = await testDatabase()
  databases.push(database)
  if (wrong) await plant(database, wrong)
  const found = await fc.check(
    fc.asyncProperty(commands(30), async (steps) => {
      // An organisation of its own for each run; two processes that hear of no change by themselves.
      const first = ledgerBench(database, testWorld())
      const benches = [first, first.other()]
      const port = postgresLedger(database)
      try {
        await fc.asyncModelRun(
          () => ({
            model: emptyModel(),
            real: { benches, port, policies: new Map(), holds: new Map() },
          }),
          steps,
        )
      } finally {
        for (const bench of benches) bench.ledger.close()
      }
    }),
    // Wrong statements only have to be caught, not explained.
    { numRuns, endOnFailure: wrong !== undefined },
  )
  return {
    failed: found.failed,
    report: found.failed ? (fc.defaultReportMessage(found) ?? '') : '',
  }
}

test('whatever is reserved, ended, expired, repeated and changed, in any order, the ledger says what adding up says', async () => {
  const found = await agreement(RUNS)
  if (found.failed) throw new Error(found.report)
}, 300_000)

interface Wrong {
  readonly name: string
  readonly function: string
  readonly from: string
  readonly to: string
}

/** Mistakes in the ledger's own statements: each must be caught by the same property. */
const WRONG: readonly Wrong[] = [
  {
    name: 'live holds do not count on a new cap when they end',
    function: 'ledger_backfill',
    from: 'meters = meters || p_meter',
    to: 'meters = meters',
  },
  {
    name: 'a new cap opens at zero',
    function: 'ledger_backfill',
    from: 'o.hour >= v_start',
    to: 'false',
  },
  {
    name: 'an ended hold can be ended again',
    function: 'ledger_settle_one',
    from: 'IF v_before >= 2 THEN',
    to: 'IF v_before >= 9 THEN',
  },
  {
    name: 'an ended hold can be ended again in a batch',
    function: 'ledger_settle',
    from: 'OFFSET 0) h WHERE h.state < 2',
    to: 'OFFSET 0) h WHERE h.state < 9',
  },
  {
    name: 'an expired hold stays counted when a batch ends it',
    function: 'ledger_settle',
    from: 'expired = a.expired - n.expired',
    to: 'expired = a.expired',
  },
  {
    name: 'a batch of endings counts on the windows of another day',
    function: 'ledger_settle',
    from: "date_bin('1 minute', reserved_at, 'epoch') AS at",
    to: "date_bin('9 days', reserved_at, 'epoch') AS at",
  },
  {
    name: 'an expired hold gives its money back',
    function: 'ledger_expire',
    from: 'CASE WHEN sums.is_freed THEN 0 ELSE sums.held END',
    to: '0',
  },
  {
    name: 'expired holds count as free',
    function: 'ledger_reserve',
    from: 'a.posted + a.overage + a.expired AS spent',
    to: 'a.posted + a.overage AS spent',
  },
  {
    name: 'decisions by old policies are believed',
    function: 'ledger_reserve',
    from: 'v_versions[g_org[g]] <> g_version[g]',
    to: 'false',
  },
  {
    name: 'an extension is not refused',
    function: 'ledger_extend',
    from: '- h.held_nanos > a.limit_value',
    to: '- h.held_nanos > a.limit_value + 1000',
  },
  {
    name: 'a batch is admitted when it would fit without itself',
    function: 'ledger_reserve',
    from: 'x.spent + x.held <= x.lim',
    to: 'x.spent <= x.lim',
  },
  {
    name: 'calls of a batch that does not fit are not added up',
    function: 'ledger_reserve',
    from: 'v_held[k] := v_held[k] + v_amount',
    to: 'v_held[k] := v_held[k]',
  },
  {
    name: 'a bill above the hold is cut to it',
    function: 'ledger_settle_one',
    from: 'overage = a.overage + greatest(n.actual - n.held, 0)',
    to: 'overage = a.overage',
  },
  {
    name: 'a bill above the hold is cut to it in a batch',
    function: 'ledger_settle',
    from: 'overage = a.overage + n.overage',
    to: 'overage = a.overage',
  },
]

async function plant(database: TestDatabase, wrong: Wrong): Promise<void> {
  const [row] = await database.sql<{ text: string }[]>`
    select pg_get_functiondef(oid) as text from pg_proc where proname = ${wrong.function}`
  const text = row?.text ?? ''
  if (!text.includes(wrong.from))
    throw new Error(`${wrong.function} no longer holds: ${wrong.from}`)
  await database.sql.unsafe(text.replaceAll(wrong.from, wrong.to))
  if (wrong.to !== 'false' || wrong.function !== 'ledger_reserve') return
  // Without the check of single holds the check of the batch must go too.
  await database.sql.unsafe(
    text.replace(wrong.from, 'false').replace('v_versions <> p_versions', 'false'),
  )
}

describe('planted mistakes are caught', () => {
  for (const wrong of WRONG)
    test(wrong.name, async () => {
      expect((await agreement(200, wrong)).failed).toBe(true)
    }, 120_000)
})
