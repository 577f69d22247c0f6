import { LIMITS } from '../base/limits.ts'
import type { Log } from '../base/world.ts'
import { type BackOff, type KeptPart, keep, type PartState, type Running } from './kept-part.ts'
import { logPathOf, startTrimming } from './logs.ts'
import type { ProcessRecord } from './process-table.ts'
import { recordOf } from './process-table.ts'
import type { PartRecord } from './run-file.ts'
import { startWorker } from './worker-process.ts'

/** A service of the tree: what clients need to reach it, beside its process. */
export interface Service extends Running {
  readonly url: string
}

export interface Program {
  readonly command: readonly string[]
  readonly cwd: string
}

export interface SupervisorOptions {
  readonly dataDir: string
  readonly log: Log
  /** Starts Postgres; undefined where an external one is used. */
  readonly startPostgres?: (() => Promise<Service>) | undefined
  /** Starts NATS; undefined where an external one is used or none is to be had. */
  readonly startNats?: (() => Promise<Service>) | undefined
  readonly databaseUrl?: string | undefined
  readonly natsUrl?: string | undefined
  /** Runs once the database serves and before any worker starts: migrations, first organisation. */
  prepare(databaseUrl: string): Promise<void>
  readonly gateway: Program & { readonly count: number }
  readonly exporter: Program
  /** The workers' environment, without the addresses of the services. */
  readonly env: Readonly<Record<string, string>>
  /** Told after every start and end of a part. */
  onChange?(part: string, state: PartState, why: string | undefined): void
  /** Tests use shorter ones. */
  readonly backOff?: BackOff
}

/** The pids as `ready.json` shows them; null for a part that is external, absent or just being started again. */
export interface Pids {
  readonly supervisor: number
  readonly gateway: readonly number[]
  readonly exporter: number | null
  readonly postgres: number | null
  readonly nats: number | null
}

export interface PartStatus {
  readonly name: string
  readonly state: PartState
  readonly pid: number | null
  readonly restarts: number
}

export interface Supervisor {
  /** Resolves when every part serves. Rejects, with everything stopped again, when one cannot be started. */
  start(): Promise<void>
  /** Drains in order: gateways, exporter, NATS, Postgres. Resolves when no process is left; calling again waits for the same. */
  stop(): Promise<void>
  /** Cuts the drain short: calls in flight and unsent telemetry are given up, the database still ends cleanly. */
  force(): void
  pids(): Pids
  parts(): PartStatus[]
  records(): PartRecord[]
}

/** Streams may run to their end for `drainMs`; what a gateway then needs to write down its last calls. */
const GATEWAY_GRACE_MS = LIMITS.drainMs + 5_000
const EXPORTER_GRACE_MS = 10_000

