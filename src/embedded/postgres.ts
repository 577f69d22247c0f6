import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../base/world.ts'
import { programEnvironment, runAs } from './postgres-account.ts'
import { createCluster, DATABASE, USER } from './postgres-cluster.ts'
import { diskFault, postgresFault } from './postgres-fault.ts'
import { choosePlace, own, type Place, socketDirOf } from './postgres-place.ts'
import { disarmStaleLock, isPostgres, probe, recordedPostmaster } from './postgres-probe.ts'
import { prepareRuntime, type Runtime } from './postgres-runtime.ts'

/** A running embedded server. */
export interface PostgresServer {
  /** `postgres://sluice@/sluice?host=<socketDir>`. */
  readonly url: string
  readonly socketDir: string
  /** The postmaster. */
  readonly pid: number
  /** True when an earlier program started it and left it running. */
  readonly adopted: boolean
  /** Resolves when the postmaster is gone, asked or not. */
  readonly exited: Promise<void>
  /** Ends it cleanly; backends are cut, nothing committed is lost. Calling it again waits for the same end. */
  stop(): Promise<void>
}

export interface PostgresOptions {
  /** Absolute path of Sluice's data directory; the cluster is `<dataDir>/postgres`. */
  readonly dataDir: string
  readonly log: Log
  /** Told in words what takes long. */
  readonly progress?: (text: string) => void
  /** Further `name=value` settings of the server. */
  readonly settings?: readonly string[]
}

/** Crash recovery after a power cut may take a while; a server that neither dies nor serves by then is stuck. */
const READY_MS = 120_000
/** Fast shutdown writes a checkpoint; then backends are quit without one, which the next start repairs. */
const STOP_FAST_MS = 15_000
const STOP_QUIT_MS = 5_000
/** A predecessor's backends notice its death within a second or so; until then the data is locked. */
const TAKEOVER_MS = 20_000
const POLL_MS = 10

/**
 * Starts the bundled PostgreSQL 18 on a private unix socket, or adopts the one that already serves `dataDir`.
 * Throws an error with a `Fix:` line when the platform, the disk or the user make it impossible.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const place = choosePlace(options.dataDir)
  const socketDir = socketDirOf(place)
  const runtime = await prepareRuntime(place.account, place.copyDir)
  if (!existsSync(join(place.pgdata, 'PG_VERSION'))) {
    options.progress?.('Creating the database (a second, once)')
    await createCluster(runtime, place)
  }
  checkMajor(runtime, place)
  own(place)
  const until = performance.now() + READY_MS
  const takeoverUntil = performance.now() + TAKEOVER_MS
  for (;;) {
    const running = await adoptable(place, socketDir, until)
    if (running !== undefined) {
      options.log.info('postgres_adopted', { pid: running })
      return adopted(running, socketDir)
    }
    disarmStaleLock(place.pgdata)
    const started = await launch(runtime, place, socketDir, options, until)
    if (typeof started !== 'string') {
      options.log.info('postgres_started', { pid: started.pid, version: runtime.version })
      return started
    }
    const taken = /lock file|shared memory block|already exists/.test(started)
    if (!taken || performance.now() > takeoverUntil)
      throw diskFault(startFault(started, place), options.dataDir)
    await Bun.sleep(POLL_MS * 10)
  }
}

/** The pid of a server that serves this cluster, waiting while one starts or stops. */
async function adoptable(
  place: Place,
  socketDir: string,
  until: number,
): Promise<number | undefined> {
  for (;;) {
    const pid = recordedPostmaster(place.pgdata)
    if (pid === undefined) return undefined
    if ((await probe(socketDir, USER, DATABASE)) === 'serving') return pid
    if (performance.now() > until)
      throw postgresFault(
        `A PostgreSQL (process ${pid}) holds ${place.pgdata} and does not answer.`,
        `end it with \`kill -QUIT ${pid}\` and start again`,
      )
    await Bun.sleep(POLL_MS * 5)
  }
}

