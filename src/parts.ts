import { join } from 'node:path'
import { LIMITS } from './base/limits.ts'
import type { World } from './base/world.ts'
import { chooseBus } from './bus/choose.ts'
import type { Bus } from './bus/port.ts'
import type { Config } from './config.ts'
import type { GatewayDeps } from './gateway/deps.ts'
import type { PartState } from './gateway/health.ts'
import { type RunningCalls, runningCalls } from './gateway/running.ts'
import { presidioAnalyzer } from './gateway/text-analyzer.ts'
import { builtIn } from './policies/guard-rules.ts'
import { loadBuiltInDetectors } from './redaction/built-in.ts'
import { reporter } from './reporter.ts'
import { secretHealth } from './secret-health.ts'
import { anyCapture } from './store/contents.ts'
import { type Database, openDatabase } from './store/database.ts'
import { exchangeWriter } from './store/exchanges.ts'
import { type ChangeKind, watchChanges } from './store/freshness.ts'
import { type KeyResolver, keyResolver } from './store/key-resolver.ts'
import { type Keyring, openKeyring } from './store/keyring.ts'
import { openLedger } from './store/ledger.ts'
import { postgresLedger } from './store/ledger-postgres.ts'
import { anyGuard, type PolicyCache, policyCache } from './store/policy-cache.ts'
import { type PriceBook, priceBook } from './store/prices.ts'
import { registerProcess } from './store/processes.ts'
import { type SecretResolver, secretResolver } from './store/secrets.ts'
import { type Metrics, openMetrics } from './telemetry/metrics.ts'
import { openUpstream } from './upstream/open.ts'

/** One for admissions, one for endings, one for renewals. */
const LEDGER_CONNECTIONS = 3

/** Everything a gateway process holds open. */
export interface Parts {
  readonly database: Database
  readonly keys: KeyResolver
  readonly keyring: Keyring
  readonly calls: RunningCalls
  readonly gateway: GatewayDeps
  readonly metrics: Metrics
  readonly bus: Bus
  /** Every part's state for `/readyz`. */
  states(): Promise<Readonly<Record<string, PartState>>>
  /** Writes what is left within the drain's bound and closes everything. */
  close(): Promise<void>
}

/** Opens what a gateway process stands on. Rejects when the store cannot be reached or the key material is wrong. */
export async function openParts(config: Config, world: World): Promise<Parts> {
  const url = config.databaseUrl
  if (url === undefined) throw new Error('DATABASE_URL is not set: start with `npm start`')
  const database = openDatabase({ url, world, name: 'sluice-gateway' })
  const keyring = openKeyring(config, world)
  const keys = keyResolver(database, world)
  const secrets = secretResolver(database, keyring, world)
  const metrics = openMetrics({ dir: join(config.dataDir, 'metrics'), program: 'gateway' })
  const calls = runningCalls(metrics.inFlight)
  const registered = await registerProcess(database, world, 'gateway')
  const bus = chooseBus({
    natsUrl: config.natsUrl,
    replicas: config.natsReplicas,
    dataDir: config.dataDir,
    world,
    name: 'sluice-gateway',
  })
  metrics.watchBus(() => bus.stats())
  const exchanges = exchangeWriter(database, world)
  const policies = policyCache(database, world)
  const prices = await priceBook(database, world)
  // Connections of its own: no list or cache miss may stand between a call and its admission.
  const books = openDatabase({
    url,
    world,
    name: 'sluice-ledger',
    poolSize: LEDGER_CONNECTIONS,
    plansOnce: true,
  })
  const port = postgresLedger(books)
  const ledger = openLedger({ port, world, processId: registered.id })
  const upstream = openUpstream({ world, env: process.env })
  const warm = () => warmDetectors(database, world)
  await warm()
  const readable = secretHealth(database, keyring, world)
  await readable.check()
  const watching = await watchChanges(database, world, (kind, id) => {
    refresh(kind, id, { keys, secrets, policies, prices, calls, warm })
    if (kind === 'secret' || kind === 'all') void readable.check()
  })
  const gateway: GatewayDeps = {
    world,
    processId: registered.id,
    basePath: config.basePath,
    origins: config.upstreams,
    keys,
    secrets,
    placeholderKey: keyring.derive('placeholders'),
    analyzer: config.analyzerUrl && presidioAnalyzer(config.analyzerUrl),
    policies,
    prices,
    ledger,
    exchanges,
    upstream,
    reporter: reporter(bus, metrics, world, config.traceDetail),
  }
  return {
    database,
    keys,
    keyring,
    calls,
    gateway,
    metrics,
    bus,
    states: async () => ({ ...(await states(database, bus)), secrets: readable.state() }),
    async close() {
      await Promise.all([ledger.drain(LIMITS.queryMs), exchanges.drain(LIMITS.queryMs)])
      ledger.close()
      await watching.close()
      await bus.close(LIMITS.queryMs)
      await keys.close()
      await registered.leave()
      upstream.close()
      await books.close()
      await database.close()
    },
  }
}

interface Caches {
  readonly keys: KeyResolver
  readonly secrets: SecretResolver
  readonly policies: PolicyCache
  readonly prices: PriceBook
  readonly calls: RunningCalls
  warm(): Promise<void>
}

/** What a change in the store makes stale; running calls whose key may have changed are asked again. */
function refresh(kind: ChangeKind, id: string | undefined, caches: Caches): void {
  if (kind === 'secret' || kind === 'all') caches.secrets.forget()
  if (kind === 'policy' || kind === 'all') caches.policies.forget()
  if (kind === 'policy' || kind === 'all') void caches.warm()
  if (kind === 'price' || kind === 'all') void caches.prices.reload()
  if (kind === 'secret' || kind === 'policy' || kind === 'price') return
  if (kind === 'workspace') void caches.warm()
  const keyId = kind === 'key' ? id : undefined
  caches.keys.forget(keyId)
  caches.calls.recheck(keyId)
}

/**
 * Loads the detectors and builds their automaton as soon as some data policy exists or some workspace keeps content: it
 * takes a quarter of a second, which the first call under such a policy would wait for, and some 60 MB, which an
 * installation without one need not spend.
 */
async function warmDetectors(database: Database, world: World): Promise<void> {
  try {
    if (!((await anyGuard(database)) || (await anyCapture(database)))) return
    await loadBuiltInDetectors()
    builtIn()
  } catch (cause) {
    world.log.warn('detectors.not_warmed', { cause: String(cause) })
  }
}

async function states(database: Database, bus: Bus): Promise<Record<string, PartState>> {
  const store = await database.ping()
  const { connected } = bus.stats()
  return {
    store: { ok: store, says: store ? 'answers' : 'does not answer', required: true },
    bus: {
      ok: connected,
      says: bus.way === 'folder' ? 'files in the data directory' : connected ? 'connected' : 'away',
      required: false,
    },
  }
}
