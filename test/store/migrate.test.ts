import { afterAll, describe, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { firstIdAt, uuidTimeMs } from '../../src/base/id.ts'
import { openDatabase } from '../../src/store/database.ts'
import { migrate, pendingMigrations } from '../../src/store/migrate.ts'
import { storeRuns, storeSpans } from '../../src/store/runs.ts'
import * as tables from '../../src/store/tables.ts'
import { someEvent, someSpan } from '../support/nats.ts'
import { emptyDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld } from '../support/world.ts'

const world = testWorld()
const closers: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closers) await close()
})

describe('migrations', () => {
  test('twenty runners at once apply each migration once', async () => {
    const url = await emptyDatabase()
    const runs = await Promise.all(Array.from({ length: 20 }, () => migrate(url, world)))
    const known = runs[0]?.known ?? 0
    expect(known).toBeGreaterThan(3)
    expect(runs.reduce((sum, run) => sum + run.applied, 0)).toBe(known)
    const database = openDatabase({ url, world })
    closers.push(database.close)
    expect(await pendingMigrations(database)).toBe(0)
    const [row] = await database.sql<{ version: bigint }[]>`select version from changes`
    expect(row?.version).toBe(0n)
  })

  test('a schema made by a newer program is refused and left alone', async () => {
    const url = await emptyDatabase()
    const newer = mkdtempSync(join(tmpdir(), 'sluice-migrations-'))
    closers.push(async () => rmSync(newer, { recursive: true }))
    cpSync(join(import.meta.dir, '../../migrations'), newer, { recursive: true })
    const journalPath = join(newer, 'meta/_journal.json')
    const journal = JSON.parse(readFileSync(journalPath, 'utf8'))
    journal.entries.push({
      idx: 9999,
      version: '7',
      when: Date.UTC(2100, 0, 1),
      tag: '9999_later',
      breakpoints: true,
    })
    writeFileSync(journalPath, JSON.stringify(journal))
    writeFileSync(join(newer, '9999_later.sql'), 'create table "later" ("id" integer);')
    await migrate(url, world, newer)
    expect(migrate(url, world)).rejects.toThrow(/does not know/)
    const database = openDatabase({ url, world })
    closers.push(database.close)
    expect(pendingMigrations(database)).rejects.toThrow(/does not know/)
  })

  test('traces of before the days move into the day of their id, each once', async () => {
    const url = await emptyDatabase()
    const older = mkdtempSync(join(tmpdir(), 'sluice-migrations-'))
    closers.push(async () => rmSync(older, { recursive: true }))
    cpSync(join(import.meta.dir, '../../migrations'), older, { recursive: true })
    const journalPath = join(older, 'meta/_journal.json')
    const journal = JSON.parse(readFileSync(journalPath, 'utf8'))
    const first = journal.entries.findIndex(
      (entry: { tag: string }) => entry.tag === '0024_trace_days',
    )
    journal.entries.splice(first)
    writeFileSync(journalPath, JSON.stringify(journal))
    await migrate(url, world, older)
    const database = openDatabase({ url, world })
    closers.push(database.close)
    const dayMs = 86_400_000
    const ids = [0, 1, 9].map((days) => firstIdAt(world.clock.now() - days * dayMs))
    // A fixture of another time: its id is no UUIDv7.
    const events = [...ids, crypto.randomUUID()].map((id) =>
      someEvent({ opened: { id }, closed: { id } }),
    )
    await storeRuns(database, world, events)
    await storeSpans(
      database,
      ids.map((exchangeId) => someSpan({ exchangeId })),
    )
    await migrate(url, world)
    const [count] = await database.sql`
      select (select count(*)::int from runs) as runs, (select count(*)::int from spans) as spans`
    expect(count).toEqual({ runs: 4, spans: 3 })
    for (const table of ['runs', 'spans'])
      for (const id of ids) {
        const [row] = await database.sql<{ place: string }[]>`
          select tableoid::regclass::text as place from ${database.sql(table)}
           where ${database.sql(table === 'runs' ? 'id' : 'exchange_id')} = ${id}`
        const day = new Date(uuidTimeMs(id)).toISOString().slice(0, 10).replaceAll('-', '')
        expect(row?.place).toBe(`trace_days.${table}_${day}`)
      }
    await storeRuns(database, world, events)
    expect((await database.sql`select 1 from runs`).length).toBe(4)
  })

  test('the tables in code are the tables in the database, column by column', async () => {
    const database = await testDatabase()
    closers.push(database.close)
    const rows = await database.sql<
      { table: string; column: string; type: string; nullable: boolean }[]
    >`
      select c.relname as table, a.attname as column, not a.attnotnull as nullable,
             replace(format_type(a.atttypid, a.atttypmod), 'timestamp(3) with time zone', 'timestamp (3) with time zone') as type
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'public' and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped`
    const live = rows.map((row) => `${row.table}.${row.column} ${row.type} ${row.nullable}`)
    const declared = Object.values(tables)
      .filter((each) => each instanceof PgTable)
      .flatMap((table) => {
        const { name, columns } = getTableConfig(table)
        return columns.map(
          (column) => `${name}.${column.name} ${column.getSQLType()} ${!column.notNull}`,
        )
      })
    expect(declared.length).toBeGreaterThan(80)
    expect(live.sort()).toEqual(declared.sort())
  })
})