/** Starts a postmaster and waits until it serves. Gives its log when it ended instead. */
async function launch(
  runtime: Runtime,
  place: Place,
  socketDir: string,
  options: PostgresOptions,
  until: number,
): Promise<PostgresServer | string> {
  const logPath = join(place.copyDir, 'postgres-start.log')
  const plan = runAs(place.account, runtime.postgres, [
    '-D',
    place.pgdata,
    ...settings(socketDir, options.settings ?? []).flatMap((each) => ['-c', each]),
  ])
  // A file and not a pipe: the server must survive this process, and a broken pipe would end it.
  const logFile = openSync(logPath, 'w', 0o600)
  const child = spawn(plan.file, plan.args, {
    ...plan.identity,
    cwd: '/',
    env: programEnvironment(),
    stdio: ['ignore', logFile, logFile],
    // Its own session: Ctrl-C in the terminal must reach the supervisor only, which drains first.
    detached: true,
  })
  closeSync(logFile)
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  child.unref()
  let slow = performance.now() + 2_000
  while (hasEnded(child) === false) {
    const { pid } = child
    if (pid !== undefined && (await probe(socketDir, USER, DATABASE)) === 'serving')
      if (recordedPostmaster(place.pgdata) === pid && !hasEnded(child))
        return server(pid, socketDir, false, exited)
    if (performance.now() > slow) {
      options.progress?.('Waiting for the database to recover')
      slow = Number.POSITIVE_INFINITY
    }
    if (performance.now() > until) {
      child.kill('SIGQUIT')
      break
    }
    await Bun.sleep(POLL_MS)
  }
  await exited
  return readFileSync(logPath, 'utf8').trim().slice(-2_000) || 'it ended without a word'
}

/** Set on the command line, so that they hold whatever the cluster's own files say. */
function settings(socketDir: string, further: readonly string[]): string[] {
  return [
    'listen_addresses=',
    `unix_socket_directories=${socketDir}`,
    'unix_socket_permissions=0700',
    'port=5432',
    'max_connections=100',
    'shared_buffers=64MB',
    'fsync=on',
    'synchronous_commit=on',
    'jit=off',
    'io_method=sync',
    'timezone=UTC',
    'log_timezone=UTC',
    // One file a weekday, overwritten the week after: the log cannot fill the disk.
    'logging_collector=on',
    'log_directory=log',
    'log_filename=postgres-%a.log',
    'log_rotation_age=1d',
    'log_rotation_size=0',
    'log_truncate_on_rotation=on',
    // Statements hold content; only the server's own troubles are logged.
    'log_min_messages=fatal',
    'log_min_error_statement=panic',
    ...further,
  ]
}

function adopted(pid: number, socketDir: string): PostgresServer {
  return server(pid, socketDir, true, gone(pid))
}

/** Nobody reports the end of a process that is not a child: it is looked for. */
async function gone(pid: number): Promise<void> {
  while (isPostgres(pid)) {
    await new Promise<void>((resolve) => {
      setTimeout(resolve, POLL_MS * 10).unref()
    })
  }
}

function server(
  pid: number,
  socketDir: string,
  isAdopted: boolean,
  exited: Promise<void>,
): PostgresServer {
  let stopping: Promise<void> | undefined
  return {
    url: `postgres://${USER}@/${DATABASE}?host=${socketDir}`,
    socketDir,
    pid,
    adopted: isAdopted,
    exited,
    stop() {
      stopping ??= end(pid, exited).then(() => tidy(socketDir))
      return stopping
    },
  }
}

/** An empty directory left in /tmp would be one more for every data directory ever used. */
function tidy(socketDir: string): void {
  try {
    rmdirSync(socketDir)
  } catch {
    // Not empty or already gone: the next start takes it as it is.
  }
}

async function end(pid: number, exited: Promise<void>): Promise<void> {
  const steps: [NodeJS.Signals, number][] = [
    ['SIGINT', STOP_FAST_MS],
    ['SIGQUIT', STOP_QUIT_MS],
    ['SIGKILL', STOP_QUIT_MS],
  ]
  for (const [signal, waitMs] of steps) {
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    const outcome = await Promise.race([
      exited.then(() => true),
      Bun.sleep(waitMs).then(() => false),
    ])
    if (outcome) return
  }
}

function checkMajor(runtime: Runtime, place: Place): void {
  const found = readFileSync(join(place.pgdata, 'PG_VERSION'), 'utf8').trim()
  const bundled = /\) (\d+)/.exec(runtime.version)?.[1]
  if (bundled === undefined || found === bundled) return
  throw postgresFault(
    `The database in ${place.pgdata} was made by PostgreSQL ${found}; this Sluice bundles ${bundled}.`,
    'start the Sluice version that made it and export, or choose another SLUICE_DATA_DIR',
  )
}

function startFault(output: string, place: Place): unknown {
  if (/No space left/.test(output))
    return Object.assign(new Error(output), { code: 'ENOSPC' as const })
  return postgresFault(
    `The embedded PostgreSQL did not start:\n${output}`,
    `look into ${join(place.pgdata, 'log')}, or set DATABASE_URL to another server`,
  )
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined
}
