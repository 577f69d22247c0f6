import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { secret } from '../../src/base/secret.ts'
import { openDatabase } from '../../src/store/database.ts'
import { type ChangeKind, watchChanges } from '../../src/store/freshness.ts'
import { keyResolver } from '../../src/store/key-resolver.ts'
import { keyringOf } from '../../src/store/keyring.ts'
import { deactivateKey } from '../../src/store/keys.ts'
import { createUser } from '../../src/store/members.ts'
import { putSecret } from '../../src/store/secrets.ts'
import { organizations } from '../../src/store/tables.ts'
import { flakyLine } from '../support/flaky-line.ts'
import { type TestDatabase, testDatabase, testServer } from '../support/postgres.ts'
import { makeTenant } from '../support/tenant.ts'
import { testWorld, until } from '../support/world.ts'

setDefaultTimeout(120_000)
const world = testWorld()
/** The promise of one second is measured over two processes elsewhere; this is for a loaded machine. */
const TOLD_MS = 10_000

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

type Told = [ChangeKind, string | undefined]

describe('changes', () => {
  test('each change is told once, with what it touches', async () => {
    const tenant = await makeTenant(database, world)
    const told: Told[] = []
    const watch = await watchChanges(database, world, (kind, id) => told.push([kind, id]))
    const { orm } = database
    await deactivateKey(orm, world, tenant.organizationId, tenant.key.id)
    await until('the key', () => told.length === 1, TOLD_MS)
    await orm
      .update(organizations)
      .set({ llmGatewayEnabled: false })
      .where(eq(organizations.id, tenant.organizationId))
    await until('the organisation', () => told.length === 2, TOLD_MS)
    await putSecret(orm, keyringOf(world.dice.bytes(32)), world, {
      workspaceId: tenant.workspaceId,
      name: 'OPENAI_API_KEY',
      value: secret('x'.repeat(20)),
    })
    await until('the secret', () => told.length === 3, TOLD_MS)
    expect(told).toEqual([
      ['key', tenant.key.id],
      ['organization', tenant.organizationId],
      ['secret', tenant.workspaceId],
    ])
    await watch.close()
  })

  test('what nobody caches is not told: a key being used, a new person', async () => {
    const { key } = await makeTenant(database, world)
    const version = async () =>
      (await database.sql<{ version: bigint }[]>`select version from changes`)[0]?.version
    const before = await version()
    const keys = keyResolver(database, world)
    await keys.resolve(key.token)
    await keys.close()
    await createUser(database.orm, world, { email: `${key.short}@x.test`, displayName: '' })
    const [used] = await database.sql`select last_used_at from gateway_keys where id = ${key.id}`
    expect(used?.last_used_at).not.toBeNull()
    expect(await version()).toBe(before)
  })

  test('a change that is rolled back is not told, and changes in parallel do not deadlock', async () => {
    const tenants = await Promise.all([1, 2, 3, 4].map(() => makeTenant(database, world)))
    const told: Told[] = []
    const watch = await watchChanges(database, world, (kind, id) => told.push([kind, id]))
    const [first] = tenants
    await database.orm
      .transaction(async (orm) => {
        await deactivateKey(orm, world, first?.organizationId ?? '', first?.key.id ?? '')
        throw new Error('undone')
      })
      .catch(() => {})
    await Promise.all(
      tenants.map((tenant, index) =>
        database.orm.transaction(async (orm) => {
          // Two rows each, in opposite orders.
          const order = index % 2 ? tenants : [...tenants].reverse()
          for (const { organizationId } of [order[index], tenant].filter((each) => !!each))
            await orm
              .update(organizations)
              .set({ displayName: `renamed ${index}` })
              .where(eq(organizations.id, organizationId))
        }),
      ),
    )
    await until('all were told', () => told.length >= 4, TOLD_MS)
    expect(told.filter(([kind]) => kind === 'key')).toEqual([])
    await watch.close()
  })

  test('a change made while the line was cut is told after it', async () => {
    const { server } = await testServer()
    if (!server) throw new Error('needs a server of its own')
    const line = await flakyLine(join(server.socketDir, '.s.PGSQL.5432'))
    const name = /\/(\w+)\?/.exec(database.url)?.[1]
    const url = `postgres://sluice@127.0.0.1:${line.port}/${name}`
    const pool = openDatabase({ url, world, poolSize: 2, queryMs: 500 })
    const tenant = await makeTenant(database, world)
    const told: Told[] = []
    const watch = await watchChanges(pool, world, (kind, id) => told.push([kind, id]))
    line.freeze()
    line.drop()
    await deactivateKey(database.orm, world, tenant.organizationId, tenant.key.id)
    line.thaw()
    await until('that something was missed', () => told.some(([kind]) => kind === 'all'), 20_000)
    // And notices come again by themselves.
    told.length = 0
    const again = await makeTenant(database, world)
    await until('listening again', () => told.length > 0, 20_000)
    await until(
      'a notice with its id',
      async () => {
        told.length = 0
        await database.sql`update roles set description = description || '.' where organization_id = ${again.organizationId} and name = 'WORKSPACE_USER'`
        await until('told', () => told.length > 0, TOLD_MS)
        return told.some(([kind]) => kind === 'role')
      },
      20_000,
    )
    await watch.close()
    await pool.close()
    await line.close()
  })

  test('a revoked key stops working in another process long before its cached facts grow old', async () => {
    const tenant = await makeTenant(database, world)
    const other = openDatabase({ url: database.url, world, poolSize: 2 })
    const keys = keyResolver(other, world)
    const watch = await watchChanges(other, world, (kind, id) =>
      keys.forget(kind === 'key' ? id : undefined),
    )
    expect(await keys.resolve(tenant.key.token)).toMatchObject({ state: 'active' })
    await deactivateKey(database.orm, world, tenant.organizationId, tenant.key.id)
    await until(
      'the other process knows',
      async () => {
        const facts = await keys.resolve(tenant.key.token)
        return facts !== 'unknown' && facts.state === 'deactivated'
      },
      TOLD_MS,
    )
    await watch.close()
    await other.close()
  })
})
