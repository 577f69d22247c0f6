import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeUsage } from '../../src/bus/events.ts'
import { openFolderBus } from '../../src/bus/folder.ts'
import type { Bus } from '../../src/bus/port.ts'
import { exchangeWriter } from '../../src/store/exchanges.ts'
import { park } from '../../src/store/outbox.ts'
import { someEvent } from '../support/nats.ts'
import { testWorld, until } from '../support/world.ts'
import { ALL, type House, openHouse, type Tenant } from './house.ts'

let dir: string
let bus: Bus
let house: House
let tenant: Tenant
let manager: string
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-parked-'))
  bus = openFolderBus({ dir, world: testWorld() })
  house = await openHouse('', { parked: bus })
  tenant = await house.tenant()
  manager = house.managerKey(tenant)
})
afterAll(async () => {
  await house.close()
  await bus.close()
  rmSync(dir, { recursive: true })
})

interface Parked {
  readonly id: string
  readonly kind: string
  readonly destination: string | null
  readonly reason: string
}

async function list(key = manager): Promise<Parked[]> {
  const response = await house.send('GET', '/api/v1/exports/parked', key)
  expect(response.status).toBe(200)
  return ((await response.json()) as { data: Parked[] }).data
}

async function replay(body: object, key = manager): Promise<number> {
  const response = await house.send('POST', '/api/v1/exports/parked/replay', key, body)
  expect(response.status).toBe(200)
  return ((await response.json()) as { replayed: number }).replayed
}

/** A call of that organisation that the destination `backend` refuses once. */
async function refusedOnce(organizationId: string) {
  const event = someEvent({ opened: { organizationId } })
  const seen: string[] = []
  const consuming = bus.consume({
    kind: 'usage',
    durable: `backend-${event.opened.id}`,
    batchMax: 1,
    pendingMax: 1,
    async handle([message]) {
      if (!message) return
      if (decodeUsage(message.bytes).opened.id !== event.opened.id) return message.ack()
      seen.push(event.opened.id)
      if (seen.length === 1) await message.park('backend: status 422')
      else message.ack()
    },
  })
  await bus.sendUsage([event])
  await until('the refusal', () => seen.length === 1)
  return { seen, close: () => consuming.close() }
}

test('an organisation sees what of its own could not be delivered, and has it delivered again', async () => {
  const own = await refusedOnce(tenant.organizationId)
  const foreign = await refusedOnce((await house.tenant()).organizationId)
  const event = someEvent({ opened: { ...tenant } })
  await exchangeWriter(house.database, house.world).record(event)
  await park(house.database, event.opened.id, 'the stored event cannot be read')
  const found = await until('all of it', async () => {
    const all = await list()
    return all.length === 2 ? all : undefined
  })
  expect(found).toContainEqual(
    expect.objectContaining({
      id: `outbox:${event.opened.id}`,
      kind: 'call',
      destination: null,
      reason: 'the stored event cannot be read',
    }),
  )
  const message = found.find((each) => each.kind === 'usage')
  expect(message).toMatchObject({ destination: 'backend', reason: 'status 422' })
  const others = (await bus.parked(10)).find(
    ({ subject }) => !subject.includes(tenant.organizationId),
  )
  // What belongs to another organisation cannot be named.
  expect(await replay({ ids: [`bus:${others?.id}`, 'bus:../../x', 'nothing'] })).toBe(0)
  expect(await replay({ ids: [message?.id] })).toBe(1)
  await until('the replay', () => own.seen.length === 2)
  expect(await replay({})).toBe(1)
  expect(await list()).toEqual([])
  expect(foreign.seen).toHaveLength(1)
  const rows = await house.database.sql`
    select 1 from audit_log where operation = 'replay_parked' and organization_id = ${tenant.organizationId}`
  expect(rows).toHaveLength(2)
  await Promise.all([own.close(), foreign.close()])
})

test('it is for who manages the organisation', async () => {
  const key = house.workspaceKey(
    tenant,
    ALL.filter((each) => each !== 'organization:manage'),
  )
  expect((await house.send('GET', '/api/v1/exports/parked', key)).status).toBe(403)
  expect((await house.send('POST', '/api/v1/exports/parked/replay', key, {})).status).toBe(403)
})
