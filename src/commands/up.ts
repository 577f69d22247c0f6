import { accessSync, constants, mkdirSync } from 'node:fs'
import { endOrphans } from '../embedded/orphans.ts'
import { ensurePortFree, freePort } from '../embedded/port.ts'
import { readReadyLine, removeReady } from '../embedded/ready-file.ts'
import { readRunFile } from '../embedded/run-file.ts'
import { takeRunLock } from '../embedded/run-lock.ts'
import type { Command, CommandContext } from './command.ts'
import { addressesOf } from './up-addresses.ts'
import { runTree } from './up-tree.ts'

/** `npm start`: the whole product under one supervisor, until it is asked to stop. */
export const up: Command = {
  name: 'up',
  summary: 'start everything and stay (npm start)',
  usage: [
    'sluice up   PostgreSQL, NATS, the gateway and the exporter under one supervisor.',
    '            Ctrl-C lets calls in flight end, then stops everything; a second Ctrl-C cuts them.',
  ].join('\n'),
  async run(args, context) {
    if (args.length > 0) {
      context.err(`sluice up takes no arguments: ${args.join(' ')}`)
      return 2
    }
    const { config } = context
    openDataDir(config.dataDir)
    const lock = takeRunLock(config.dataDir)
    if (!lock) return alreadyRuns(context)
    using _held = lock
    removeReady(config.dataDir)
    const ended = await endOrphans(config.dataDir)
    if (ended.length > 0) context.err(`Ended what a killed run had left: ${ended.join(', ')}`)
    const port = config.port === 0 ? freePort(config.host) : config.port
    ensurePortFree(config.host, port)
    if (config.adminPort) ensurePortFree(config.host, config.adminPort, 'ADMIN_PORT')
    // Awaited here: the lock is given back when this function is left.
    return await runTree(context, addressesOf(config, port))
  },
}

function alreadyRuns(context: CommandContext): number {
  const { dataDir } = context.config
  const run = readRunFile(dataDir)
  const ready = readReadyLine(dataDir)
  if (context.json && ready) context.out(ready)
  const who = run ? ` (process ${run.supervisor.pid})` : ''
  context.err(`Sluice already runs on ${dataDir}${who}${run ? `: ${run.url}` : ''}`)
  context.err('Stop it with: npm run sluice -- down')
  return ready ? 0 : 1
}

/** Fails early, in words, where the first write would fail late with a code. */
function openDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    throw new Error(
      `The data directory ${dataDir} cannot be written.\nFix: make it writable for this user, or set SLUICE_DATA_DIR`,
    )
  }
}
