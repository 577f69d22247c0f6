import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { systemClock } from '../../src/base/clock.ts'
import { Failure } from '../../src/base/failure.ts'
import { mintKey } from '../../src/base/gateway-key.ts'
import type { Clock } from '../../src/base/world.ts'
import { openDatabase } from '../../src/store/database.ts'
import { keyResolver } from '../../src/store/key-resolver.ts'
import { changeKey, createKey, deactivateKey, listKeys, rotateKey } from '../../src/store/keys.ts'
import {
  builtInRole,
  createUser,
  createWorkspace,
  setOrganizationRole,
  setWorkspaceRole,
} from '../../src/store/members.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { makeTenant } from '../support/tenant.ts'
import { manualClock, testWorld, until } from '../support/world.ts'

const world = testWorld()
let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

/** Real time plus what the test adds. */
function shiftedClock(): Clock & { shiftMs: number } {
  const clock = {
    ...systemClock,
    shiftMs: 0,
    now: () => systemClock.now() + clock.shiftMs,
    monotonic: () => systemClock.monotonic() + clock.shiftMs,
  }
  return clock
}

describe('gateway keys', () => {
  test('only a hash of the token is stored', async () => {
    const { key } = await makeTenant(database, world)
    const [row] =
      await database.sql`select to_jsonb(k)::text as text from gateway_keys k where id = ${key.id}`
    expect(row?.text).not.toContain(key.token)
    expect(row?.text).not.toContain(key.token.slice(20, 60))
  })

  test('a key is resolved with its workspace and permissions, at once when warm', async () => {
    const tenant = await makeTenant(database, world)
    const keys = keyResolver(database, world)
    const facts = await keys.resolve(tenant.key.token)
    if (facts === 'unknown') throw new Error('unknown')
    expect(facts).toMatchObject({
      id: tenant.key.id,
      short: tenant.key.short,
      organizationId: tenant.organizationId,
      kind: 'service',
      scope: 'workspace',
      state: 'active',
      gatewayEnabled: true,
      userId: undefined,
    })
    expect(facts.workspaces.map((each) => each.workspaceId)).toEqual([tenant.workspaceId])
    expect(facts.workspaces[0]?.permissions.has('gateway:invoke')).toBe(true)
    expect(facts.organizationPermissions.size).toBe(0)
    expect(keys.resolve(tenant.key.token)).not.toBeInstanceOf(Promise)
    await keys.close()
  })

  test('the right public part with a wrong secret is unknown', async () => {
    const { key } = await makeTenant(database, world)
    const keys = keyResolver(database, world)
    const forged = mintKey(
      // The same short part, because the first bytes asked for are the same.
      { bytes: (length) => new Uint8Array(length).fill(7), fraction: () => 0 },
      'service',
    )
    await database.sql`update gateway_keys set short = ${forged.short} where id = ${key.id}`
    expect(await keys.resolve(forged.token)).toBe('unknown')
  })

  test('mistyped and foreign tokens are unknown without asking the database', () => {
    const gone = openDatabase({ url: 'postgres://x@/x?host=/nonexistent', world })
    const keys = keyResolver(gone, world)
    const { token } = mintKey(world.dice, 'service')
    const typo = token.slice(0, -1) + (token.endsWith('a') ? 'b' : 'a')
    expect(keys.resolve(typo)).toBe('unknown')
    expect(keys.resolve(`sk-${'a'.repeat(40)}`)).toBe('unknown')
    expect(keys.resolve('')).toBe('unknown')
  })

  test('trouble with the store is never taken for an unknown key', async () => {
    const gone = openDatabase({ url: 'postgres://x@/x?host=/nonexistent', world })
    const keys = keyResolver(gone, world)
    const { token } = mintKey(world.dice, 'service')
    const outcome = await Promise.resolve(keys.resolve(token)).catch((cause: unknown) => cause)
    expect(outcome).toBeInstanceOf(Failure)
    if (outcome instanceof Failure) expect(outcome.code).toBe('store_unavailable')
    await gone.close()
  })

  test('a deactivated key is seen as such once its notice came', async () => {
    const { key, organizationId } = await makeTenant(database, world)
    const keys = keyResolver(database, world)
    await keys.resolve(key.token)
    expect(await deactivateKey(database.orm, world, organizationId, key.id)).toBe(true)
    keys.forget(key.id)
    expect(await keys.resolve(key.token)).toMatchObject({ state: 'deactivated' })
    expect(await deactivateKey(database.orm, world, organizationId, key.id)).toBe(false)
  })

  test('a look-up that began before a change is not remembered after it', async () => {
    const { key, organizationId } = await makeTenant(database, world)
    const keys = keyResolver(database, world)
    const early = keys.resolve(key.token)
    await deactivateKey(database.orm, world, organizationId, key.id)
    keys.forget(key.id)
    await early
    expect(await keys.resolve(key.token)).toMatchObject({ state: 'deactivated' })
  })

  test('a key that expires while it is cached stops at that moment', async () => {
    const { key, organizationId } = await makeTenant(database, world)
    const clock = shiftedClock()
    const keys = keyResolver(database, testWorld({ clock }))
    await changeKey(database.orm, world, organizationId, key.id, {
      expiresAtMs: clock.now() + 20_000,
    })
    expect(await keys.resolve(key.token)).toMatchObject({ state: 'active' })
    clock.shiftMs = 20_001
    const after = keys.resolve(key.token)
    expect(after).not.toBeInstanceOf(Promise)
    expect(after).toMatchObject({ state: 'expired' })
  })

  test('while the store is away a known key works for a minute and no longer', async () => {
    const own = await testDatabase()
    const { key } = await makeTenant(own, world)
    const pool = openDatabase({ url: own.url, world, poolSize: 1, queryMs: 300 })
    const clock = shiftedClock()
    const keys = keyResolver(pool, testWorld({ clock }))
    expect(await keys.resolve(key.token)).toMatchObject({ state: 'active' })
    await pool.close()
    clock.shiftMs = 59_000
    expect(await keys.resolve(key.token)).toMatchObject({ state: 'active' })
    clock.shiftMs = 61_000
    const late = await Promise.resolve(keys.resolve(key.token)).catch((cause: unknown) => cause)
    expect(late).toMatchObject({ code: 'store_unavailable' })
    await own.close()
  })

  test('a hundred first uses of one key at once are one look-up', async () => {
    const { key } = await makeTenant(database, world)
    let asked = 0
    const counting = {
      ...database,
      sql: new Proxy(database.sql, {
        apply(target, self, args) {
          asked++
          return Reflect.apply(target, self, args)
        },
      }),
    }
    const keys = keyResolver(counting, world)
    await Promise.all(Array.from({ length: 100 }, () => keys.resolve(key.token)))
    expect(asked).toBe(1)
  })

  test('a personal key has what its person has now', async () => {
    const tenant = await makeTenant(database, world)
    const { orm } = database
    const { organizationId, workspaceId } = tenant
    const userId = await createUser(orm, world, {
      email: `${tenant.key.short}@example.test`,
      displayName: 'P',
    })
    const other = await createWorkspace(orm, world, {
      organizationId,
      displayName: 'B',
      handle: 'b',
    })
    const created = await createKey(orm, world, {
      organizationId,
      kind: 'personal',
      description: '',
      userId,
      workspaces: [],
    })
    expect(created.token).toStartWith('slu_pt_')
    const keys = keyResolver(database, world)
    const facts = async () => {
      keys.forget()
      const found = await keys.resolve(created.token)
      if (found === 'unknown') throw new Error('unknown')
      return found
    }
    const admin = await builtInRole(orm, organizationId, 'WORKSPACE_ADMIN')
    const viewer = await builtInRole(orm, organizationId, 'WORKSPACE_VIEWER')
    await setWorkspaceRole(orm, world, { workspaceId, userId, roleId: admin })
    // Not a member of the organisation: nothing, whatever the workspaces say.
    expect((await facts()).workspaces).toEqual([])
    const roleId = await builtInRole(orm, organizationId, 'ORGANIZATION_USER')
    await setOrganizationRole(orm, world, { organizationId, userId, roleId })
    await setWorkspaceRole(orm, world, { workspaceId: other, userId, roleId: viewer })
    const both = await facts()
    expect(both.userId).toBe(userId)
    expect([...both.organizationPermissions]).toEqual([
      'organization:read',
      'organization:pats:create',
    ])
    expect(both.workspaces.map((each) => each.permissions.has('gateway:invoke'))).toEqual([
      true,
      false,
    ])
    await changeKey(orm, world, organizationId, created.id, {
      workspaces: [{ workspaceId: other, roleId: admin }],
    })
    const narrowed = await facts()
    // Narrowed to one workspace, and there to the person's own role, not to the key's.
    expect(narrowed.workspaces.map((each) => each.workspaceId)).toEqual([other])
    expect(narrowed.workspaces[0]?.permissions.has('gateway:invoke')).toBe(false)
  })

  test('rotation keeps the key and gives it a new token; the old one ends after the overlap', async () => {
    const { key, organizationId } = await makeTenant(database, world)
    const clock = manualClock(world.clock.now())
    const moving = { ...world, clock }
    const rotated = await rotateKey(database.orm, moving, organizationId, key.id, 3_600_000)
    if (!rotated) throw new Error('not rotated')
    expect(rotated).toMatchObject({ id: key.id, short: key.short })
    const keys = keyResolver(database, moving)
    expect(await keys.resolve(rotated.token)).toMatchObject({ id: key.id, state: 'active' })
    expect(await keys.resolve(key.token)).toMatchObject({ id: key.id, state: 'active' })
    clock.advance(3_600_001)
    expect(await keys.resolve(key.token)).toBe('unknown')
    expect(await keys.resolve(rotated.token)).toMatchObject({ state: 'active' })
    expect(await listKeys(database.orm, organizationId)).toHaveLength(1)
  })

  test('a new token works at once where the old one is remembered, and wrong ones ask the store rarely', async () => {
    const { key, organizationId } = await makeTenant(database, world)
    const clock = manualClock(world.clock.now())
    const keys = keyResolver(database, { ...world, clock })
    expect(await keys.resolve(key.token)).toMatchObject({ state: 'active' })
    const rotate = async () =>
      (await rotateKey(database.orm, world, organizationId, key.id, 0))?.token ?? ''
    const second = await rotate()
    expect(await keys.resolve(second)).toMatchObject({ state: 'active' })
    expect(await keys.resolve(second)).toMatchObject({ state: 'active' })
    const third = await rotate()
    // Asked again a moment ago: only what is remembered counts.
    expect(await keys.resolve(third)).toBe('unknown')
    clock.advance(250)
    expect(await keys.resolve(third)).toMatchObject({ state: 'active' })
  })

  test('a second rotation ends the token before the last, and one without overlap ends the last at once', async () => {
    const { key, organizationId } = await makeTenant(database, world)
    const rotate = (overlapMs: number) =>
      rotateKey(database.orm, world, organizationId, key.id, overlapMs)
    const second = (await rotate(3_600_000))?.token ?? ''
    const third = (await rotate(3_600_000))?.token ?? ''
    const keys = keyResolver(database, world)
    expect(await keys.resolve(key.token)).toBe('unknown')
    expect(await keys.resolve(second)).toMatchObject({ state: 'active' })
    expect(await keys.resolve(third)).toMatchObject({ state: 'active' })
    const fourth = (await rotate(0))?.token ?? ''
    keys.forget()
    expect(await keys.resolve(third)).toBe('unknown')
    expect(await keys.resolve(fourth)).toMatchObject({ state: 'active' })
  })

  test('a key brings its trace project, named by its public part and id', async () => {
    const { key, workspaceId } = await makeTenant(database, world)
    const rows = await database.sql`
      select name from trace_projects where workspace_id = ${workspaceId} order by name`
    expect(rows.map((row) => row.name)).toEqual(['gateway', `gateway-${key.short}-${key.id}`])
  })

  test('the last use is written when the resolver closes', async () => {
    const { key, organizationId } = await makeTenant(database, world)
    const keys = keyResolver(database, world)
    await keys.resolve(key.token)
    await keys.close()
    const [row] = await until('last use written', () => listKeys(database.orm, organizationId))
    expect(row?.lastUsedAtMs ?? 0).toBeGreaterThan(Date.now() - 60_000)
  })
})
