import { afterAll, beforeAll, expect, test } from 'bun:test'
import { storeContents } from '../../src/store/contents.ts'
import { ALL, callOf, type House, openHouse, storeCall, type Tenant } from './house.ts'

let house: House
let tenant: Tenant
let id: string
beforeAll(async () => {
  house = await openHouse()
  tenant = await house.tenant()
  const call = callOf(house, tenant)
  await storeCall(house, call)
  id = call.opened.id
  await storeContents(house.database, [
    {
      exchangeId: id,
      ...tenant,
      request: { text: '{"model":"m"}', bytes: 70_000, isCut: true },
      response: { text: '{}', bytes: 2, isCut: false },
    },
  ])
})
afterAll(() => house.close())

const read = (key: string, of = id) => house.send('GET', `/api/v1/runs/${of}/content`, key)

async function readings(): Promise<number> {
  const rows = await house.database.sql`
    select 1 from audit_log where operation = 'read_content' and resource_id = ${id}`
  return rows.length
}

test('content is read with runs:read, and each reading stands in the audit log', async () => {
  const response = await read(house.workspaceKey(tenant, ['runs:read', 'workspaces:read']))
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({
    id,
    request: { text: '{"model":"m"}', bytes: 70_000, truncated: true },
    response: { text: '{}', bytes: 2, truncated: false },
    day_full: false,
  })
  expect(await readings()).toBe(1)
})

test('without runs:read, from another tenant, or where none was kept there is none, and nothing is noted', async () => {
  const before = await readings()
  const poor = house.workspaceKey(tenant, ['projects:read', 'workspaces:read'])
  expect((await read(poor)).status).toBe(403)
  expect((await read(house.workspaceKey(await house.tenant(), ALL))).status).toBe(404)
  const other = callOf(house, tenant)
  await storeCall(house, other)
  expect((await read(house.workspaceKey(tenant, ALL), other.opened.id)).status).toBe(404)
  expect(await readings()).toBe(before)
})
