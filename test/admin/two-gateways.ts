import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import { bootstrap } from '../../src/store/bootstrap.ts'
import { openKeyring } from '../../src/store/keyring.ts'
import { testDatabase } from '../support/postgres.ts'
import { testWorld, until } from '../support/world.ts'

/** What a change may take to be effective in every process. */
export const PROMISE_MS = 1000

/** A JSON object of the admin API. */
export type Body = Record<string, unknown>

/** Two gateway processes over one database, as production runs them. */
export type TwoGateways = Awaited<ReturnType<typeof startTwoGateways>>

/** Starts them; {@link TwoGateways.close} ends them. */
export async function startTwoGateways() {
  const database = await testDatabase()
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-freshness-'))
  const config = readConfig({ SLUICE_DATA_DIR: dataDir })
  const first = await bootstrap(database, openKeyring(config, testWorld()), testWorld(), {})
  const gateways = await Promise.all([
    startGateway(dataDir, database.url),
    startGateway(dataDir, database.url),
  ])

  /** An administrator's change, made at the first process. */
  async function change(method: string, path: string, body?: unknown): Promise<Body> {
    const response = await fetch(`${gateways[0]?.url}/api/v1${path}`, {
      method,
      headers: { 'x-api-key': first.adminKey, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
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

  return {
    change,
    call,
    /** A new key that both processes have let call. */
    async callingKey(): Promise<{ readonly key: unknown; readonly id: unknown }> {
      const { key, id } = await change('POST', '/orgs/current/service-keys', {})
      for (const at of [0, 1])
        await until(`process ${at} lets the key call`, async () => (await call(at, key)) === 200)
      return { key, id }
    },
    /**
     * Milliseconds from the answer of `act` until calls begin at each process that are answered with one of `statuses`. How long
     * such a call itself takes on this machine is no part of it.
     */
    async spread(
      act: () => Promise<unknown>,
      key: unknown,
      ...statuses: readonly number[]
    ): Promise<number> {
      await act()
      const started = performance.now()
      let begun = started
      for (const at of [0, 1])
        await until(`process ${at} answers ${statuses.join(' or ')}`, async () => {
          begun = performance.now()
          return statuses.includes(await call(at, key))
        })
      return begun - started
    },
    async close() {
      for (const { child } of gateways) child.kill('SIGKILL')
      await Promise.all(gateways.map(({ child }) => child.exited))
      await database.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** A spend cap of zero or more dollars a day on one key. */
export function capOn(keyId: unknown, limit_usd: number): Body {
  return {
    name: 'Cap',
    policy_type: 'spend_cap',
    subject_matchers: [{ key: 'api_key_id', value: keyId }],
    config: { window: 'daily', limit_usd },
  }
}

async function startGateway(dataDir: string, databaseUrl: string) {
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
      DATABASE_URL: databaseUrl,
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
    60_000,
  )
  return { url, child }
}
