import { join } from 'node:path'
import { pause, systemClock } from './base/clock.ts'
import { systemDice } from './base/dice.ts'
import type { World } from './base/world.ts'
import { chooseBus } from './bus/choose.ts'
import { readConfig } from './config.ts'
import { attach } from './embedded/attachment.ts'
import { budgetAlerts } from './exporter/budget-alerts.ts'
import { type Destination, DestinationsError, loadDestinations } from './exporter/destinations.ts'
import { notifyRound } from './exporter/notify.ts'
import { runExporter } from './exporter/run.ts'
import { budgetHooks, isForCalls, issueHooks, sinkFor } from './exporter/sinks/index.ts'
import { issuesSink } from './exporter/sinks/issues.ts'
import { postgresSink } from './exporter/sinks/postgres.ts'
import { forgetBudgetAlerts } from './store/budget-alerts.ts'
import { type Database, openDatabase } from './store/database.ts'
import { forgetSightings } from './store/issues.ts'
import { cleanLedger } from './store/ledger-cleaning.ts'
import { readLedgerGauges } from './store/ledger-gauges.ts'
import { postgresLedger } from './store/ledger-postgres.ts'
import { outboxSize, park, REPUBLISH_AFTER_MS, takeDue } from './store/outbox.ts'
import { type RegisteredProcess, registerProcess } from './store/processes.ts'
import { sweepInterrupted } from './store/sweep.ts'
import { keepTraceDays } from './store/trace-days.ts'
import { openExporterMetrics } from './telemetry/exporter-metrics.ts'
import { openLog } from './telemetry/log.ts'
import { shareRegistry } from './telemetry/shared-registry.ts'

// The program `bun src/worker.ts`: one exporter, configured by the environment alone. Any number may run at once.

/** Five missed heartbeats: long enough for a machine that stutters, short enough for a trace to appear soon. */
const DEAD_AFTER_MS = 10_000
const REGISTER_RETRY_MS = 500
/** Each is a series in Prometheus. */
const CAPS_SHOWN_MAX = 20
/** Holds of one sweep: a few milliseconds of locks; the rest follow at the next. */
const EXPIRE_MAX = 500
const FLUSH_MS = 5_000
const DAYS_QUERY_MS = 600_000

const config = readConfig(process.env)
const log = openLog({ program: 'exporter', level: process.env.SLUICE_LOG_LEVEL })
const world: World = { clock: systemClock, dice: systemDice, log }
process.on('uncaughtException', (cause) => log.error('uncaught', { cause: String(cause.stack) }))
process.on('unhandledRejection', (cause) => log.error('unhandled', { cause: String(cause) }))
if (config.databaseUrl === undefined) {
  process.stderr.write(
    'DATABASE_URL is not set.\nFix: set it to the gateway’s database, or use `npm start`, which brings its own.\n',
  )
  process.exit(2)
}

// Timers of ours keep no process alive; this program runs until it is told to stop, also while everything is away.
setInterval(() => {}, 3_600_000)

const { dataDir, natsUrl } = config
const all = await destinations()
const hooks = issueHooks(all)
const outside = all
  .filter(isForCalls)
  .map((each) => sinkFor(each, { world, fetch, write: (lines) => Bun.write(Bun.stdout, lines) }))
const database = openDatabase({
  url: config.databaseUrl,
  world,
  poolSize: 6,
  name: 'sluice-exporter',
})
// After an import a day may have to move a million rows, which no other statement here may take the time for.
const days = openDatabase({
  url: config.databaseUrl,
  world,
  poolSize: 1,
  name: 'sluice-exporter-days',
  queryMs: DAYS_QUERY_MS,
})
const ledger = postgresLedger(database)
const tellBudgets = budgetAlerts({ database, world, fetch, hooks: budgetHooks(all) })
const bus = chooseBus({
  natsUrl,
  replicas: config.natsReplicas,
  dataDir,
  world,
  name: 'sluice-exporter',
})
const exporter = runExporter({
  world,
  bus,
  sinks: [postgresSink(database, world), issuesSink(database, world), ...outside],
  outbox: {
    takeDue: ({ limit, olderThanMs }) =>
      takeDue(database, { limit, olderThanMs, republishAfterMs: REPUBLISH_AFTER_MS }),
    park: (exchangeId, reason) => park(database, exchangeId, reason),
  },
  async sweep() {
    // Holds that nobody renews stay counted in full; then the calls of dead processes are closed at that cost.
    await ledger.expire(EXPIRE_MAX)
    return sweepInterrupted(database, world, DEAD_AFTER_MS)
  },
  async forget() {
    await forgetBudgetAlerts(database)
    if (config.ledgerDays !== undefined) {
      const cleaned = await cleanLedger(database, world, { keepDays: config.ledgerDays })
      if (Object.values(cleaned).some((rows) => rows > 0))
        log.info('ledger.cleaned', { ...cleaned })
    }
    return forgetSightings(database)
  },
  keepDays: () => keepTraceDays(days, world, config),
  async notify() {
    const issues = await notifyRound({ database, world, fetch, hooks })
    return issues + (await tellBudgets())
  },
})
const shared = shareRegistry(
  openExporterMetrics(async () => {
    const [outbox, ledger, status] = await Promise.all([
      outboxSize(database),
      readLedgerGauges(database, CAPS_SHOWN_MAX),
      exporter.status(),
    ])
    return { outbox, ledger, busConnected: bus.stats().connected, sinks: status.sinks }
  }),
  { dir: join(dataDir, 'metrics'), program: 'exporter' },
)
const own = await register(database)
const line = attach({
  async stop(reason) {
    log.info('exporter.stopping', { reason })
    shared.close()
    // First: a day that is being moved ends with it, and waits for the next exporter.
    await days.close()
    await exporter.close()
    await bus.close(FLUSH_MS)
    await own.leave().catch((cause: unknown) => log.warn('leave.failed', { cause: String(cause) }))
    await database.close()
  },
})
line.ready()
log.info('exporter.ready', { way: bus.way })

/** Ends the program when the list is wrong: a destination that gets nothing unnoticed is worse. */
async function destinations(): Promise<Destination[]> {
  try {
    return await loadDestinations(process.env)
  } catch (cause) {
    process.stderr.write(`${cause instanceof DestinationsError ? cause.message : cause}\n`)
    process.exit(2)
  }
}

/** The store may still be starting: an exporter that waits is better than one that ends and is started again. */
async function register(store: Database): Promise<RegisteredProcess> {
  for (;;) {
    try {
      return await registerProcess(store, world, 'exporter')
    } catch (cause) {
      log.warn('exporter.store_away', { cause: String(cause) })
      await pause(systemClock, REGISTER_RETRY_MS)
    }
  }
}
