import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseKey } from '../../src/base/gateway-key.ts'
import { readConfig } from '../../src/config.ts'
import { verifyAudit } from '../../src/store/audit-reads.ts'
import { bootstrap, type FirstRun } from '../../src/store/bootstrap.ts'
import { keyResolver } from '../../src/store/key-resolver.ts'
import { openKeyring } from '../../src/store/keyring.ts'
import { secretResolver } from '../../src/store/secrets.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld } from '../support/world.ts'

setDefaultTimeout(120_000)
const world = testWorld()
let database: TestDatabase
let dataDir: string
let first: FirstRun
beforeAll(async () => {
  database = await testDatabase()
  dataDir = mkdtempSync(join(tmpdir(), 'sluice-commands-'))
  const keyring = openKeyring(readConfig({ SLUICE_DATA_DIR: dataDir }), world)
  first = await bootstrap(database, keyring, world, {})
})
afterAll(async () => {
  await database.close()
  rmSync(dataDir, { recursive: true })
})

/** Runs the real program against the test's database. */
async function sluice(args: readonly string[], stdin = '') {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '../../src/cli.ts'), ...args], {
    env: { PATH: process.env.PATH, SLUICE_DATA_DIR: dataDir, DATABASE_URL: database.url },
    stdin: Buffer.from(stdin),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { out: out.trim(), err: err.trim(), code }
}

describe('sluice keys', () => {
  test('a created key works until it is revoked, and its token is shown once', async () => {
    const made = await sluice(['keys', 'create', '--description', 'ci', '--json'])
    expect(made.code).toBe(0)
    const { id, short_key, key } = JSON.parse(made.out)
    expect(parseKey(key)?.short).toBe(short_key)
    const resolver = keyResolver(database, world)
    const facts = await resolver.resolve(key)
    expect(facts).toMatchObject({
      id,
      state: 'active',
      workspaces: [{ workspaceId: first.workspaceId }],
    })
    const listed = await sluice(['keys', 'list'])
    expect(listed.out).toContain(short_key)
    expect(listed.out).toContain('ci')
    expect(listed.out).not.toContain(key)
    expect((await sluice(['keys', 'revoke', key])).code).toBe(0)
    resolver.forget()
    expect(await resolver.resolve(key)).toMatchObject({ state: 'deactivated' })
  })

  test('a rotated key has a new token, and the old one ends at once when no overlap is asked for', async () => {
    const { key, short_key } = JSON.parse((await sluice(['keys', 'create', '--json'])).out)
    const rotated = JSON.parse((await sluice(['keys', 'rotate', short_key, '--json'])).out)
    const resolver = keyResolver(database, world)
    expect(await resolver.resolve(key)).toBe('unknown')
    expect(await resolver.resolve(rotated.key)).toMatchObject({ state: 'active' })
  })

  test('wrong words are answered with exit code 2 and change nothing', async () => {
    const count = async () =>
      (await database.sql`select count(*)::int as n from gateway_keys`)[0]?.n
    const before = await count()
    for (const args of [
      ['keys'],
      ['keys', 'create', '--role', 'ORGANIZATION_ADMIN'],
      ['keys', 'create', '--expires-days', '-1'],
      ['keys', 'create', '--workspace', 'nowhere'],
      ['keys', 'rotate', 'nothing'],
      ['keys', 'revoke'],
    ]) {
      const { code, err } = await sluice(args)
      expect({ args, code, silent: err === '' }).toEqual({ args, code: 2, silent: false })
    }
    expect(await count()).toBe(before)
  })
})

describe('sluice secrets', () => {
  test('a secret set from stdin reaches calls and is never printed', async () => {
    const value = `sk-${'q'.repeat(24)}7890`
    const set = await sluice(['secrets', 'set', 'OPENAI_API_KEY'], `${value}\n`)
    expect(set.code).toBe(0)
    const keyring = openKeyring(readConfig({ SLUICE_DATA_DIR: dataDir }), world)
    const secrets = secretResolver(database, keyring, world)
    expect((await secrets.resolve(first.workspaceId, 'OPENAI_API_KEY'))?.reveal()).toBe(value)
    const listed = await sluice(['secrets', 'list', '--json'])
    expect(JSON.parse(listed.out)).toMatchObject([{ key: 'OPENAI_API_KEY', last_four: '7890' }])
    for (const { out, err } of [set, listed]) expect(out + err).not.toContain(value)
    expect((await sluice(['secrets', 'delete', 'OPENAI_API_KEY'])).code).toBe(0)
    expect((await sluice(['secrets', 'delete', 'OPENAI_API_KEY'])).code).toBe(2)
  })

  test('an empty, broken or badly named value is refused', async () => {
    expect((await sluice(['secrets', 'set', 'OPENAI_API_KEY'], '')).code).toBe(2)
    expect((await sluice(['secrets', 'set', 'OPENAI_API_KEY'], 'two words')).code).toBe(2)
    expect((await sluice(['secrets', 'set', 'openai'], 'x'.repeat(20))).code).toBe(2)
  })
})

test('every change from the machine is in the audit log, whose chain holds', async () => {
  const rows = await database.sql<
    { operation: string }[]
  >`select operation from audit_log order by seq`
  const seen = new Set(rows.map((row) => row.operation))
  for (const operation of ['create_service_key', 'rotate_service_key', 'update_workspace_secrets'])
    expect(seen).toContain(operation)
  expect(await verifyAudit(database.orm)).toMatchObject({ broken: [] })
})
