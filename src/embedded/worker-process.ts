import { closeSync, openSync, readFileSync } from 'node:fs'
import { member, textMember } from '../base/json.ts'

/** A started program of ours that says when it is ready and answers pings. */
export interface WorkerProcess {
  readonly pid: number
  /** Resolves once it said ready; rejects with its last words when it ends or stays silent before. */
  readonly ready: Promise<void>
  /** Resolves with how it ended, in words. */
  readonly exited: Promise<string>
  /** SIGTERM, then SIGKILL after `graceMs`. Resolves when it is gone. */
  stop(graceMs: number): Promise<void>
  kill(signal: NodeJS.Signals): void
}

export interface WorkerOptions {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Gets what the program prints. */
  readonly logPath: string
  /** Defaults below; tests use shorter ones. */
  readonly readyMs?: number
  readonly pingEveryMs?: number
}

/** A cold start on a loaded small machine takes seconds; a minute means it hangs. */
const READY_MS = 60_000
const PING_EVERY_MS = 5_000
/** Unanswered pings in a row after which a program hangs: long enough for the worst pause of a loaded machine. */
const PINGS_MISSED_MAX = 8

/**
 * Starts a program in its own session, so that Ctrl-C in the terminal reaches the supervisor only. Its output goes to a file and
 * not through a pipe: it must be able to drain and tell about it after the supervisor has died.
 */
export function startWorker(options: WorkerOptions): WorkerProcess {
  const log = openSync(options.logPath, 'a', 0o600)
  let sayReady = (): void => {}
  let sayFailed = (_cause: Error): void => {}
  const ready = new Promise<void>((resolve, reject) => {
    sayReady = resolve
    sayFailed = reject
  })
  ready.catch(() => {})
  const child = Bun.spawn([...options.command], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', log, log],
    detached: true,
    serialization: 'json',
    ipc(message: unknown) {
      const type = textMember(message, 'type')
      if (type === 'pong') missed = 0
      if (type !== 'ready') return
      clearTimeout(patience)
      if (member(message, 'pings') === true) watch()
      sayReady()
    },
  })
  closeSync(log)
  let missed = 0
  let pulse: ReturnType<typeof setInterval> | undefined
  const watch = (): void => {
    pulse ??= setInterval(() => {
      if (++missed > PINGS_MISSED_MAX) child.kill('SIGKILL')
      else ping(child)
    }, options.pingEveryMs ?? PING_EVERY_MS)
  }
  const patience = setTimeout(() => child.kill('SIGKILL'), options.readyMs ?? READY_MS)
  const exited = child.exited.then(() => {
    clearTimeout(patience)
    clearInterval(pulse)
    const how = ending(child)
    sayFailed(new Error(`it ended (${how}) before it was ready${lastWords(options.logPath)}`))
    return how
  })
  return {
    pid: child.pid,
    ready,
    exited,
    kill: (name) => child.kill(name),
    async stop(graceMs) {
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await exited
      clearTimeout(force)
    },
  }
}

function ping(child: Bun.Subprocess): void {
  try {
    child.send({ type: 'ping' })
  } catch {
    // It is ending: `exited` tells.
  }
}

function ending(child: Bun.Subprocess): string {
  return child.signalCode ? `signal ${child.signalCode}` : `exit code ${child.exitCode}`
}

const LAST_WORDS_CHARS = 1_500

/** The end of what the program printed: the reason is usually there. */
function lastWords(logPath: string): string {
  try {
    const text = readFileSync(logPath, 'utf8').trim()
    return text === '' ? '' : `:\n${text.slice(-LAST_WORDS_CHARS)}`
  } catch {
    return ''
  }
}
