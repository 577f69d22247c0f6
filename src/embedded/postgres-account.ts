import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, type Stats, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Under which identity PostgreSQL's programs run. It refuses uid 0, and initdb looks its uid up in the user
 * database, so root needs an account that exists, or a user namespace in which root has another number.
 */
export type Account =
  | { readonly kind: 'self'; readonly uid: number; readonly gid: number }
  | { readonly kind: 'account'; readonly name: string; readonly uid: number; readonly gid: number }
  | { readonly kind: 'namespace'; readonly uid: number; readonly gid: number }

/** What one finished program left behind. `code` is null when it could not be started or was killed. */
export interface Finished {
  readonly code: number | null
  readonly output: string
  readonly error: Error | undefined
}

/** Output kept of a finished program: enough for its error, never a flood. */
const OUTPUT_BYTES_MAX = 64 * 1024

/** Every identity worth trying for this process, best first. */
export function accounts(): Account[] {
  const uid = process.getuid?.() ?? 0
  const gid = process.getgid?.() ?? 0
  if (uid !== 0) return [{ kind: 'self', uid, gid }]
  const found: Account[] = []
  for (const name of ['sluice', 'postgres', 'nobody']) {
    const entry = lookUp(name)
    if (entry !== undefined) found.push({ kind: 'account', name, ...entry })
  }
  // Inside the namespace root's files belong to user 1000, so even a private home is reachable.
  if (namespaceWorks()) found.push({ kind: 'namespace', uid: 0, gid: 0 })
  return found
}

/** The words to run and the spawn options that make `program` run as `account`. */
export function runAs(account: Account, program: string, args: readonly string[]) {
  if (account.kind === 'namespace')
    return { file: 'unshare', args: [...NAMESPACE, program, ...args], identity: {} }
  const identity = account.kind === 'account' ? { uid: account.uid, gid: account.gid } : {}
  return { file: program, args: [...args], identity }
}

/** Runs a program to its end as `account`. Never throws: a failed start is in `error`. */
export function finish(
  account: Account,
  program: string,
  args: readonly string[],
  input = '',
): Promise<Finished> {
  const plan = runAs(account, program, args)
  return new Promise((resolve) => {
    const output: string[] = []
    let size = 0
    const keep = (chunk: Buffer): void => {
      size += chunk.length
      if (size <= OUTPUT_BYTES_MAX) output.push(chunk.toString())
    }
    const done = (code: number | null, error: Error | undefined): void =>
      resolve({ code, output: output.join('').trim(), error })
    try {
      const child = spawn(plan.file, plan.args, {
        ...plan.identity,
        cwd: '/',
        env: programEnvironment(),
        stdio: ['pipe', 'pipe', 'pipe'],
      })
      child.stdout.on('data', keep)
      child.stderr.on('data', keep)
      child.stdin.on('error', () => {})
      child.once('error', (error) => done(null, error))
      child.once('close', (code) => done(code, undefined))
      child.stdin.end(input)
    } catch (cause) {
      done(null, cause instanceof Error ? cause : new Error(String(cause)))
    }
  })
}

/** Nothing of the caller's environment but PATH: PGDATA, PGPORT or a locale must not bend the server. */
export function programEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LANG: 'C', LC_ALL: 'C', TZ: 'UTC' }
}

/** True when `account` can walk to `path` through every directory above it (mode bits only). */
export function canReach(account: Account, path: string): boolean {
  if (account.kind !== 'account') return true
  for (let dir = resolve(path); ; dir = dirname(dir)) {
    const stats = statSync(dir, { throwIfNoEntry: false })
    if (stats?.isDirectory() && !mayEnter(account, stats)) return false
    if (dir === dirname(dir)) return true
  }
}

function mayEnter(account: { readonly uid: number; readonly gid: number }, stats: Stats): boolean {
  const shift = stats.uid === account.uid ? 6 : stats.gid === account.gid ? 3 : 0
  return ((stats.mode >> shift) & 1) === 1
}

const NAMESPACE = ['--user', '--map-user=1000', '--']

function namespaceWorks(): boolean {
  if (process.platform !== 'linux') return false
  const outcome = spawnSync('unshare', [...NAMESPACE, 'true'], { stdio: 'ignore', timeout: 5_000 })
  return outcome.status === 0
}

function lookUp(name: string): { uid: number; gid: number } | undefined {
  // Containers keep their accounts in the file; Bun has no call for the user database.
  const line = readText('/etc/passwd')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`))
  const fields = line?.split(':') ?? []
  const uid = Number(fields[2])
  const gid = Number(fields[3])
  if (fields.length < 4 || !Number.isInteger(uid) || uid <= 0) return undefined
  return { uid, gid: Number.isInteger(gid) ? gid : uid }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
