import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LIMITS } from '../../src/base/limits.ts'
import { secret } from '../../src/base/secret.ts'
import { verifyAudit } from '../../src/store/audit-reads.ts'
import { keyringOf, openKeyring } from '../../src/store/keyring.ts'
import { rewrapSecrets, secretsOfOtherKeys, unreadableSecrets } from '../../src/store/rewrap.ts'
import { putSecret, secretResolver } from '../../src/store/secrets.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { makeTenant, type Tenant } from '../support/tenant.ts'
import { testWorld } from '../support/world.ts'

const world = testWorld()
const [oldKey, newKey, lostKey] = [1, 2, 3].map(() => world.dice.bytes(32)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
]
const before = keyringOf(oldKey)
const during = keyringOf(newKey, [oldKey])
const after = keyringOf(newKey)

let database: TestDatabase
let tenant: Tenant
beforeAll(async () => {
  database = await testDatabase()
})
beforeEach(async () => {
  tenant = await makeTenant(database, world)
})
afterEach(async () => {
  await database.sql`delete from provider_secrets`
})
afterAll(() => database.close())

const textOf = (name: string): string => `${name.toLowerCase()}-${'synthetic'.repeat(3)}`

async function put(name: string, keyring = before, of = tenant): Promise<void> {
  const { workspaceId } = of
  const value = secret(textOf(name))
  await putSecret(database.orm, keyring, world, { workspaceId, name, value })
}

async function read(name: string, keyring: typeof before, of = tenant) {
  return (await secretResolver(database, keyring, world).resolve(of.workspaceId, name))?.reveal()
}

describe('a new master key', () => {
  test('opens nothing old by itself; with the old one beside it, everything', async () => {
    await put('ONE')
    await expect(read('ONE', after)).rejects.toThrow('provider_secret_unreadable')
    expect(await read('ONE', during)).toBe(textOf('ONE'))
    // What is stored meanwhile is the new key's already.
    await put('TWO', during)
    expect(await read('TWO', after)).toBe(textOf('TWO'))
    expect(await secretsOfOtherKeys(database.orm, during)).toBe(1)
  })

  test('has every secret put under it, whose text is not sealed anew; the old one is needed no more', async () => {
    const other = await makeTenant(database, world)
    await put('ONE')
    await put('ONE', before, other)
    const sealed = () => database.sql`select id, sealed from provider_secrets order by id`
    const texts = await sealed()
    expect(await rewrapSecrets(database, during, world)).toEqual({ rewrapped: 2, unreadable: [] })
    expect([...(await sealed())]).toEqual([...texts])
    expect(await read('ONE', after)).toBe(textOf('ONE'))
    expect(await read('ONE', after, other)).toBe(textOf('ONE'))
    await expect(read('ONE', before)).rejects.toThrow('provider_secret_unreadable')
    // Each organisation finds it in its own log, and the chains hold.
    for (const { organizationId } of [tenant, other]) {
      const rows = await database.sql`
        select details from audit_log
         where organization_id = ${organizationId} and operation = 'rewrap_secrets'`
      expect([...rows]).toEqual([{ details: { secrets: 1 } }])
    }
    expect((await verifyAudit(database.orm)).broken).toEqual([])
  })

  test('can be put in place in several goes: a run that was cut short goes on, a second run does nothing', async () => {
    const count = LIMITS.rewrapBatchMax + 20
    for (let index = 0; index < count; index++) await put(`S${index}`)
    const cut = rewrapSecrets(database, during, world, () => {
      throw new Error('cut short')
    })
    await expect(cut).rejects.toThrow('cut short')
    expect(await secretsOfOtherKeys(database.orm, during)).toBe(20)
    expect((await rewrapSecrets(database, during, world)).rewrapped).toBe(20)
    expect((await rewrapSecrets(database, during, world)).rewrapped).toBe(0)
    expect(await unreadableSecrets(database.orm, after)).toEqual([])
  })

  test('two runs at once put each secret under it once', async () => {
    for (let index = 0; index < 20; index++) await put(`S${index}`)
    const runs = await Promise.all([1, 2, 3].map(() => rewrapSecrets(database, during, world)))
    expect(runs.reduce((sum, run) => sum + run.rewrapped, 0)).toBe(20)
  })

  test('names what opens with neither key, leaves it as it is, and does the rest', async () => {
    await put('LOST', keyringOf(lostKey))
    await put('ONE')
    await put('BENT')
    await database.sql`
      update provider_secrets set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) where name = 'BENT'`
    const { rewrapped, unreadable } = await rewrapSecrets(database, during, world)
    expect(rewrapped).toBe(1)
    const named = ['BENT', 'LOST'].map((name) => `${tenant.workspaceId}/${name}`)
    expect([...unreadable].sort()).toEqual(named)
    expect((await unreadableSecrets(database.orm, after)).sort()).toEqual(named)
    expect(await read('LOST', keyringOf(lostKey))).toBe(textOf('LOST'))
  })

  test('in files: master.key beside master.key.previous', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sluice-rewrap-'))
    try {
      const first = openKeyring({ dataDir, masterKey: undefined }, world)
      const path = join(dataDir, 'master.key')
      const put = (name: string, text: string, mode = 0o600) =>
        writeFileSync(join(dataDir, name), text, { mode })
      put('master.key.previous', readFileSync(path, 'utf8'))
      put('master.key', Buffer.from(newKey).toString('base64'))
      const both = openKeyring({ dataDir, masterKey: undefined }, world)
      expect(both.open(first.seal('text', 'c'), 'c')).toBe('text')
      expect(both.id).toBe(after.id)
      rmSync(join(dataDir, 'master.key.previous'))
      put('master.key.previous', 'x', 0o644)
      expect(() => openKeyring({ dataDir, masterKey: undefined }, world)).toThrow(/chmod 600/)
    } finally {
      rmSync(dataDir, { recursive: true })
    }
  })
})

