import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../../src/base/failure.ts'
import { startPostgres } from '../../src/embedded/postgres.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { exchangeWriter } from '../../src/store/exchanges.ts'
import { migrate } from '../../src/store/migrate.ts'
import { type FlakyLine, flakyLine } from '../support/flaky-line.ts'
import { type TestDatabase, testDatabase, testServer } from '../support/postgres.ts'
import { endedCall, makeTenant, openedCall } from '../support/tenant.ts'
import { silentLog, testWorld, until } from '../support/world.ts'

setDefaultTimeout(120_000)

const world = testWorld()
const DEADLINE_MS = 600
/** The deadline and what a loaded machine may add: a query without a deadline would wait far longer. */
const ENDED_MS = DEADLINE_MS + 10_000

const uncaught: unknown[] = []
const note = (cause: unknown): void => void uncaught.push(cause)
let direct: TestDatabase
let line: FlakyLine
let pool: Database
beforeAll(async () => {
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
  direct = await testDatabase()
  const { server } = await testServer()
  if (!server) throw new Error('these tests cut the line to a server of their own')
  line = await flakyLine(join(server.socketDir, '.s.PGSQL.5432'))
  const name = /\/(\w+)\?/.exec(direct.url)?.[1]
  const url = `postgres://sluice@127.0.0.1:${line.port}/${name}`
  pool = openDatabase({ url, world, poolSize: 4, queryMs: DEADLINE_MS })
})
afterEach(() => {
  expect(uncaught).toEqual([])
})
afterAll(async () => {
  await pool.close()
  await line.close()
  await direct.close()
  process.off('uncaughtException', note)
  process.off('unhandledRejection', note)
})

interface Tally {
  answered: number
  unavailable: number
  readonly others: unknown[]
  longestMs: number
}

/** Many callers, each with one small query after another (and every eighth a transaction), until told to stop. */
function burst(database: Database): { readonly tally: Tally; stop(): Promise<Tally> } {
  const tally: Tally = { answered: 0, unavailable: 0, others: [], longestMs: 0 }
  let stopped = false
  const caller = async (number: number): Promise<void> => {
    while (!stopped) {
      const began = performance.now()
      try {
        if (number % 8 === 0)
          await database.sql.begin(async (sql) => {
            await sql`select ${number}::int`
            await sql`select ${number}::int + 1`
          })
        else await database.sql`select ${number}::int`
        tally.answered++
      } catch (cause) {
        if (cause instanceof Failure && cause.code === 'store_unavailable') tally.unavailable++
        else tally.others.push(cause)
        await Bun.sleep(1)
      }
      tally.longestMs = Math.max(tally.longestMs, performance.now() - began)
    }
  }
  const callers = Array.from({ length: 48 }, (_, number) => caller(number))
  return {
    tally,
    async stop() {
      stopped = true
      await Promise.all(callers)
      return tally
    },
  }
}

async function serves(database: Database): Promise<void> {
  await until('the pool serves again', () => database.ping())
}

