import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type House, openHouse, type Tenant } from './house.ts'

const PATH = '/api/v1/platform/gateway-policies'

let house: House
let here: Tenant
let manager: string

beforeAll(async () => {
  house = await openHouse()
  here = await house.tenant()
  manager = house.managerKey(here)
})
afterAll(() => house.close())

interface Change {
  operation: string
  state: { name: string; description: string; config: Record<string, unknown> }
}

async function send(method: string, path: string, body?: unknown, key = manager) {
  const response = await house.send(method, PATH + path, key, body)
  return { status: response.status, body: await response.json() }
}

test('a policy shows every state it was in, and going back to one makes it the newest', async () => {
  const first = {
    name: 'First',
    description: 'from the start',
    policy_type: 'spend_cap',
    subject_matchers: [{ key: 'workspace_id', value: here.workspaceId }],
    config: { window: 'daily', limit_usd: '0.000000001' },
  }
  const { id } = (await send('POST', '', first)).body
  await send('PATCH', `/${id}`, { config: { window: 'daily', limit_usd: 20 } })
  // The same identity once more: changed in place, noted without what was before.
  await send('POST', '', { ...first, name: 'Third', config: { window: 'daily', limit_usd: 30 } })
  const seen: Change[] = (await send('GET', `/${id}/history`)).body
  expect(seen.map((each) => each.state.name)).toEqual(['Third', 'First', 'First'])
  expect(seen.map((each) => String(each.state.config.limit_usd))).toEqual([
    '30',
    '20',
    '0.000000001',
  ])
  const { name, description, config } = seen[2]?.state ?? {}
  expect((await send('PATCH', `/${id}`, { name, description, config })).status).toBe(200)
  const after: Change[] = (await send('GET', `/${id}/history`)).body
  expect(after).toHaveLength(4)
  expect(after[0]?.state).toEqual(after[3]?.state)
})

test('another organisation reads no history of it', async () => {
  const [mine] = (await send('GET', '')).body
  const other = await house.tenant()
  const found = await send('GET', `/${mine.id}/history`, undefined, house.managerKey(other))
  expect(found.status).toBe(404)
})
