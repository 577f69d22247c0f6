import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '../../src/base/id.ts'
import { type PostgresServer, startPostgres } from '../../src/embedded/postgres.ts'
import type { Database } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/database.ts'
import { postgresLedger } from '../../src/store/ledger-postgres.ts'
import { migrate } from '../../src/store/migrate.ts'
import { sweepInterrupted } from '../../src/store/sweep.ts'
import { freeze } from '../support/freeze.ts'
import { ledgerBench } from '../support/ledger.ts'
import { silentLog, testWorld, until } from '../support/world.ts'

const CEILING = 1_000_000n
const CAP = 400n * CEILING
const TTL_MS = 1_000
const world = testWorld()
let dataDir: string
let server: PostgresServer

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'sluice-chaos-'))
  server = await startPostgres({ dataDir, log: silentLog })
  await migrate(server.url, world)
}, 120_000)
afterAll(async () => {
  await server.stop()
  rmSync(dataDir, { recursive: true, force: true })
}, 120_000)

interface Loaded {
  readonly child: Bun.Subprocess<'pipe', 'pipe', 'inherit'>
  readonly lines: string[]
}

function load(organizationId: string): Loaded {
  const script = join(import.meta.dir, 'chaos-process.ts')
  const child = Bun.spawn(
    [process.execPath, script, server.url, organizationId, CEILING.toString(), String(TTL_MS)],
    { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' },
  )
  const lines: string[] = []
  void (async () => {
    const decoder = new TextDecoder()
    let rest = ''
    for await (const bytes of child.stdout) {
      const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n')
      rest = parts.pop() ?? ''
      lines.push(...parts)
    }
  })()
  return { child, lines }
}

const sent = (each: Loaded) => each.lines.filter((line) => line.startsWith('sent '))
const unanswered = (each: Loaded) =>
  each.lines.filter((line) => line === 'failed ledger_unavailable')
/** A process that was let run for long has spent the cap: being refused for that is an answer too. */
const answered = (each: Loaded) =>
  each.lines.filter((line) => /^(sent|failed) /.test(line) && line !== 'failed ledger_unavailable')

/** Waits until every given process has so many more lines of that kind. */
async function says(
  loads: readonly Loaded[],
  kind: (each: Loaded) => readonly string[],
  more: number,
): Promise<void> {
  const before = loads.map((each) => kind(each).length)
  await until(
    `${more} more lines of each process`,
    () => loads.every((each, at) => kind(each).length >= (before[at] ?? 0) + more),
    60_000,
  )
}

/** Every process of the server but the postmaster. */
function backends(): number[] {
  const found = Bun.spawnSync(['ps', '-eo', 'pid=,ppid=']).stdout.toString().trim().split('\n')
  return found.flatMap((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number)
    return parent === server.pid && pid !== undefined ? [pid] : []
  })
}

test('a killed gateway, a frozen and a killed database under load: no cap passed, every sent call recorded once', async () => {
  const database: Database = openDatabase({ url: server.url, world, queryMs: 10_000 })
  const bench = ledgerBench(database, world, { organizationId: newId(world) })
  bench.ledger.close()
  const { id } = await bench.save({
    config: { window: 'monthly', limit_usd: (Number(CAP) / 1e9).toFixed(9) },
  })
  const first = load(bench.organizationId)
  const second = load(bench.organizationId)
  await says([first, second], answered, 20)

  first.child.kill('SIGKILL')
  const third = load(bench.organizationId)
  await says([second, third], answered, 20)

  // The postmaster too: it would let processes in anew, and whether they are then refused hung on who was frozen with a lock.
  const frozen = [server.pid, ...backends()]
  await Promise.all(frozen.map(freeze))
  const since = performance.now()
  await says([second, third], unanswered, 1)
  await until('what was held has outlived its hold', () => performance.now() - since > TTL_MS)
  for (const pid of frozen) if (isThere(pid)) process.kill(pid, 'SIGCONT')
  await says([second, third], answered, 10)

  process.kill(server.pid, 'SIGKILL')
  await until('the postmaster is gone', () => !isThere(server.pid))
  server = await startPostgres({ dataDir, log: silentLog })
  await says([second, third], answered, 10)

  for (const { child } of [second, third]) {
    child.stdin.write('stop\n')
    child.stdin.flush()
  }
  await Promise.all([second.child.exited, third.child.exited])
  expect([second, third].map(({ lines }) => lines.at(-1))).toEqual(['pending 0', 'pending 0'])

  const port = postgresLedger(database)
  await until(
    'nothing is live',
    async () => {
      await port.expire(1_000).catch(() => 0)
      const rows = await database.sql`select 1 from ledger_holds where state = 0 limit 1`.catch(
        () => ['away'],
      )
      return rows.length === 0
    },
    30_000,
  )
  await sweepInterrupted(database, world, 0)

  const { posted, overage, pending, expired } = await bench.account(id)
  expect([posted + overage + pending + expired <= CAP, pending, overage]).toEqual([true, 0n, 0n])
  const bills = new Map(
    [first, second, third].flatMap(sent).map((line) => {
      const [, call = '', bill = '0'] = line.split(' ')
      return [call, BigInt(bill)] as const
    }),
  )
  const holds = await database.sql<
    { id: string; recorded: bigint; ends: number; cost: bigint | null }[]
  >`
    select h.id, case h.state when 1 then h.held_nanos else h.posted_nanos end as recorded, e.cost_nanos as cost,
           (select count(*)::int from ledger_entries n where n.hold_id = h.id and n.kind <> 'expire') as ends
      from ledger_holds h left join exchanges e on e.id = h.id`
  const recorded = new Map(holds.map((hold) => [hold.id, hold]))
  for (const [call, bill] of bills) {
    const hold = recorded.get(call)
    expect(hold && hold.recorded >= bill && hold.ends <= 1).toBe(true)
    expect(hold?.cost).toBe(hold?.recorded ?? null)
  }
  expect(bills.size).toBeGreaterThan(60)
  // What nobody sent costs something only where its gateway died before it could say so.
  const extra = holds.filter((hold) => hold.recorded > 0n && !bills.has(hold.id))
  expect(extra.length).toBeLessThanOrEqual(20)
  await database.close()
}, 120_000)

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}