describe('a pool whose server has troubles', () => {
  test('dropped connections fail the queries on them and nothing else', async () => {
    await serves(pool)
    const load = burst(pool)
    for (let round = 1; round <= 20; round++) {
      await until('queries are answered', () => load.tally.answered >= round * 48)
      line.drop()
    }
    const tally = await load.stop()
    await serves(pool)
    expect(tally.others).toEqual([])
    expect(tally.unavailable).toBeGreaterThan(0)
    expect(tally.answered).toBeGreaterThan(100)
    expect(tally.longestMs).toBeLessThan(ENDED_MS)
  })

  test('terminated backends fail the queries on them and nothing else', async () => {
    await serves(pool)
    const load = burst(pool)
    for (let round = 1; round <= 20; round++) {
      await until('queries are answered', () => load.tally.answered >= round * 16)
      await direct.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`
    }
    const tally = await load.stop()
    await serves(pool)
    expect(tally.others).toEqual([])
    expect(tally.unavailable).toBeGreaterThan(0)
    expect(tally.longestMs).toBeLessThan(ENDED_MS)
  })

  test('a frozen server: every query ends by its deadline, and service returns by itself', async () => {
    await serves(pool)
    const load = burst(pool)
    await until('queries are answered', () => load.tally.answered > 0)
    line.freeze()
    // Nothing passes: only a deadline ends these.
    await until('each caller is refused twice', () => load.tally.unavailable >= 96, 30_000)
    line.thaw()
    const tally = await load.stop()
    await serves(pool)
    expect(tally.others).toEqual([])
    expect(tally.longestMs).toBeLessThan(ENDED_MS)
  })

  test('what still runs of a transaction whose connection was lost never reaches the next one', async () => {
    const own = openDatabase({ url: pool.url, world, poolSize: 1, queryMs: DEADLINE_MS })
    await own.sql`create table if not exists lost (n integer)`
    let released = (): void => {}
    const gate = new Promise<void>((resolve) => {
      released = resolve
    })
    const late: unknown[] = []
    const transaction = own.sql.begin(async (sql) => {
      await sql`insert into lost values (1)`
      await gate
      await sql`insert into lost values (2)`.catch((cause) => void late.push(cause))
    })
    const outcome = transaction.catch((cause: unknown) => cause)
    await until('the first insert ran', async () => {
      const [row] = await direct.sql`
        select 1 from pg_stat_activity where state = 'idle in transaction' and datname = current_database()
           and query like 'insert into lost%'`
      return row
    })
    line.drop()
    expect(await outcome).toMatchObject({ code: 'store_unavailable' })
    // The same slot is connected again before the old transaction goes on.
    await serves(own)
    released()
    await until('the late statement ended', () => late.length > 0)
    const [row] = await own.sql<{ n: number }[]>`select count(*)::int as n from lost`
    expect(row?.n).toBe(0)
    await own.close()
  })

  test('the store away for a while loses no ending, and admission says so in time', async () => {
    const tenant = await makeTenant(direct, world)
    const writer = exchangeWriter(pool, world)
    await serves(pool)
    const before = Array.from({ length: 20 }, () => openedCall(tenant, world))
    await Promise.all(before.map((call) => writer.open(call)))
    line.freeze()
    const endings = before.map((call) => writer.close(endedCall(call)))
    const began = performance.now()
    const refused = await Promise.allSettled(
      Array.from({ length: 20 }, () => writer.open(openedCall(tenant, world))),
    )
    expect(performance.now() - began).toBeLessThan(ENDED_MS)
    for (const each of refused)
      expect(each).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } })
    line.drop()
    line.thaw()
    await Promise.all(endings)
    await writer.drain(1_000)
    expect(writer.pending()).toBe(0)
    const ids = before.map((call) => call.id)
    const [row] = await direct.sql`
      select count(*)::int as ended from exchanges e join outbox o on o.exchange_id = e.id
       where e.id = any(${ids}::uuid[]) and e.outcome = 'ok'`
    expect(row?.ended).toBe(20)
  })
})

describe('a server that is killed and started again', () => {
  test('is found again at its socket, with all that was committed', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sluice-restart-'))
    let server = await startPostgres({ dataDir, log: silentLog })
    const own = openDatabase({ url: server.url, world, poolSize: 4, queryMs: 2_000 })
    try {
      await migrate(server.url, world)
      const tenant = await makeTenant(own, world)
      const writer = exchangeWriter(own, world)
      const calls = Array.from({ length: 50 }, () => openedCall(tenant, world))
      await Promise.all(calls.map((call) => writer.open(call)))
      const load = burst(own)
      process.kill(server.pid, 'SIGKILL')
      const endings = calls.map((call) => writer.close(endedCall(call)))
      await server.exited
      server = await startPostgres({ dataDir, log: silentLog })
      await serves(own)
      const tally = await load.stop()
      expect(tally.others).toEqual([])
      await Promise.all(endings)
      const [row] = await own.sql`select count(*)::int as n from exchanges where outcome = 'ok'`
      expect(row?.n).toBe(50)
    } finally {
      await own.close()
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    }
  })
})

describe('addresses', () => {
  test('a URL that is none is refused at once, and never shown with its password', () => {
    const bad = `mysql://u:${'p'.repeat(12)}@h/d`
    expect(() => openDatabase({ url: bad, world })).toThrow(/not a postgres:\/\/ URL/)
    expect(() => openDatabase({ url: bad, world })).not.toThrow(/pppp/)
  })

  test('nobody listening is a failure of the store, soon', async () => {
    const gone = openDatabase({ url: 'postgres://x@127.0.0.1:1/x', world })
    expect(await gone.ping()).toBe(false)
    const outcome = await gone.sql`select 1`.catch((cause: unknown) => cause)
    expect(outcome).toMatchObject({ code: 'store_unavailable' })
    await gone.close()
  })
})
