import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openBus } from '../../src/bus/bus.ts'
import type { Bus } from '../../src/bus/port.ts'
import { exportsPort } from '../../src/export-port.ts'
import { someEvent, type TestNats, testNats } from '../support/nats.ts'
import { testWorld, until } from '../support/world.ts'
import { type House, openHouse } from './house.ts'

const TOKEN = ['made', 'up', 'token'].join('-')

let nats: TestNats
let bus: Bus
let house: House
let received = 0
const backend = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: ({ url }) => {
    received++
    return new Response('', { status: url.includes('/refuses') ? 422 : 200 })
  },
})

beforeAll(async () => {
  nats = await testNats()
  const world = testWorld()
  bus = openBus({ url: nats.url, world, name: 'test' })
  const env = {
    SLUICE_EXPORTS: JSON.stringify([
      { name: 'backend', type: 'webhook', endpoint: `${backend.url}hook?token=${TOKEN}` },
      { name: 'strict', type: 'webhook', endpoint: `${backend.url}refuses` },
      { name: 'on-call', type: 'issues', endpoint: `${backend.url}issues` },
    ]),
  }
  house = await openHouse('', {
    exports: exportsPort(bus, world, env),
    retention: { traceDays: 30, contentDays: undefined },
  })
})
afterAll(async () => {
  await house.close()
  await bus.close()
  await nats.stop()
  await backend.stop(true)
})

interface Found {
  data: Record<string, unknown>[]
  trace_days: unknown
  content_days: unknown
}

async function ask(method: string, path: string, key: string, body?: object) {
  const response = await house.send(method, `/api/v1${path}`, key, body)
  return { status: response.status, text: await response.text() }
}

test('destinations are listed with what waits for each, without paths and credentials', async () => {
  const manager = house.managerKey(await house.tenant())
  const consuming = bus.consume({
    kind: 'usage',
    durable: 'backend',
    batchMax: 1,
    pendingMax: 1,
    // Not acknowledged: it stays waiting.
    async handle() {},
  })
  await until('the bus has taken it', async () => (await bus.sendUsage([someEvent()])).length === 1)
  let found: Found = { data: [], trace_days: undefined, content_days: undefined }
  await until('the one that waits', async () => {
    const { text } = await ask('GET', '/exports', manager)
    expect(text).not.toContain(TOKEN)
    found = JSON.parse(text)
    return found.data.some((each) => each.name === 'backend' && each.waiting !== null)
  })
  expect(found).toMatchObject({ trace_days: 30, content_days: null })
  expect(found.data).toEqual([
    expect.objectContaining({ name: 'postgres', outside: false, origin: null }),
    expect.objectContaining({ name: 'issues', outside: false }),
    expect.objectContaining({
      name: 'backend',
      gets: 'calls',
      origin: backend.url.origin,
      waiting: expect.any(Number),
    }),
    expect.objectContaining({ name: 'strict', gets: 'calls', waiting: null }),
    expect.objectContaining({ name: 'on-call', gets: 'issues', waiting: null }),
  ])
  expect(found.data.find((each) => each.name === 'backend')?.waiting).toBeGreaterThan(0)
  await consuming.close()
})

test('a test call tells what the destination said, and goes to no other', async () => {
  const manager = house.managerKey(await house.tenant())
  const before = received
  const good = await ask('POST', '/exports/test', manager, { name: 'backend' })
  expect(JSON.parse(good.text)).toEqual({ ok: true, says: 'accepted' })
  expect(received).toBe(before + 1)
  const bad = await ask('POST', '/exports/test', manager, { name: 'strict' })
  expect(JSON.parse(bad.text)).toMatchObject({ ok: false, says: expect.stringContaining('422') })
  for (const name of ['on-call', 'postgres', 'nobody'])
    expect((await ask('POST', '/exports/test', manager, { name })).status).toBe(404)
})

test('only who manages the organisation sees destinations', async () => {
  const key = house.workspaceKey(await house.tenant(), ['workspaces:manage', 'runs:read'])
  expect((await ask('GET', '/exports', key)).status).toBe(403)
  expect((await ask('POST', '/exports/test', key, { name: 'backend' })).status).toBe(403)
})

test('the chain of the audit log is told intact, with the entries of this organisation alone', async () => {
  const [one, other] = [await house.tenant(), await house.tenant()]
  for (const { tenant, names } of [
    { tenant: one, names: ['a', 'b'] },
    { tenant: other, names: ['c'] },
  ])
    for (const display_name of names)
      await ask('PATCH', '/orgs/current', house.managerKey(tenant), { display_name })
  const { text } = await ask('GET', '/audit-logs/verify', house.managerKey(one))
  expect(JSON.parse(text)).toEqual({ intact: true, rows: 2, fault: null })
})
