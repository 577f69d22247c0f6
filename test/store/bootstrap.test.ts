import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { secret } from '../../src/base/secret.ts'
import { bootstrap, type KnownKeys } from '../../src/store/bootstrap.ts'
import { keyResolver } from '../../src/store/key-resolver.ts'
import { keyringOf } from '../../src/store/keyring.ts'
import { deactivateKey } from '../../src/store/keys.ts'
import { BUILT_IN_ROLES } from '../../src/store/members.ts'
import { deleteSecret, secretResolver } from '../../src/store/secrets.ts'
import { testDatabase } from '../support/postgres.ts'
import { testWorld } from '../support/world.ts'

setDefaultTimeout(30_000)
const world = testWorld()
const keyring = keyringOf(world.dice.bytes(32))
const providerKeys = { OPENAI_API_KEY: secret(`sk-${'x'.repeat(30)}`), GOOGLE_API_KEY: undefined }

describe('the first start', () => {
  test('leaves an organisation, a workspace, the built-in roles, and two keys that do what they are for', async () => {
    const database = await testDatabase()
    const first = await bootstrap(database, keyring, world, providerKeys)
    expect(first.isFirst).toBe(true)
    const keys = keyResolver(database, world)
    const gateway = await keys.resolve(first.gatewayKey)
    const admin = await keys.resolve(first.adminKey)
    if (gateway === 'unknown' || admin === 'unknown') throw new Error('unknown')
    expect(gateway.scope).toBe('workspace')
    expect(gateway.gatewayEnabled).toBe(true)
    expect(gateway.workspaces.map((each) => each.workspaceId)).toEqual([first.workspaceId])
    for (const permission of ['gateway:invoke', 'workspaces:read', 'runs:read'] as const)
      expect(gateway.workspaces[0]?.permissions.has(permission)).toBe(true)
    expect(admin.scope).toBe('organization')
    expect(admin.workspaces).toEqual([])
    expect(admin.organizationPermissions.has('organization:manage')).toBe(true)
    expect(admin.organizationPermissions.has('gateway:invoke')).toBe(false)
    const roles = await database.sql<
      { name: string }[]
    >`select name from roles where built_in order by name`
    expect(roles.map((role) => role.name)).toEqual(BUILT_IN_ROLES.map((role) => role.name).sort())
    const secrets = secretResolver(database, keyring, world)
    expect((await secrets.resolve(first.workspaceId, 'OPENAI_API_KEY'))?.reveal()).toStartWith(
      'sk-',
    )
    await database.close()
  })

  test('a later start finds everything as it is, and brings no deleted provider key back', async () => {
    const database = await testDatabase()
    const first = await bootstrap(database, keyring, world, providerKeys)
    await deleteSecret(database.orm, first.workspaceId, 'OPENAI_API_KEY')
    const [before] = await database.sql`select version from changes`
    const second = await bootstrap(database, keyring, world, providerKeys, first)
    expect(second).toEqual({ ...first, isFirst: false })
    const secrets = secretResolver(database, keyring, world)
    expect(await secrets.resolve(first.workspaceId, 'OPENAI_API_KEY')).toBeUndefined()
    const [after] = await database.sql`select version from changes`
    // Nothing was written: no process has to forget what it knows.
    expect(after?.version).toBe(before?.version)
    await database.close()
  })

  test('a known key that was revoked, mistyped or swapped is replaced', async () => {
    const database = await testDatabase()
    const first = await bootstrap(database, keyring, world, {})
    const again = (known: KnownKeys) => bootstrap(database, keyring, world, {}, known)
    const swapped = await again({ adminKey: first.gatewayKey, gatewayKey: first.adminKey })
    expect(swapped.adminKey).not.toBe(first.gatewayKey)
    expect(swapped.gatewayKey).not.toBe(first.adminKey)
    const typo = await again({ ...first, gatewayKey: `${first.gatewayKey}x` })
    expect(typo.adminKey).toBe(first.adminKey)
    expect(typo.gatewayKey).not.toBe(first.gatewayKey)
    const keys = keyResolver(database, world)
    const facts = await keys.resolve(first.gatewayKey)
    if (facts === 'unknown') throw new Error('unknown')
    await deactivateKey(database.orm, world, first.organizationId, facts.id)
    const revoked = await again(first)
    expect(revoked.gatewayKey).not.toBe(first.gatewayKey)
    expect(await keys.resolve(revoked.gatewayKey)).toMatchObject({ state: 'active' })
    await database.close()
  })

  test('several first starts at once make one organisation', async () => {
    const database = await testDatabase()
    const runs = await Promise.all(
      Array.from({ length: 5 }, () => bootstrap(database, keyring, world, providerKeys)),
    )
    expect(new Set(runs.map((run) => run.workspaceId)).size).toBe(1)
    expect(runs.filter((run) => run.isFirst).length).toBe(1)
    const [row] = await database.sql`select count(*)::int as n from organizations`
    expect(row?.n).toBe(1)
    await database.close()
  })
})
