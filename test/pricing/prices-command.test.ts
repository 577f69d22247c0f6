import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandContext } from '../../src/commands/command.ts'
import { prices } from '../../src/commands/prices.ts'
import { readConfig } from '../../src/config.ts'
import { type House, openHouse } from '../admin/house.ts'

let house: House
let listener: ReturnType<typeof Bun.serve>
let dataDir: string

beforeAll(async () => {
  house = await openHouse()
  const here = await house.tenant()
  listener = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => house.app.handle(request),
  })
  dataDir = mkdtempSync(join(tmpdir(), 'sluice-prices-'))
  const ready = { url: `http://127.0.0.1:${listener.port}`, admin_key: house.managerKey(here) }
  writeFileSync(join(dataDir, 'ready.json'), JSON.stringify(ready))
})
afterAll(async () => {
  await listener.stop(true)
  await house.close()
  rmSync(dataDir, { recursive: true })
})

async function run(...args: string[]) {
  const out: string[] = []
  const err: string[] = []
  const context: CommandContext = {
    config: readConfig({ SLUICE_DATA_DIR: dataDir, DATABASE_URL: house.database.url }),
    world: house.world,
    json: true,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  }
  const code = await prices.run(args, context)
  return { code, found: JSON.parse(out[0] ?? 'null'), err: err.join('\n') }
}

function file(text: string): string {
  const path = join(dataDir, 'prices.json')
  writeFileSync(path, text)
  return path
}

const price = (name: string, input: string) =>
  `{"name":"${name}","provider":"openai","match_pattern":"${name}-.*","input_usd_per_mtok":${input},"output_usd_per_mtok":1}`

describe('sluice prices', () => {
  test('list shows the built-in prices without a gateway, to the last digit', async () => {
    const { found } = await run('list', 'anthropic')
    expect(
      found.find(({ model }: { model: string }) => model === 'claude-haiku-4-5'),
    ).toMatchObject({
      steps: [
        { above_input_tokens: 0, usd_per_mtok: { input: '1', cacheRead: '0.1', output: '5' } },
      ],
      source: 'genai-prices',
    })
    expect((await run('list', 'nobody')).code).toBe(1)
  })

  test('diff changes nothing, update makes it so, a second update has nothing to do', async () => {
    const first = file(`[${price('house', '0.123456789')},${price('barn', '2')}]`)
    const changes = async (verb: string, path: string) =>
      (await run(verb, '--from', path)).found.map(({ change }: { change: string }) => change)
    expect(await changes('diff', first)).toEqual(['add', 'add'])
    expect((await run('own')).found).toEqual([])
    expect(await changes('update', first)).toEqual(['add', 'add'])
    expect((await run('own')).found).toHaveLength(2)
    const second = file(`[${price('house', '0.123456789')},${price('barn', '3')}]`)
    expect(await changes('update', second)).toEqual(['same', 'change'])
    expect(await changes('diff', second)).toEqual(['same', 'same'])
    const own = (await run('own')).found
    expect(
      own
        .map(({ input_usd_per_mtok }: { input_usd_per_mtok: number }) => input_usd_per_mtok)
        .sort(),
    ).toEqual([0.123456789, 3])
    expect((await run('delete', own[0].id)).code).toBe(0)
    expect((await run('own')).found).toHaveLength(1)
  })

  test('a broken file is told with what is wrong', async () => {
    expect((await run('update', '--from', file('{"not":"a list"}'))).err).toContain(
      'must hold a list',
    )
    expect((await run('diff', '--from', join(dataDir, 'nowhere.json'))).err).toContain(
      'cannot be read',
    )
    expect((await run('update', '--from', file(`[${price('bad', '-1')}]`))).code).toBe(1)
    expect((await run('unpriced')).found).toEqual([])
    expect((await run('sell')).code).toBe(2)
  })
})
