import { accessSync, constants, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import packageJson from '../../package.json'
import { firstScreen } from '../embedded/first-screen.ts'
import { endOrphans } from '../embedded/orphans.ts'
import { ensurePortFree, freePort } from '../embedded/port.ts'
import { recordOf } from '../embedded/process-table.ts'
import {
  type Ready,
  readFirstKeys,
  readReadyLine,
  removeReady,
  writeFirstKeys,
  writeReady,
} from '../embedded/ready-file.ts'
import { readRunFile, removeRunFile, writeRunFile } from '../embedded/run-file.ts'
import { takeRunLock } from '../embedded/run-lock.ts'
import { supervisor } from '../embedded/supervisor.ts'
import { prepare } from '../prepare.ts'
import type { Command, CommandContext } from './command.ts'
import { type Addresses, addressesOf, workerEnvironment } from './up-addresses.ts'
import { chooseServices } from './up-services.ts'
import { untilAsked } from './up-signals.ts'
import { supervisorWorld } from './up-world.ts'

const PROJECT = dirname(dirname(import.meta.dir))

/** `npm start`: the whole product under one supervisor, until it is asked to stop. */
export const up: Command = {
  name: 'up',
  summary: 'start everything and stay (npm start)',
  usage: [
    'sluice up   PostgreSQL, NATS, the gateway and the exporter under one supervisor.',
    '            Ctrl-C lets calls in flight end, then stops everything; a second Ctrl-C cuts them.',
  ].join('\n'),
  async run(_args, context) {
    const { config } = context
    openDataDir(config.dataDir)
    const lock = takeRunLock(config.dataDir)
    if (!lock) return alreadyRuns(context)
    using _held = lock
    removeReady(config.dataDir)
    const ended = await endOrphans(config.dataDir)
    if (ended.length > 0) context.err(`Ended what a killed run had left: ${ended.join(', ')}`)
    const host = config.host
    const port = config.port === 0 ? freePort(host) : config.port
    ensurePortFree(host, port)
    if (config.adminPort) ensurePortFree(host, config.adminPort, 'ADMIN_PORT')
    return runTree(context, addressesOf(config, port))
  },
}

async function runTree(context: CommandContext, addresses: Addresses): Promise<number> {
  const { config } = context
  const { dataDir } = config
  const world = supervisorWorld(context.world, dataDir)
  const progress = progressLine(context)
  const services = await chooseServices(config, world, process.env, progress.show)
  let facts: Omit<Ready, 'pids'> | undefined
  const program = (file: string) => ({ command: [process.execPath, file], cwd: PROJECT })
  const tree = supervisor({
    dataDir,
    log: world.log,
    ...services,
    databaseUrl: config.databaseUrl,
    natsUrl: config.natsUrl,
    gateway: { ...program('src/server.ts'), count: config.workers },
    exporter: program('src/worker.ts'),
    env: workerEnvironment(config, addresses, process.env),
    async prepare(databaseUrl) {
      progress.show('Preparing the database')
      const first = await prepare(databaseUrl, config, world, readFirstKeys(dataDir))
      writeFirstKeys(dataDir, { adminKey: first.adminKey, gatewayKey: first.gatewayKey })
      facts = {
        ...addresses.urls,
        organization_id: first.organizationId,
        workspace_id: first.workspaceId,
        gateway_key: first.gatewayKey,
        admin_key: first.adminKey,
      }
      progress.show('Starting the gateway')
    },
    onChange(part, state, why) {
      record()
      if (!facts || !isReady) return
      if (state === 'waiting') context.err(`${part} ended (${why ?? 'unknown'}); starting it again`)
      else if (state === 'running') context.err(`${part} runs again`)
    },
  })
  let isReady = false
  const record = (): void => {
    const self = recordOf(process.pid)
    if (!self) return
    writeRunFile(dataDir, { supervisor: self, url: addresses.urls.url, parts: tree.records() })
    if (isReady && facts) writeReady(dataDir, { ...facts, pids: tree.pids() })
  }
  const asked = untilAsked({ force: () => tree.force(), say: context.err })
  const failed = tree.start().then(
    () => undefined,
    (cause: unknown) => cause ?? new Error('the start failed'),
  )
  const early = await Promise.race([failed, asked.then(() => 'asked' as const)])
  progress.clear()
  if (early === undefined && facts) {
    isReady = true
    record()
    announce(context, { ...facts, pids: tree.pids() }, services.notes)
    const why = await asked
    if (why !== 'signal') context.err('The program that started this one is gone: stopping')
  }
  isReady = false
  removeReady(dataDir)
  await tree.stop()
  removeRunFile(dataDir)
  const cause = early === 'asked' ? undefined : early
  if (cause === undefined) return 0
  context.err(`✗ ${cause instanceof Error ? cause.message : String(cause)}`)
  return 1
}

function announce(context: CommandContext, ready: Ready, notes: readonly string[]): void {
  if (context.json) {
    context.out(JSON.stringify(ready))
    return
  }
  const colour = process.stdout.isTTY === true && !process.env.NO_COLOR
  const place = `Data: ${context.config.dataDir} · Ctrl-C drains and stops`
  const lines = [`${notes.join(' · ')}`, place]
  for (const line of firstScreen({ ready, version: packageJson.version, notes: lines, colour }))
    context.out(line)
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

/** What is being waited for: one line that is replaced on a terminal, plain lines elsewhere. */
function progressLine(context: CommandContext): { show(text: string): void; clear(): void } {
  const isTerminal = process.stderr.isTTY === true
  return {
    show(text) {
      if (isTerminal) process.stderr.write(`\r\x1b[K  ${text} …`)
      else context.err(text)
    },
    clear() {
      if (isTerminal) process.stderr.write('\r\x1b[K')
    },
  }
}