describe('sluice rewrap', () => {
  test('does it, says what is left with exit code 1, and makes no key where there is none; doctor names it', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sluice-rewrap-'))
    const run = async (env: Record<string, string>, ...words: string[]) => {
      const child = Bun.spawn(
        [process.execPath, join(import.meta.dir, '../../src/cli.ts'), ...words, '--json'],
        {
          env: {
            PATH: process.env.PATH,
            DATABASE_URL: database.url,
            SLUICE_DATA_DIR: dataDir,
            ...env,
          },
          stdout: 'pipe',
          stderr: 'pipe',
        },
      )
      const [out, err] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ])
      return { out, err, code: await child.exited }
    }
    const text = (key: Uint8Array) => Buffer.from(key).toString('base64')
    try {
      mkdirSync(dataDir, { recursive: true })
      await put('ONE')
      expect(await run({}, 'rewrap')).toMatchObject({
        code: 2,
        err: expect.stringContaining('no master key'),
      })
      const alone = await run({ SLUICE_MASTER_KEY: text(newKey) }, 'rewrap')
      expect(alone.code).toBe(1)
      expect(JSON.parse(alone.out)).toMatchObject({
        rewrapped: 0,
        left: 1,
        unreadable: [`${tenant.workspaceId}/ONE`],
      })
      const env = {
        SLUICE_MASTER_KEY: text(newKey),
        SLUICE_MASTER_KEY_PREVIOUS: text(oldKey),
      }
      const told = await Promise.all(
        [{ SLUICE_MASTER_KEY: text(newKey) }, env].map((each) => run(each, 'doctor', '--offline')),
      )
      const findings = told.map(({ out }) => {
        const all: { findings: { name: string; says: string }[] } = JSON.parse(out)
        return all.findings.find((each) => each.name === 'provider secrets')
      })
      expect(findings[0]).toMatchObject({
        state: 'problem',
        says: expect.stringContaining(`${tenant.workspaceId}/ONE`),
      })
      expect(findings[1]).toMatchObject({ state: 'note', fix: 'sluice rewrap' })
      const done = await run(env, 'rewrap')
      expect(JSON.parse(done.out)).toEqual({
        master_key_id: after.id,
        rewrapped: 1,
        left: 0,
        unreadable: [],
      })
      expect(done.code).toBe(0)
      expect(await read('ONE', after)).toBe(textOf('ONE'))
    } finally {
      rmSync(dataDir, { recursive: true })
    }
  })
})
