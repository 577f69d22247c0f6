import { afterAll, describe, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { openDatabase } from '../../src/store/database.ts'
import { migrate, pendingMigrations } from '../../src/store/migrate.ts'
import * as tables from '../../src/store/tables.ts'
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
