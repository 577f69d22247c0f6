import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nanos } from '../../src/base/money.ts'
import { audit } from '../../src/commands/audit.ts'
import type { Command, CommandContext } from '../../src/commands/command.ts'
import { policies } from '../../src/commands/policies.ts'
import { readConfig } from '../../src/config.ts'
import { ledgerBench } from '../support/ledger.ts'
import { type House, openHouse, type Tenant } from './house.ts'

let house: House
let here: Tenant
let listener: ReturnType<typeof Bun.serve>
let dataDir: string

beforeAll(async () => {
  house = await openHouse()
  here = await house.tenant()
  listener = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => house.app.handle(request),
  })
  dataDir = mkdtempSync(join(tmpdir(), 'sluice-policies-'))
  const ready = { url: `http://127.0.0.1:${listener.port}`, admin_key: house.managerKey(here) }
  writeFileSync(join(dataDir, 'ready.json'), JSON.stringify(ready))
})
afterAll(async () => {
  await listener.stop(true)
  await house.close()
  rmSync(dataDir, { recursive: true })
})

async function run(command: Command, args: string[], json = false) {
  const out: string[] = []
  const err: string[] = []
  const context: CommandContext = {
    config: readConfig({ SLUICE_DATA_DIR: dataDir, DATABASE_URL: house.database.url }),
    world: house.world,
    json,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  }
  return { code: await command.run(args, context), out, err }
}

/** A file with text in it. */
function file(text: string): string {
  const path = join(dataDir, 'policies.json')
  writeFileSync(path, text)
  return path
}

describe('sluice policies', () => {
  test('set, list and delete one; its limit keeps every digit', async () => {
    const draft = `[{"name":"Cap","policy_type":"spend_cap","config":{"window":"daily","limit_usd":123456789.123456789},
      "subject_matchers":[{"key":"workspace_id","value":"${here.workspaceId}"}]}]`
    expect((await run(policies, ['set', file(draft)])).out).toEqual(['set Cap'])
    expect((await run(policies, ['set', file(draft)])).code).toBe(0)
    const listed = await house.send(
      'GET',
      '/api/v1/platform/gateway-policies',
      house.managerKey(here),
    )
    expect(await listed.text()).toContain('"limit_usd":123456789.123456789')
    const { out } = await run(policies, ['list'])
    expect(out).toHaveLength(2)
    expect(out[1]).toContain(`workspace_id=${here.workspaceId}`)
    const [policy] = JSON.parse((await run(policies, ['list'], true)).out[0] ?? '')
    expect((await run(policies, ['delete', policy.id])).code).toBe(0)
    expect((await run(policies, ['list'])).out).toEqual(['no policies yet'])
  })

  test('the list says what is used of each limit', async () => {
    const bench = ledgerBench(house.database, house.world, { organizationId: here.organizationId })
    await bench.save({ name: 'Cap', config: { window: 'daily', limit_usd: 8 } })
    const limits = [
      { metric: 'requests', window: 'hour', value: 60 },
      { metric: 'concurrency', value: 4 },
    ]
    await bench.save({ type: 'rate_limit', name: 'Pace', config: { limits } })
    await bench.save({ name: 'Off', enabled: false, config: { window: 'monthly', limit_usd: 1 } })
    const ended = await bench.ledger.reserve(bench.call(2_000_000_000n))
    ended.settle({ nanos: nanos(2_000_000_000n), tokens: 1, basis: 'measured' }, undefined)
    await ended.ended
    const held = await bench.ledger.reserve(bench.call(1_000_000_000n))
    const { out } = await run(policies, ['list'])
    const line = (name: string) =>
      out
        .find((each) => each.includes(name))
        ?.split(/ {2,}/)
        .slice(4)
    expect(out[0]?.split(/ {2,}/).slice(4)).toEqual([
      'WINDOW',
      'LIMIT',
      'SPENT',
      'HELD',
      'USED',
      'STATE',
    ])
    expect(line('Cap')).toEqual(['daily', '$8', '$2', '$1', '25 %', 'on'])
    const used = '2/60 requests per hour, 1/4 concurrency'
    expect(line('Pace')).toEqual(['-', '-', '-', '-', used, 'on'])
    expect(line('Off')).toEqual(['monthly', '$1', '$2', '$1', '200 %', 'off'])
    held.void(undefined)
    await held.ended
    for (const policy of JSON.parse((await run(policies, ['list'], true)).out[0] ?? ''))
      await run(policies, ['delete', policy.id])
  })

  test('a mistake is told with the name of the policy and where it is', async () => {
    const { code, err } = await run(policies, [
      'set',
      file('{"name":"Bad","policy_type":"spend_cap","config":{"window":"yearly","limit_usd":1}}'),
    ])
    expect(code).toBe(1)
    expect(err.join('')).toContain('Bad: Not valid at /config/window')
    expect((await run(policies, ['set', file('{')])).err.join('')).toContain('is not JSON')
  })

  test('wrong usage is 2', async () => {
    for (const args of [[], ['set'], ['delete'], ['list', 'x'], ['nonsense']])
      expect((await run(policies, args)).code).toBe(2)
  })
})

describe('sluice audit verify', () => {
  test('says that every chain is whole, and fails when one is not', async () => {
    const { code, out } = await run(audit, ['verify'])
    expect([code, out.join('')]).toEqual([0, expect.stringContaining('every chain is whole')])
    await house.database.sql.unsafe('alter table audit_log disable trigger user')
    await house.database.sql`update audit_log set operation = 'nothing' where seq = 1`
    const broken = await run(audit, ['verify'])
    expect([broken.code, broken.out.join('')]).toEqual([1, expect.stringContaining('was changed')])
  })
})
