import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../base/world.ts'
import { isOwnNats } from './nats-greeting.ts'

export { natsVersion, obtainNats } from './nats-binary.ts'

export interface StartNatsOptions {
  /** Path of a `nats-server`. */
  readonly binary: string
  /** Private directory for configuration, log and JetStream's files; made when missing. */
  readonly dataDir: string
  readonly log: Log
}

/** A running server. It is a child of this process but outlives it, unless stopped. */
export interface NatsServer {
  /** With the token inside: a secret. The same over restarts of one data directory while the port is free. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Resolves with the exit code once the server has ended, however it ended. */
  readonly exited: Promise<number>
  /** Ends the server, by force when it does not go: a full disk makes it ignore the polite signal. */
  stop(): Promise<void>
}

/** Ready within this, also when JetStream has gigabytes to recover. */
const READY_MS = 30_000
const STOP_MS = 3_000
/** JetStream's share: most of what is free, never more than this. */
const STORE_BYTES_MAX = 8 * 1024 ** 3

/**
 * Starts `nats-server` with JetStream on a loopback port of the operating system's choosing. The port and token are kept
 * in the data directory (0600), so that clients of an earlier run find the server again.
 * Throws `Error` with the server's last log line when it does not become ready.
 */
export async function startNats(options: StartNatsOptions): Promise<NatsServer> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 })
  let identity = readIdentity(options.dataDir) ?? newIdentity(options.dataDir)
  for (let attempt = 1; ; attempt++) {
    const server = await launch(options, identity)
    if (typeof server !== 'string') return server
    // Someone else holds the port: the old clients are lost, but a new port beats no bus.
    if (attempt >= 3) throw new Error(`nats-server did not start: ${server}`)
    options.log.warn('nats.start_retry', { attempt, reason: server })
    identity = newIdentity(options.dataDir, identity.token)
  }
}

async function launch(options: StartNatsOptions, identity: Identity): Promise<NatsServer | string> {
  const config = writeConfig(options.dataDir, identity)
  const child = Bun.spawn([options.binary, '-c', config], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
    cwd: options.dataDir,
    // Its own session: Ctrl-C in the terminal must reach the supervisor only, which drains first.
    detached: true,
  })
  child.unref()
  let code: number | undefined
  const exited = child.exited.then((value) => {
    code = value
    return value
  })
  const deadline = performance.now() + READY_MS
  while (code === undefined && performance.now() < deadline) {
    if (await isOwnNats(identity.port, identity.name, identity.token)) {
      const url = `nats://${identity.token}@127.0.0.1:${identity.port}`
      return { url, port: identity.port, pid: child.pid, exited, stop: () => end(child, exited) }
    }
    await Bun.sleep(10)
  }
  await end(child, exited)
  return lastLogLine(options.dataDir) ?? `exit code ${code}`
}

async function end(child: Bun.Subprocess, exited: Promise<number>): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await exited
  clearTimeout(timer)
}

interface Identity {
  /** Sent by the server in its greeting: tells our server from a stranger on the same port. */
  readonly name: string
  readonly port: number
  readonly token: string
}

function readIdentity(dataDir: string): Identity | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(join(dataDir, 'identity.json'), 'utf8'))
    if (typeof found !== 'object' || found === null) return undefined
    const { name, port, token } = found as Record<string, unknown>
    if (typeof name !== 'string' || typeof port !== 'number' || typeof token !== 'string')
      return undefined
    return { name, port, token }
  } catch {
    return undefined
  }
}

function newIdentity(dataDir: string, token = randomHex(24)): Identity {
  const identity = { name: `sluice-${randomHex(8)}`, port: freePort(), token }
  writePrivate(join(dataDir, 'identity.json'), JSON.stringify(identity))
  return identity
}

/** A port that was free a moment ago. The operating system hands the same one out again only after many others. */
function freePort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = listener
  listener.stop(true)
  return port
}

function writeConfig(dataDir: string, identity: Identity): string {
  const path = join(dataDir, 'nats.conf')
  const logFile = join(dataDir, 'nats.log')
  // The server keeps every rotated log; only the one being written is of use to anyone.
  for (const name of readdirSync(dataDir))
    if (name.startsWith('nats.log')) rmSync(join(dataDir, name))
  const disk = statfsSync(dataDir)
  const storeBytes = Math.min(STORE_BYTES_MAX, Math.floor(disk.bavail * disk.bsize * 0.8))
  writePrivate(
    path,
    `server_name: ${identity.name}
listen: "127.0.0.1:${identity.port}"
authorization { token: "${identity.token}" }
max_payload: 4MB
log_file: ${JSON.stringify(logFile)}
logfile_size_limit: 16777216
jetstream {
  store_dir: ${JSON.stringify(join(dataDir, 'jetstream'))}
  max_memory_store: 16777216
  max_file_store: ${storeBytes}
}
`,
  )
  return path
}

function writePrivate(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 })
  // The mode above only counts when the file is new.
  chmodSync(path, 0o600)
}

function lastLogLine(dataDir: string): string | undefined {
  try {
    return readFileSync(join(dataDir, 'nats.log'), 'utf8').trim().split('\n').at(-1)
  } catch {
    return undefined
  }
}

function randomHex(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex')
}
