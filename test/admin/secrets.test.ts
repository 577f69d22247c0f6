import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { verifyAudit } from '../../src/store/audit-reads.ts'
import { secretResolver } from '../../src/store/secrets.ts'
import { ALL, type House, openHouse, type Tenant } from './house.ts'

const PATH = '/api/v1/workspaces/current/secrets'
/** Synthetic, and built so that no scanner takes the source for a leak. */
const VALUE = `sk-${'Ab1'.repeat(16)}`

let house: House
let here: Tenant
let key: string

beforeAll(async () => {
  house = await openHouse()
})
beforeEach(async () => {
  here = await house.tenant()
  key = house.workspaceKey(here, ALL)
})
afterAll(() => house.close())

/** Every row of every table as text. */
async function everything(): Promise<string> {
  const tables = await house.database.sql<{ name: string }[]>`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`
  let text = ''
  for (const { name } of tables) {
    const rows = await house.database.sql.unsafe(`select t::text as row from ${name} t`)
    text += rows.map((row) => String(row.row)).join('\n')
  }
  return text
}

describe('provider secrets', () => {
  test('a value goes in and never comes out of the API or the database', async () => {
    const written = await house.send('POST', PATH, key, [{ key: 'OPENAI_API_KEY', value: VALUE }])
    expect(written.status).toBe(200)
    const listed = await house.send('GET', PATH, key)
    const text = await listed.text()
    expect(JSON.parse(text)).toMatchObject([{ key: 'OPENAI_API_KEY', last_four: VALUE.slice(-4) }])
    expect(text + (await written.text())).not.toContain(VALUE)
    const stored = await everything()
    expect(stored).not.toContain(VALUE)
    expect(stored).not.toContain(Buffer.from(VALUE).toString('hex'))
    const resolver = secretResolver(house.database, house.deps.keyring, house.world)
    expect((await resolver.resolve(here.workspaceId, 'OPENAI_API_KEY'))?.reveal()).toBe(VALUE)
  })

  test('null deletes, and an unknown name is nothing', async () => {
    await house.send('POST', PATH, key, [{ key: 'A_KEY', value: VALUE }])
    const gone = await house.send('POST', PATH, key, [
      { key: 'A_KEY', value: null },
      { key: 'NEVER_THERE', value: null },
    ])
    expect(await gone.json()).toEqual([])
  })

  test('a mistake in one entry changes nothing at all', async () => {
    const response = await house.send('POST', PATH, key, [
      { key: 'GOOD', value: VALUE },
      { key: 'bad name', value: VALUE },
    ])
    expect(response.status).toBe(422)
    expect(await response.text()).not.toContain(VALUE)
    expect(await (await house.send('GET', PATH, key)).json()).toEqual([])
  })

  test('a value that could not be a header is refused', async () => {
    for (const value of [`${VALUE}\r\nx-evil: 1`, `${VALUE} `, 'short', 'x'.repeat(9000), 1, {}])
      expect((await house.send('POST', PATH, key, [{ key: 'A', value }])).status).toBe(422)
  })

  test('unknown members, prototype names and other shapes are refused', async () => {
    for (const body of [
      '[{"key":"A","value":null,"extra":1}]',
      '[{"key":"A","value":null,"__proto__":{"x":1}}]',
      '{"key":"A","value":null}',
      '[]',
      'null',
    ])
      expect((await house.send('POST', PATH, key, body)).status).toBe(422)
  })

  test('reading the names does not suffice to write', async () => {
    const viewer = house.workspaceKey(here, ['workspaces:read'])
    expect((await house.send('GET', PATH, viewer)).status).toBe(200)
    const refused = await house.send('POST', PATH, viewer, [{ key: 'A', value: null }])
    expect(refused.status).toBe(403)
  })
})

