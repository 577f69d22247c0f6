import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textMember } from '../../../src/base/json.ts'
import { readConfig } from '../../../src/config.ts'
import { bootstrap } from '../../../src/store/bootstrap.ts'
import { openKeyring } from '../../../src/store/keyring.ts'
import { startExporter } from '../../exporter/exporter-process.ts'
import { testNats } from '../../support/nats.ts'
import { testDatabase } from '../../support/postgres.ts'
import { testWorld, until } from '../../support/world.ts'
import { quantile } from '../relay/machine.ts'

const STREAMS = 16
const BODY = JSON.stringify({
  model: 'demo/echo',
  stream: true,
  messages: [{ role: 'user', content: 'hello' }],
})

/** The first byte of streamed calls through a real gateway while NATS runs, then while it is gone for `seconds`. */
export async function measureOutage(seconds: number) {
  const world = testWorld()
  const [nats, database] = await Promise.all([testNats(), testDatabase()])
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  const env = {
    PORT: '0',
    SLUICE_DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    NATS_URL: nats.url,
  }
  const { gatewayKey } = await bootstrap(database, openKeyring(readConfig(env), world), world, {})
  const gateway = await startGateway(env)
  const exporter = await startExporter(env)
  let calls = 0
  const load = async (ms: number): Promise<number[]> => {
    const times: number[] = []
    const end = performance.now() + ms
    const stream = async (): Promise<void> => {
      while (performance.now() < end) {
        times.push(await firstByte(gateway.url, gatewayKey))
        calls++
      }
    }
    await Promise.all(Array.from({ length: STREAMS }, stream))
    return times
  }
  await load(3_000)
  const normal = await load(seconds * 1_000)
  await nats.kill()
  const away = await load(seconds * 1_000)
  await nats.restart()
  const count = async (table: 'runs' | 'spans'): Promise<number> => {
    const rows = await database.sql<{ count: number }[]>`
      select count(*)::int as count from ${database.sql(table)}`
    return rows[0]?.count ?? 0
  }
  await until(
    'everything stored',
    async () => (await count('runs')) >= calls && (await count('spans')) >= calls * 2,
    90_000,
  ).catch(() => undefined)
  const result = {
    seconds,
    streams: STREAMS,
    calls,
    runs: await count('runs'),
    spans: await count('spans'),
    spansWanted: calls * 2,
    normalP50Ms: quantile(normal, 0.5),
    awayP50Ms: quantile(away, 0.5),
  }
  gateway.kill()
  exporter.kill()
  await Promise.all([nats.stop(), database.close()])
  rmSync(dataDir, { recursive: true, force: true })
  return result
}

async function firstByte(url: string, key: string): Promise<number> {
  const began = performance.now()
  const response = await fetch(`${url}/demo/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: BODY,
  })
  let first = Number.NaN
  for await (const _piece of response.body ?? [])
    if (Number.isNaN(first)) first = performance.now() - began
  if (!response.ok) throw new Error(`the gateway answered ${response.status}`)
  return first
}

/** The real program; its log tells the port. */
async function startGateway(env: Record<string, string>) {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '../../../src/server.ts')], {
    env: { PATH: process.env.PATH ?? '', BUN_CONFIG_MAX_HTTP_REQUESTS: '65336', ...env },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const port = Promise.withResolvers<number>()
  child.exited.then((code) => port.reject(new Error(`the gateway ended with ${code}`)))
  const read = async (): Promise<void> => {
    let text = ''
    for await (const piece of child.stdout) {
      text = (text + new TextDecoder().decode(piece)).slice(-100_000)
      for (const line of text.split('\n'))
        if (line.includes('"gateway.ready"') && line.endsWith('}')) port.resolve(portOf(line))
    }
  }
  void read()
  return { url: `http://127.0.0.1:${await port.promise}`, kill: () => child.kill('SIGKILL') }
}

function portOf(line: string): number {
  const facts: unknown = JSON.parse(line)
  if (textMember(facts, 'event') !== 'gateway.ready') throw new Error('no port')
  return typeof facts === 'object' && facts !== null && 'port' in facts ? Number(facts.port) : 0
}
