import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { secret } from '../../src/base/secret.ts'
import type { Log } from '../../src/base/world.ts'
import { chooseBus } from '../../src/bus/choose.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { runExporter } from '../../src/exporter/run.ts'
import { issuesSink } from '../../src/exporter/sinks/issues.ts'
import { postgresSink } from '../../src/exporter/sinks/postgres.ts'
import { serve } from '../../src/serve.ts'
import { bootstrap } from '../../src/store/bootstrap.ts'
import { openKeyring } from '../../src/store/keyring.ts'
import { park, REPUBLISH_AFTER_MS, takeDue } from '../../src/store/outbox.ts'
import { testDatabase } from './postgres.ts'
import { type ProviderOptions, type Script, startProvider } from './scripted-provider.ts'
import { testWorld } from './world.ts'

/** The real provider key of a test, built so that no scanner takes it for one. */
export const REAL_KEY = `real-${'provider'.repeat(4)}`

/** A whole service in this process: gateway, admin API and exporter over a real database, before a fake provider. */
export type Service = Awaited<ReturnType<typeof startService>>

/**
 * Starts everything but the process tree: real PostgreSQL, the gateway on a real listener, the exporter with the
 * trace store, and a scripted provider on loopback as OpenAI, Anthropic and Gemini.
 */
export async function startService(
  script: Script,
  options: {
    readonly env?: Record<string, string>
    readonly provider?: ProviderOptions
    readonly log?: Log
    /** The exporter also makes issues of what it sees. */
    readonly issues?: true
  } = {},
) {
  const provider = await startProvider(script, options.provider)
  const database = await testDatabase()
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-service-'))
  const world = testWorld(options.log ? { log: options.log } : {})
  const config: Config = {
    ...readConfig({
      PORT: '0',
      SLUICE_DATA_DIR: dataDir,
      SLUICE_ALLOW_PRIVATE_UPSTREAMS: '1',
      OPENAI_UPSTREAM_URL: provider.url,
      ANTHROPIC_UPSTREAM_URL: provider.url,
      GEMINI_UPSTREAM_URL: provider.url,
      ...options.env,
    }),
    databaseUrl: database.url,
  }
  const keys = { OPENAI_API_KEY: REAL_KEY, ANTHROPIC_API_KEY: REAL_KEY, GOOGLE_API_KEY: REAL_KEY }
  const providerKeys = Object.fromEntries(
    Object.entries(keys).map(([name, value]) => [name, secret(value)]),
  )
  const first = await bootstrap(database, openKeyring(config, world), world, providerKeys)
  const serving = await serve(config, world)
  const bus = chooseBus({ natsUrl: undefined, dataDir, world, name: 'test-exporter' })
  const exporter = runExporter({
    world,
    bus,
    sinks: [
      postgresSink(database, world),
      ...(options.issues ? [issuesSink(database, world)] : []),
    ],
    outbox: {
      takeDue: ({ limit, olderThanMs }) =>
        takeDue(database, { limit, olderThanMs, republishAfterMs: REPUBLISH_AFTER_MS }),
      park: (id, reason) => park(database, id, reason),
    },
    sweep: async () => 0,
  })
  const url = `http://127.0.0.1:${serving.port}`
  return {
    url,
    dataDir,
    provider,
    database,
    first,
    serving,
    /** An admin API call with the organisation's admin key (or another); gives status and parsed body. */
    async admin(method: string, path: string, body?: unknown, key = first.adminKey) {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    },
    async close() {
      await serving.stop()
      await exporter.close()
      await bus.close(1_000)
      await database.close()
      await provider.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
