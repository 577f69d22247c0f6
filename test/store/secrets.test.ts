import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { secret } from '../../src/base/secret.ts'
import { keyringOf, openKeyring } from '../../src/store/keyring.ts'
import { unreadableSecrets } from '../../src/store/rewrap.ts'
import { deleteSecret, listSecrets, putSecret, secretResolver } from '../../src/store/secrets.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { makeTenant } from '../support/tenant.ts'
import { testWorld } from '../support/world.ts'

const world = testWorld()
const keyring = keyringOf(world.dice.bytes(32))
const value = `sk-${'synthetic'.repeat(4)}wxyz`
const name = 'OPENAI_API_KEY'
let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

async function stored(): Promise<{ workspaceId: string }> {
  const { workspaceId } = await makeTenant(database, world)
  await putSecret(database.orm, keyring, world, { workspaceId, name, value: secret(value) })
  return { workspaceId }
}

/** A resolver throws at once what it knows, and rejects with what it learns. */
async function unreadable(
  secrets: ReturnType<typeof secretResolver>,
  workspaceId: string,
): Promise<unknown> {
  return await secrets.resolve(workspaceId, name)
}

describe('provider secrets', () => {
  test('a secret is given to calls of its workspace only, and never printed by accident', async () => {
    const { workspaceId } = await stored()
    const other = await makeTenant(database, world)
    const secrets = secretResolver(database, keyring, world)
    const found = await secrets.resolve(workspaceId, name)
    expect(found?.reveal()).toBe(value)
    expect(`${found} ${JSON.stringify({ found })} ${inspect(found)}`).not.toContain('synthetic')
    expect(secrets.resolve(workspaceId, name)).not.toBeInstanceOf(Promise)
    expect(await secrets.resolve(other.workspaceId, name)).toBeUndefined()
    expect(await secrets.resolve(workspaceId, 'ANTHROPIC_API_KEY')).toBeUndefined()
  })

  test('the database never holds the value, and lists show its last four only', async () => {
    const { workspaceId } = await stored()
    const rows = await database.sql`
      select to_jsonb(s)::text || encode(sealed, 'escape') || encode(wrapped_key, 'escape') as text
        from provider_secrets s where workspace_id = ${workspaceId}`
    expect(rows[0]?.text).not.toContain('synthetic')
    expect(await listSecrets(database.orm, workspaceId)).toMatchObject([
      { name, lastFour: 'wxyz', version: 1 },
    ])
    await putSecret(database.orm, keyring, world, {
      workspaceId,
      name: 'SHORT',
      value: secret('abcd'),
    })
    expect((await listSecrets(database.orm, workspaceId))[1]).toMatchObject({ lastFour: '' })
  })

  test('a row moved to another workspace, name or version does not open', async () => {
    const { workspaceId } = await stored()
    const thief = await makeTenant(database, world)
    await database.sql`
      insert into provider_secrets (id, workspace_id, name, version, master_key_id, wrapped_key, sealed, last_four)
      select gen_random_uuid(), ${thief.workspaceId}, name, version, master_key_id, wrapped_key, sealed, last_four
        from provider_secrets where workspace_id = ${workspaceId}`
    const secrets = secretResolver(database, keyring, world)
    await expect(unreadable(secrets, thief.workspaceId)).rejects.toThrow(
      'provider_secret_unreadable',
    )
    await database.sql`update provider_secrets set version = 2 where workspace_id = ${workspaceId}`
    await expect(unreadable(secrets, workspaceId)).rejects.toThrow('provider_secret_unreadable')
    expect(await unreadableSecrets(database.orm, keyring)).toContain(`${thief.workspaceId}/${name}`)
  })

  test('a changed or foreign envelope does not open', () => {
    const sealed = keyring.seal('text', 'context')
    expect(keyring.open(sealed, 'context')).toBe('text')
    for (const field of ['wrappedKey', 'sealed'] as const)
      for (const at of [0, 12, -1]) {
        const bytes = Uint8Array.from(sealed[field])
        bytes[at < 0 ? bytes.length + at : at] = (bytes.at(at) ?? 0) ^ 1
        expect(() => keyring.open({ ...sealed, [field]: bytes }, 'context')).toThrow()
      }
    expect(() => keyring.open(sealed, 'other context')).toThrow()
    expect(() => keyringOf(world.dice.bytes(32)).open(sealed, 'context')).toThrow(
      /another master key/,
    )
    const swapped = { ...sealed, wrappedKey: keyring.seal('text', 'context').wrappedKey }
    expect(() => keyring.open(swapped, 'context')).toThrow()
  })

  test('a replaced secret is given out once its notice came, a deleted one no more', async () => {
    const { workspaceId } = await stored()
    const secrets = secretResolver(database, keyring, world)
    await secrets.resolve(workspaceId, name)
    await putSecret(database.orm, keyring, world, {
      workspaceId,
      name,
      value: secret('new'.repeat(8)),
    })
    secrets.forget(workspaceId)
    expect((await secrets.resolve(workspaceId, name))?.reveal()).toBe('new'.repeat(8))
    expect((await listSecrets(database.orm, workspaceId))[0]?.version).toBe(2)
    expect(await deleteSecret(database.orm, workspaceId, name)).toBe(true)
    expect(await deleteSecret(database.orm, workspaceId, name)).toBe(false)
    secrets.forget(workspaceId)
    expect(await secrets.resolve(workspaceId, name)).toBeUndefined()
  })
})

describe('the master key', () => {
  const dirs: string[] = []
  const freshDir = (): string => {
    const dir = mkdtempSync(join(tmpdir(), 'sluice-keyring-'))
    dirs.push(dir)
    return dir
  }
  afterAll(() => {
    for (const dir of dirs) rmSync(dir, { recursive: true })
  })

  test('is made once, readable by its owner only, and found again', () => {
    const dataDir = freshDir()
    const first = openKeyring({ dataDir, masterKey: undefined }, world)
    expect(statSync(join(dataDir, 'master.key')).mode & 0o777).toBe(0o600)
    const again = openKeyring({ dataDir, masterKey: undefined }, world)
    expect(again.open(first.seal('text', 'c'), 'c')).toBe('text')
  })

  test('that is damaged or readable by others is refused, and never replaced', () => {
    const dataDir = freshDir()
    openKeyring({ dataDir, masterKey: undefined }, world)
    const path = join(dataDir, 'master.key')
    chmodSync(path, 0o644)
    expect(() => openKeyring({ dataDir, masterKey: undefined }, world)).toThrow(/chmod 600/)
    chmodSync(path, 0o600)
    writeFileSync(path, 'cut sho')
    expect(() => openKeyring({ dataDir, masterKey: undefined }, world)).toThrow(/restore it/)
    expect(readFileSync(path, 'utf8')).toBe('cut sho')
  })

  test('from the environment wins, in base64 or hex', () => {
    const bytes = world.dice.bytes(32)
    const hex = Buffer.from(bytes).toString('hex')
    const base64 = Buffer.from(bytes).toString('base64')
    const [one, two] = [hex, base64].map((text) =>
      openKeyring({ dataDir: '/nonexistent', masterKey: secret(text) }, world),
    )
    if (!one || !two) throw new Error('no keyrings')
    expect(two.open(one.seal('text', 'c'), 'c')).toBe('text')
  })
})
