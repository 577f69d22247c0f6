import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import { bootstrap, type FirstRun } from '../../src/store/bootstrap.ts'
import { openKeyring } from '../../src/store/keyring.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld, until } from '../support/world.ts'

/** What a change may take to be effective in every process. */
const PROMISE_MS = 1000
const ROUNDS = 8

let database: TestDatabase
let first: FirstRun
let dataDir: string
let gateways: { url: string; child: Bun.Subprocess }[]

beforeAll(async () => {
  database = await testDatabase()
  dataDir = mkdtempSync(join(tmpdir(), 'sluice-freshness-'))
  const config = readConfig({ SLUICE_DATA_DIR: dataDir })
  first = await bootstrap(database, openKeyring(config, testWorld()), testWorld(), {})
  gateways = await Promise.all([startGateway(), startGateway()])
}, 60_000)
afterAll(async () => {
  for (const { child } of gateways ?? []) child.kill('SIGKILL')
  await Promise.all((gateways ?? []).map(({ child }) => child.exited))
  await database.close()
  rmSync(dataDir, { recursive: true, force: true })
})

/** One gateway process of its own, as production runs it. */
async function startGateway(): Promise<{ url: string; child: Bun.Subprocess }> {
  const probe = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const port = probe.port ?? 0
  await probe.stop(true)
  const child = Bun.spawn([process.execPath, 'src/server.ts'], {
    cwd: join(import.meta.dir, '..', '..'),
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '/tmp',
      PORT: String(port),
      SLUICE_DATA_DIR: dataDir,
      DATABASE_URL: database.url,
    },
    stdout: 'ignore',
    stderr: 'ignore',
  })
  const url = `http://127.0.0.1:${port}`
  await until(
    'a gateway process answers',
    () =>
      fetch(`${url}/healthz`).then(
        (response) => response.ok,
        () => false,
      ),
    30_000,
  )
  return { url, child }
}

type Body = Record<string, unknown>

/** An administrator's change, made at the first process. */
async function change(method: string, path: string, body?: unknown): Promise<Body> {
  const response = await fetch(`${gateways[0]?.url}/api/v1${path}`, {
    method,
    headers: { 'x-api-key': first.adminKey, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect(response.ok).toBe(true)
  return response.status === 204 ? {} : ((await response.json()) as Body)
}

/** The status of a call at the process `at`; the answer itself is not waited for. */
async function call(at: number, key: unknown): Promise<number> {
  const aborter = new AbortController()
  const response = await fetch(`${gateways[at]?.url}/demo/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'demo/echo',
      stream: true,
      max_tokens: 5,
      messages: [{ role: 'user', content: 'hi' }],
    }),
    signal: aborter.signal,
  })
  aborter.abort()
  return response.status
}

/** Milliseconds from the answer of `act` until each process answers a call with `status`. */
async function spread(act: () => Promise<unknown>, key: unknown, status: number): Promise<number> {
  await act()
  const started = performance.now()
  for (const at of [0, 1])
    await until(
      `process ${at} answers ${status}`,
      async () => (await call(at, key)) === status,
      PROMISE_MS * 5,
    )
  return performance.now() - started
}

describe('over two processes', () => {
  test('a revoked key stops, and a reactivated one calls, everywhere within a second', async () => {
    const { key, id } = await change('POST', '/orgs/current/service-keys', {})
    const path = `/orgs/current/service-keys/${id}`
    for (const at of [0, 1]) expect(await call(at, key)).toBe(200)
    const took: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      took.push(await spread(() => change('PATCH', path, { deactivated: true }), key, 401))
      took.push(await spread(() => change('PATCH', path, { deactivated: false }), key, 200))
    }
    expect(Math.max(...took)).toBeLessThan(PROMISE_MS)
  }, 60_000)

  test('a new cap, a changed one and a deleted one are effective everywhere within a second', async () => {
    const { key, id } = await change('POST', '/orgs/current/service-keys', {})
    for (const at of [0, 1]) expect(await call(at, key)).toBe(200)
    const cap = (limit_usd: number) => ({
      name: 'Cap',
      policy_type: 'spend_cap',
      subject_matchers: [{ key: 'api_key_id', value: id }],
      config: { window: 'daily', limit_usd },
    })
    const path = '/platform/gateway-policies'
    const took: number[] = []
    for (let round = 0; round < ROUNDS / 2; round++) {
      let policy: Body = {}
      const create = async () => {
        policy = await change('POST', path, cap(0))
      }
      took.push(await spread(create, key, 402))
      const raise = () => change('PATCH', `${path}/${policy.id}`, { config: cap(1000).config })
      took.push(await spread(raise, key, 200))
      await spread(
        () => change('PATCH', `${path}/${policy.id}`, { config: cap(0).config }),
        key,
        402,
      )
      took.push(await spread(() => change('DELETE', `${path}/${policy.id}`), key, 200))
    }
    expect(Math.max(...took)).toBeLessThan(PROMISE_MS)
  }, 60_000)

  test('the gateway switched off refuses everywhere within a second', async () => {
    const { key } = await change('POST', '/orgs/current/service-keys', {})
    for (const at of [0, 1]) expect(await call(at, key)).toBe(200)
    const set = (llm_gateway_enabled: boolean) => () =>
      change('PATCH', '/orgs/current', { llm_gateway_enabled })
    expect(await spread(set(false), key, 403)).toBeLessThan(PROMISE_MS)
    expect(await spread(set(true), key, 200)).toBeLessThan(PROMISE_MS)
  }, 30_000)
})
