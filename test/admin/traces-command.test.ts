import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExchangeEvent } from '../../src/base/exchange.ts'
import { newId } from '../../src/base/id.ts'
import { nanos } from '../../src/base/money.ts'
import type { CommandContext } from '../../src/commands/command.ts'
import { traces } from '../../src/commands/traces.ts'
import { readConfig } from '../../src/config.ts'
import { ALL, callOf, type House, keyProject, openHouse, storeCall } from './house.ts'

let house: House
let listener: ReturnType<typeof Bun.serve>
let dataDir: string
let first: ExchangeEvent
let project: string
let organizationId: string

beforeAll(async () => {
  house = await openHouse()
  const tenant = await house.tenant()
  organizationId = tenant.organizationId
  first = callOf(house, tenant, {
    opened: { requestModel: 'demo/echo\u001b[2J' },
    closed: { costNanos: nanos(1_250_000n), responseModel: undefined },
  })
  project = await keyProject(house, first)
  await storeCall(house, first)
  for (let index = 0; index < 120; index++) await storeCall(house, callOf(house, tenant))
  listener = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => house.app.handle(request),
  })
  dataDir = mkdtempSync(join(tmpdir(), 'sluice-traces-'))
  const ready = {
    url: `http://127.0.0.1:${listener.port}`,
    gateway_key: house.workspaceKey(tenant, ALL),
    admin_key: house.managerKey(tenant),
  }
  writeFileSync(join(dataDir, 'ready.json'), JSON.stringify(ready))
})
afterAll(async () => {
  await listener.stop(true)
  await house.close()
  rmSync(dataDir, { recursive: true })
})

async function run(args: string[], json = false, dir = dataDir) {
  const out: string[] = []
  const err: string[] = []
  const context: CommandContext = {
    config: readConfig({ SLUICE_DATA_DIR: dir }),
    world: house.world,
    json,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  }
  return { code: await traces.run(args, context), out, err }
}

describe('sluice traces', () => {
  test('lists a call with tokens, cost and both projects on one line', async () => {
    const { code, out } = await run(['--project', project])
    expect(code).toBe(0)
    expect(out).toHaveLength(2)
    for (const part of [first.opened.id, '120 in, 30 out', '$0.00125', `gateway, ${project}`, 'ok'])
      expect(out[1]).toContain(part)
  })

  test('a model name cannot steer the terminal', async () => {
    const { out } = await run(['--project', project])
    expect(out.join('\n')).not.toContain('\u001b')
    expect(out[1]).toContain('demo/echo?[2J')
  })

  test('--limit reaches over pages and never gives more', async () => {
    expect((await run(['--limit', '3'])).out).toHaveLength(4)
    expect((await run(['--limit', '115'])).out).toHaveLength(116)
    expect((await run([])).out).toHaveLength(21)
  })

  test('--json gives one JSON value', async () => {
    const { out } = await run(['--limit', '2'], true)
    expect(out).toHaveLength(1)
    expect(JSON.parse(out[0] ?? '')).toHaveLength(2)
  })

  test('another workspace is reached with the admin key', async () => {
    const other = await house.workspace(organizationId)
    const call = callOf(house, { organizationId, workspaceId: other })
    await storeCall(house, call)
    const { out } = await run(['--workspace', other])
    expect(out).toHaveLength(2)
    expect(out[1]).toContain(call.opened.id)
    expect((await run(['--workspace', newId(house.world)])).code).toBe(1)
  })

  test('show tells one call in full', async () => {
    const { code, out } = await run(['show', first.opened.id])
    expect(code).toBe(0)
    expect(out.join('\n')).toContain('cost_nanos: 1250000')
    expect(out.join('\n')).toContain('duration_ms: 1200')
  })

  test('wrong usage is 2, an unknown project and an unknown call are 1, each with a sentence', async () => {
    for (const args of [['--limit', '0'], ['--nope'], ['show'], ['show', 'x'], ['list']]) {
      const { code, err } = await run(args)
      expect(code).toBe(2)
      expect(err.join('')).not.toBe('')
    }
    expect((await run(['--project', 'none'])).err.join('')).toContain('none')
    expect((await run(['show', '019a1f3e-7c1d-7b3a-9d52-0f6f1a2b3c4d'])).code).toBe(1)
  })

  test('without a running gateway it says how to start one', async () => {
    const { code, err } = await run([], false, '/nonexistent')
    expect(code).toBe(1)
    expect(err.join('')).toContain('npm start')
  })
})
