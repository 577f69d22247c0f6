import { LIMITS } from '../base/limits.ts'
import { endOrphans } from '../embedded/orphans.ts'
import { startPostgres } from '../embedded/postgres.ts'
import { endProcess, goneWithin, isAlive, signal } from '../embedded/process-table.ts'
import { readRunFile, removeRunFile } from '../embedded/run-file.ts'
import { takeRunLock } from '../embedded/run-lock.ts'
import type { Command, CommandContext } from './command.ts'

/** A drain, and then the exporter, NATS and Postgres, each with its own limit. */
const STOP_MS = LIMITS.drainMs + 60_000

/** Stops a running tree, and what a killed one left. */
export const down: Command = {
  name: 'down',
  summary: 'stop what runs on the data directory',
  usage: [
    'sluice down           lets calls in flight end, then stops everything',
    'sluice down --force   cuts calls in flight',
  ].join('\n'),
  async run(args, context) {
    const { dataDir } = context.config
    const run = readRunFile(dataDir)
    const lock = takeRunLock(dataDir)
    if (lock) {
      using _held = lock
      const left = run ? await endLeftovers(context) : []
      return tell(context, left, left.length > 0 ? `stopped: ${left.join(', ')}` : 'nothing runs')
    }
    if (!run || !isAlive(run.supervisor)) {
      context.err('another command holds the data directory; try again')
      return 1
    }
    signal(run.supervisor.pid, 'SIGTERM')
    if (args.includes('--force')) {
      // Signals that come together count as one; the second must come later.
      await goneWithin(run.supervisor, 1_200)
      signal(run.supervisor.pid, 'SIGTERM')
    }
    if (!(await goneWithin(run.supervisor, STOP_MS))) {
      context.err(`process ${run.supervisor.pid} does not stop: ending it`)
      await endProcess(run.supervisor, 0)
      using _held = takeRunLock(dataDir)
      await endLeftovers(context)
    }
    return tell(context, ['supervisor', ...run.parts.map(({ name }) => name)], 'stopped')
  },
}

/** The parts of a killed supervisor, its database included. */
async function endLeftovers(context: CommandContext): Promise<string[]> {
  const { dataDir } = context.config
  const postgres = readRunFile(dataDir)?.parts.find(({ name }) => name === 'postgres')
  const ended = await endOrphans(dataDir)
  if (postgres && isAlive(postgres)) {
    const server = await startPostgres({ dataDir, log: context.world.log })
    await server.stop()
    ended.push('postgres')
  }
  removeRunFile(dataDir)
  return ended
}

function tell(context: CommandContext, stopped: readonly string[], says: string): number {
  context.out(context.json ? JSON.stringify({ stopped }) : says)
  return 0
}
