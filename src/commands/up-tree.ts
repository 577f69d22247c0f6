import { dirname } from 'node:path'
import packageJson from '../../package.json'
import { cacheDirOf } from '../cache-dir.ts'
import { buildApp } from '../console/built.ts'
import { firstScreen } from '../embedded/first-screen.ts'
import type { PartState } from '../embedded/kept-part.ts'
import { recordOf } from '../embedded/process-table.ts'
import {
  type Ready,
  readFirstKeys,
  removeReady,
  writeFirstKeys,
  writeReady,
} from '../embedded/ready-file.ts'
import { removeRunFile, writeRunFile } from '../embedded/run-file.ts'
import { type Supervisor, supervisor } from '../embedded/supervisor.ts'
import { prepare } from '../prepare.ts'
import type { CommandContext } from './command.ts'
import { type Addresses, workerEnvironment } from './up-addresses.ts'
import { type ProgressLine, progressLine } from './up-progress.ts'
import { proxyNotes } from './up-proxies.ts'
import { chooseServices } from './up-services.ts'
import { untilAsked } from './up-signals.ts'
import { supervisorWorld } from './up-world.ts'

const PROJECT = dirname(dirname(import.meta.dir))

/** What a run knows and shows; `facts` comes with the prepared database. */
interface Run {
  facts: Omit<Ready, 'pids'> | undefined
  isReady: boolean
  notes: readonly string[]
}

/** Runs the tree until it is asked to stop, and ends it in order. Gives the exit code. */
export async function runTree(context: CommandContext, addresses: Addresses): Promise<number> {
  const { dataDir } = context.config
  const run: Run = { facts: undefined, isReady: false, notes: [] }
  const progress = progressLine(context)
  // Heard from the first moment: a Ctrl-C during a download must end it all the same.
  let tree: Supervisor | undefined
  const asked = untilAsked({ force: () => tree?.force(), say: context.err })
  const started = build(context, addresses, run, progress).then((built) => {
    tree = built
    return built.start()
  })
  const ended = started.then(
    () => ({ failure: undefined }),
    (cause: unknown) => ({ failure: cause instanceof Error ? cause.message : String(cause) }),
  )
  const first = await Promise.race([ended, asked])
  progress.clear()
  let failure: string | undefined
  if (typeof first === 'string') tell(context, first)
  else if (first.failure !== undefined) failure = first.failure
  else if (tree && run.facts) {
    run.isReady = true
    record(context, addresses, run, tree)
    announce(context, { ...run.facts, pids: tree.pids() }, run.notes)
    // Not before: a start waits for nobody's first look. A gateway builds it as well when it is asked first.
    const building = new AbortController()
    buildApp(cacheDirOf(context.config, process.env), building.signal).catch(() => {})
    tell(context, await asked)
    building.abort()
  }
  run.isReady = false
  removeReady(dataDir)
  await tree?.stop()
  removeRunFile(dataDir)
  if (failure === undefined) return 0
  context.err(`✗ ${failure}`)
  return 1
}

async function build(
  context: CommandContext,
  addresses: Addresses,
  run: Run,
  progress: ProgressLine,
): Promise<Supervisor> {
  const { config } = context
  const { dataDir } = config
  const world = supervisorWorld(context.world, dataDir)
  const services = await chooseServices(config, world, process.env, progress.show)
  run.notes = services.notes
  const program = (file: string) => ({ command: [process.execPath, file], cwd: PROJECT })
  const tree: Supervisor = supervisor({
    dataDir,
    log: world.log,
    startPostgres: services.startPostgres,
    startNats: services.startNats,
    databaseUrl: config.databaseUrl,
    natsUrl: config.natsUrl,
    gateway: { ...program('src/server.ts'), count: config.workers },
    exporter: program('src/worker.ts'),
    env: workerEnvironment(config, addresses, process.env),
    async prepare(databaseUrl) {
      progress.show('Preparing the database')
      const first = await prepare(databaseUrl, config, world, readFirstKeys(dataDir))
      writeFirstKeys(dataDir, { adminKey: first.adminKey, gatewayKey: first.gatewayKey })
      run.facts = {
        ...addresses.urls,
        // Behind the hash: a token there is never sent to a server or written into its log.
        console_url: first.signInToken
          ? `${addresses.urls.console_url}#token=${first.signInToken}`
          : addresses.urls.console_url,
        organization_id: first.organizationId,
        workspace_id: first.workspaceId,
        gateway_key: first.gatewayKey,
        admin_key: first.adminKey,
      }
      progress.show('Starting the gateway')
    },
    onChange(part, state, why) {
      record(context, addresses, run, tree)
      if (run.isReady) tellChange(context, part, state, why)
    },
  })
  return tree
}

/** Keeps the pids on disk current: `down`, `status`, scripts and the next start rely on them. */
function record(
  context: CommandContext,
  addresses: Addresses,
  run: Run,
  tree: Supervisor | undefined,
): void {
  const self = recordOf(process.pid)
  if (!self || !tree) return
  const { dataDir } = context.config
  try {
    writeRunFile(dataDir, { supervisor: self, url: addresses.urls.url, parts: tree.records() })
    if (run.isReady && run.facts) writeReady(dataDir, { ...run.facts, pids: tree.pids() })
  } catch (cause) {
    // A full disk must not end the supervisor: what it looks after may be what frees it.
    context.err(`could not write the state of the processes: ${String(cause)}`)
  }
}

function tellChange(
  context: CommandContext,
  part: string,
  state: PartState,
  why: string | undefined,
): void {
  if (state === 'waiting') context.err(`${part} ended (${why ?? 'unknown'}); starting it again`)
  if (state === 'running') context.err(`${part} runs again`)
}

function tell(context: CommandContext, why: 'signal' | 'parent'): void {
  if (why === 'parent') context.err('The program that started this one is gone: stopping')
}

function announce(context: CommandContext, ready: Ready, notes: readonly string[]): void {
  if (context.json) {
    context.out(JSON.stringify(ready))
    return
  }
  const colour = process.stdout.isTTY === true && !process.env.NO_COLOR
  const place = `Data: ${context.config.dataDir} · Ctrl-C drains and stops`
  const lines = [notes.join(' · '), ...proxyNotes(process.env), place]
  for (const line of firstScreen({ ready, version: packageJson.version, notes: lines, colour }))
    context.out(line)
}