/** The process tree of `npm start`: start order, restarts, drain. It knows programs, not what they are for. */
export function supervisor(options: SupervisorOptions): Supervisor {
  const parts: KeptPart<Running>[] = []
  let databaseUrl = options.databaseUrl
  let natsUrl = options.natsUrl
  const leaving = new AbortController()
  let starting: Promise<void> = Promise.resolve()
  let stopped: Promise<void> | undefined
  let forced = false
  const trimming = startTrimming(options.dataDir)

  const part = async <R extends Running>(
    name: string,
    start: (cancel: AbortSignal) => Promise<R>,
  ): Promise<void> => {
    leaving.signal.throwIfAborted()
    const kept = await keep<R>({
      name,
      log: options.log,
      start,
      cancel: leaving.signal,
      ...(options.backOff ? { backOff: options.backOff } : {}),
      onChange: (state, why) => options.onChange?.(name, state, why),
    }).catch((cause) => {
      throw new Error(`${name} did not start: ${cause instanceof Error ? cause.message : cause}`)
    })
    parts.push(kept)
    options.onChange?.(name, kept.state, undefined)
  }

  const workers = (): KeptPart<Running>[] =>
    parts.filter(({ name }) => isGateway(name) || name === 'exporter')

  const startNats = async (start: () => Promise<Service>): Promise<Service> => {
    const nats = await start()
    const isNew = natsUrl !== undefined && natsUrl !== nats.url
    natsUrl = nats.url
    if (isNew) for (const worker of workers()) worker.restart()
    return nats
  }

  const worker = async (name: string, program: Program, graceMs: number, cancel: AbortSignal) => {
    const env: Record<string, string> = { ...options.env, SLUICE_SUPERVISED: '1' }
    if (databaseUrl !== undefined) env.DATABASE_URL = databaseUrl
    if (natsUrl !== undefined) env.NATS_URL = natsUrl
    const started = startWorker({ ...program, env, logPath: logPathOf(options.dataDir, name) })
    const abandon = (): void => started.kill('SIGKILL')
    cancel.addEventListener('abort', abandon)
    await started.ready.finally(() => cancel.removeEventListener('abort', abandon))
    return {
      pid: started.pid,
      exited: started.exited,
      stop: () => started.stop(forced ? 0 : graceMs),
      kill: () => started.kill('SIGKILL'),
    }
  }

  const startAll = async (): Promise<void> => {
    const { startPostgres, startNats: nats } = options
    if (startPostgres)
      await part('postgres', async () => {
        const server = await startPostgres()
        databaseUrl = server.url
        return server
      })
    if (databaseUrl === undefined) throw new Error('no database')
    await options.prepare(databaseUrl)
    if (nats) await part('nats', () => startNats(nats))
    const gateways = Array.from({ length: options.gateway.count }, (_, index) =>
      part(`gateway-${index + 1}`, (cancel) =>
        worker(`gateway-${index + 1}`, options.gateway, GATEWAY_GRACE_MS, cancel),
      ),
    )
    const exporter = part('exporter', (cancel) =>
      worker('exporter', options.exporter, EXPORTER_GRACE_MS, cancel),
    )
    // All settle before any failure is told, so that a failed start leaves nothing behind that is still starting.
    const results = await Promise.allSettled([...gateways, exporter])
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  const stopAll = async (): Promise<void> => {
    leaving.abort(new Error('stopped while starting'))
    await starting.catch(() => {})
    const stopParts = (chosen: (name: string) => boolean): Promise<unknown> =>
      Promise.all(parts.filter(({ name }) => chosen(name)).map((each) => each.stop()))
    await stopParts(isGateway)
    await stopParts((name) => name === 'exporter')
    await stopParts((name) => name === 'nats')
    await stopParts((name) => name === 'postgres')
    trimming[Symbol.dispose]()
  }

  const pidOf = (name: string): number | null =>
    parts.find((each) => each.name === name)?.current?.pid ?? null

  return {
    async start() {
      starting = startAll()
      try {
        await starting
      } catch (cause) {
        stopped ??= stopAll()
        await stopped
        throw cause
      }
    },
    stop() {
      stopped ??= stopAll()
      return stopped
    },
    force() {
      forced = true
      for (const { current } of workers()) if (current) kill(current)
    },
    pids: () => ({
      supervisor: process.pid,
      gateway: parts
        .filter(({ name }) => isGateway(name))
        .flatMap(({ current }) => (current ? [current.pid] : [])),
      exporter: pidOf('exporter'),
      postgres: pidOf('postgres'),
      nats: pidOf('nats'),
    }),
    parts: () =>
      parts.map(({ name, state, current, restarts }) => ({
        name,
        state,
        pid: current?.pid ?? null,
        restarts,
      })),
    records: () =>
      parts.flatMap(({ name, current }) => {
        const record: ProcessRecord | undefined = current ? recordOf(current.pid) : undefined
        return record ? [{ ...record, name }] : []
      }),
  }
}

function kill(running: Running): void {
  try {
    process.kill(running.pid, 'SIGKILL')
  } catch {
    // It has just ended by itself.
  }
}

function isGateway(name: string): boolean {
  return name.startsWith('gateway-')
}
