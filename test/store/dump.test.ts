import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nanos } from '../../src/base/money.ts'
import { secret } from '../../src/base/secret.ts'
import { bootstrap } from '../../src/store/bootstrap.ts'
import { exportRows, importRows } from '../../src/store/dump.ts'
import { exchangeWriter } from '../../src/store/exchanges.ts'
import { keyResolver } from '../../src/store/key-resolver.ts'
import { keyringOf } from '../../src/store/keyring.ts'
import { storeRuns } from '../../src/store/runs.ts'
import { secretResolver } from '../../src/store/secrets.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { endedCall, makeTenant, openedCall } from '../support/tenant.ts'
import { testWorld } from '../support/world.ts'

setDefaultTimeout(120_000)
const world = testWorld()
const keyring = keyringOf(world.dice.bytes(32))
const databases: TestDatabase[] = []
afterAll(async () => {
  for (const database of databases) await database.close()
})

async function fresh(): Promise<TestDatabase> {
  const database = await testDatabase()
  databases.push(database)
  return database
}

async function linesOf(database: TestDatabase): Promise<string[]> {
  const lines: string[] = []
  await exportRows(database, (line) => void lines.push(line))
  return lines
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

describe('an export', () => {
  test('read into another database is the same database, to the last nanodollar', async () => {
    const source = await fresh()
    const first = await bootstrap(source, keyring, world, {
      OPENAI_API_KEY: secret('x'.repeat(30)),
    })
    const tenant = await makeTenant(source, world)
    const writer = exchangeWriter(source, world)
    const event = endedCall(
      openedCall(tenant, world, { userAgent: 'a "quoted"\n\\ \u2028 line' }),
      {
        costNanos: nanos(9_007_199_254_740_993n),
        costBasis: 'measured',
      },
    )
    await writer.record(event)
    await writer.record(endedCall(openedCall(tenant, world)))
    await storeRuns(source, world, [event])
    const lines = await linesOf(source)
    const target = await fresh()
    expect(await importRows(target, each(lines))).toBeGreaterThan(20)
    expect((await linesOf(target)).sort()).toEqual(lines.sort())
    const keys = keyResolver(target, world)
    expect(await keys.resolve(first.adminKey)).toMatchObject({ state: 'active' })
    const secrets = secretResolver(target, keyring, world)
    expect((await secrets.resolve(first.workspaceId, 'OPENAI_API_KEY'))?.reveal()).toBe(
      'x'.repeat(30),
    )
    const [run] = await target.sql`select cost_nanos from runs where id = ${event.opened.id}`
    expect(run?.cost_nanos).toBe(9_007_199_254_740_993n)
  })

  test('is refused by a database in use, by another version, and when it is damaged', async () => {
    const source = await fresh()
    await makeTenant(source, world)
    const lines = await linesOf(source)
    await expect(importRows(source, each(lines))).rejects.toThrow(/in use/)
    const target = await fresh()
    const other = ['{"sluice":1,"migrations":["abc"]}', ...lines.slice(1)]
    await expect(importRows(target, each(other))).rejects.toThrow(/another version/)
    await expect(importRows(target, each(['hello']))).rejects.toThrow(/damaged/)
    await expect(importRows(target, each([]))).rejects.toThrow(/cut short/)
    await expect(importRows(target, each(lines.slice(0, -2)))).rejects.toThrow(/cut short/)
    const cut = [...lines.slice(0, -1), (lines.at(-1) ?? '').slice(0, 5)]
    await expect(importRows(target, each(cut))).rejects.toThrow()
    const [row] = await target.sql`select count(*)::int as n from organizations`
    expect(row?.n).toBe(0)
    await importRows(target, each(lines))
  })

  test('goes through a file by the command', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sluice-dump-'))
    const source = await fresh()
    await makeTenant(source, world)
    const target = await fresh()
    const sluice = async (url: string, ...args: string[]) => {
      const child = Bun.spawn(
        [process.execPath, join(import.meta.dir, '../../src/cli.ts'), 'db', ...args, '--json'],
        {
          env: { PATH: process.env.PATH, SLUICE_DATA_DIR: dir, DATABASE_URL: url },
          stdout: 'pipe',
          stderr: 'pipe',
        },
      )
      const out = await new Response(child.stdout).text()
      const err = await new Response(child.stderr).text()
      return { code: await child.exited, out, err }
    }
    const file = join(dir, 'export.gz')
    const exported = await sluice(source.url, 'export', file)
    const none = await sluice(target.url, 'import', join(dir, 'none'))
    expect(none.code).toBe(1)
    expect(none.err).toContain('no such file')
    const imported = await sluice(target.url, 'import', file)
    expect([exported.code, imported.code]).toEqual([0, 0])
    expect(imported.out).toBe(exported.out)
    expect((await linesOf(target)).sort()).toEqual((await linesOf(source)).sort())
    rmSync(dir, { recursive: true })
  })
})
