import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command, CommandContext } from '../../src/commands/command.ts'
import { exportCommand } from '../../src/commands/export.ts'
import { tail } from '../../src/commands/tail.ts'
import { readConfig } from '../../src/config.ts'
import { exchangeWriter } from '../../src/store/exchanges.ts'
import { outboxSize, park } from '../../src/store/outbox.ts'
import {
  ALL,
  callOf,
  type House,
  keyProject,
  openHouse,
  storeCall,
  type Tenant,
} from '../admin/house.ts'
import { someEvent } from '../support/nats.ts'
import { startOtlpReceiver } from '../support/otlp-receiver.ts'
import { until } from '../support/world.ts'

let house: House
let tenant: Tenant
let dataDir: string
let listener: ReturnType<typeof Bun.serve>
let queries = 0

beforeAll(async () => {
  house = await openHouse()
  tenant = await house.tenant()
  await keyProject(house, callOf(house, tenant))
  listener = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => {
      if (request.url.endsWith('/runs/query')) queries++
      return house.app.handle(request)
    },
  })
  dataDir = mkdtempSync(join(tmpdir(), 'sluice-commands-'))
  const ready = {
    url: `http://127.0.0.1:${listener.port}`,
    admin_key: house.workspaceKey(tenant, ALL),
  }
  writeFileSync(join(dataDir, 'ready.json'), JSON.stringify(ready))
})
afterAll(async () => {
  await listener.stop(true)
  await house.close()
  rmSync(dataDir, { recursive: true })
})

function running(command: Command, args: string[], json = false) {
  const out: string[] = []
  const err: string[] = []
  const context: CommandContext = {
    config: readConfig({ SLUICE_DATA_DIR: dataDir, DATABASE_URL: house.database.url }),
    world: house.world,
    json,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  }
  return { out, err, code: command.run(args, context) }
}

describe('sluice tail', () => {
  test('shows each call once as it ends, and none that ended before', async () => {
    const before = callOf(house, tenant)
    await storeCall(house, before)
    const asked = queries
    const { out, code } = running(tail, ['--for', '3'], true)
    await until('the first look', () => queries >= asked + 2)
    const [early, late] = [callOf(house, tenant), callOf(house, tenant)]
    // The one that began first ends last.
    await storeCall(house, late)
    await until('the first line', () => out.length === 1)
    await storeCall(house, early)
    expect(await code).toBe(0)
    const ids = out.map((line) => (JSON.parse(line) as { id: string }).id)
    expect(ids).toEqual([late.opened.id, early.opened.id])
  })

  test('shows only what it was asked for', async () => {
    const asked = queries
    const { out, code } = running(tail, ['--for', '2', '--outcome', 'refused', '--status', '402'])
    await until('the first look', () => queries >= asked + 2)
    const refused = callOf(house, tenant, { closed: { outcome: 'refused', status: 402 } })
    await storeCall(house, callOf(house, tenant))
    await storeCall(house, refused)
    expect(await code).toBe(0)
    expect(out).toHaveLength(1)
    expect(out[0]).toContain(refused.opened.id)
  })

  test('says what is wrong with its arguments', async () => {
    expect(await running(tail, ['--for', 'ever']).code).toBe(2)
    expect(await running(tail, ['--colour', 'red']).code).toBe(2)
    const unknown = running(tail, ['--project', 'nowhere', '--for', '1'])
    expect(await unknown.code).toBe(1)
    expect(unknown.err[0]).toContain('no trace project named nowhere')
  })
})

describe('sluice export', () => {
  /** Runs with a list of destinations in the environment. */
  async function withList(list: unknown, args: string[]) {
    const before = process.env.SLUICE_EXPORTS
    process.env.SLUICE_EXPORTS = JSON.stringify(list)
    try {
      const { out, err, code } = running(exportCommand, args)
      return { code: await code, out, err }
    } finally {
      if (before === undefined) delete process.env.SLUICE_EXPORTS
      else process.env.SLUICE_EXPORTS = before
    }
  }

  test('test sends one call to each destination and tells what it answered', async () => {
    const good = startOtlpReceiver()
    const bad = startOtlpReceiver(() => new Response('', { status: 401 }))
    const list = [
      { type: 'otlp', name: 'good', endpoint: good.url },
      { type: 'otlp', name: 'bad', endpoint: bad.url },
    ]
    const both = await withList(list, ['test'])
    expect(both).toEqual({
      code: 1,
      out: ['✓ good: accepted', '✗ bad: status 401: check address and key'],
      err: [],
    })
    expect(good.accepted().map((span) => span.kind)).toEqual([2, 3])
    expect((await withList(list, ['test', 'good'])).code).toBe(0)
    expect((await withList(list, ['test', 'none'])).code).toBe(2)
    await Promise.all([good.stop(), bad.stop()])
  })

  test('list shows names and addresses, never keys, and every mistake', async () => {
    const key = `fake-${'q'.repeat(12)}`
    const shown = await withList([{ type: 'langsmith', api_key: key }], ['list'])
    expect(shown.out.join('\n')).toContain('https://api.smith.langchain.com/otel')
    expect(shown.out.join('\n')).not.toContain(key)
    expect(await withList([{ type: 'pigeon' }], ['list'])).toMatchObject({ code: 2 })
  })

  test('parked calls are listed with the reason and can be released', async () => {
    const event = someEvent()
    await exchangeWriter(house.database, house.world).record(event)
    await park(house.database, event.opened.id, 'the amount is negative')
    const parked = running(exportCommand, ['parked'])
    expect(await parked.code).toBe(0)
    expect(parked.out.join('\n')).toContain(event.opened.id)
    expect(parked.out.join('\n')).toContain('the amount is negative')
    const released = running(exportCommand, ['release', event.opened.id])
    expect(await released.code).toBe(0)
    expect((await outboxSize(house.database)).parked).toBe(0)
  })
})