describe('Idempotency-Key', () => {
  const twice = { 'idempotency-key': 'attempt-1' }

  test('the same attempt is done once and answered the same', async () => {
    const body = [{ key: 'A_KEY', value: VALUE }]
    const first = await house.send('POST', PATH, key, body, twice)
    const again = await house.send('POST', PATH, key, body, twice)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(await again.text()).toBe(await first.text())
    const [row] = await house.database.sql`
      select version from provider_secrets where workspace_id = ${here.workspaceId}`
    expect(row?.version).toBe(1)
  })

  test('the same name for another request is a 422, by another key a new attempt', async () => {
    await house.send('POST', PATH, key, [{ key: 'A_KEY', value: VALUE }], twice)
    const other = [{ key: 'B_KEY', value: VALUE }]
    expect((await house.send('POST', PATH, key, other, twice)).status).toBe(422)
    const colleague = house.workspaceKey(here, ALL)
    expect((await house.send('POST', PATH, colleague, other, twice)).status).toBe(200)
  })

  test('of twins at once one is done and the others are told so or repeat its answer', async () => {
    const body = [{ key: 'A_KEY', value: VALUE }]
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => house.send('POST', PATH, key, body, twice)),
    )
    const statuses = answers.map((each) => each.status)
    expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([])
    const [row] = await house.database.sql`
      select version from provider_secrets where workspace_id = ${here.workspaceId}`
    expect(row?.version).toBe(1)
  })

  test('a refused attempt is not kept: put right, it goes through', async () => {
    const bad = await house.send('POST', PATH, key, [{ key: 'bad', value: null }], twice)
    expect(bad.status).toBe(422)
    const good = await house.send('POST', PATH, key, [{ key: 'GOOD', value: VALUE }], twice)
    expect(good.status).toBe(200)
  })
})

describe('the audit log', () => {
  test('names who changed which secrets, in an unbroken chain, without values', async () => {
    await house.send('POST', PATH, key, [{ key: 'A_KEY', value: VALUE }])
    await house.send('POST', PATH, key, [{ key: 'A_KEY', value: null }])
    const rows = await house.database.sql`
      select seq, operation, details::text, actor_key_id from audit_log
       where organization_id = ${here.organizationId} order by seq`
    expect(rows.map((row) => [Number(row.seq), row.operation, JSON.parse(row.details)])).toEqual([
      [1, 'update_workspace_secrets', { set: ['A_KEY'], deleted: [] }],
      [2, 'update_workspace_secrets', { set: [], deleted: ['A_KEY'] }],
    ])
    expect((await verifyAudit(house.database.orm)).broken).toEqual([])
  })

  test('a refused change leaves no row', async () => {
    await house.send('POST', PATH, key, [{ key: 'bad', value: null }])
    const rows = await house.database.sql`
      select 1 from audit_log where organization_id = ${here.organizationId}`
    expect(rows).toHaveLength(0)
  })

  test('changes at the same time make one chain without gaps', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        house.send('POST', PATH, key, [{ key: `KEY_${index}`, value: VALUE }]),
      ),
    )
    const verdict = await verifyAudit(house.database.orm)
    expect(verdict.broken).toEqual([])
    const [last] = await house.database.sql`
      select max(seq)::int as seq from audit_log where organization_id = ${here.organizationId}`
    expect(last?.seq).toBe(20)
  })

  test('rows cannot be changed, removed or emptied', async () => {
    await house.send('POST', PATH, key, [{ key: 'A_KEY', value: VALUE }])
    for (const statement of [
      `update audit_log set operation = 'x'`,
      'delete from audit_log',
      'truncate audit_log',
    ])
      await expect((async () => await house.database.sql.unsafe(statement))()).rejects.toThrow(
        'cannot be changed or removed',
      )
  })

  test('a row changed, removed from the middle or cut off the end behind our back is found', async () => {
    for (const [statement, why] of [
      [`update audit_log set details = '{}' where seq = 2`, 'changed'],
      ['delete from audit_log where seq = 2', 'missing'],
      ['delete from audit_log where seq = 3', 'cut off'],
      ['delete from audit_heads', 'head'],
    ] as const) {
      const broken = await openHouse()
      const tenant = await broken.tenant()
      const token = broken.workspaceKey(tenant, ALL)
      for (const name of ['A', 'B', 'C'])
        await broken.send('POST', PATH, token, [{ key: name, value: VALUE }])
      await broken.database.sql.unsafe('alter table audit_log disable trigger user')
      await broken.database.sql.unsafe(statement)
      const { broken: found } = await verifyAudit(broken.database.orm)
      expect(found).toHaveLength(1)
      expect(found[0]?.why).toContain(why)
      await broken.close()
    }
  })
})
