import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import packageJson from '../../package.json'
import { holderOf } from '../embedded/port.ts'
import { isAlive } from '../embedded/process-table.ts'
import { readRunFile } from '../embedded/run-file.ts'
import type { CommandContext } from './command.ts'
import { proxiesIn } from './up-proxies.ts'

/** One thing that was looked at. */
export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'note' | 'problem'
  readonly says: string
  readonly fix?: string
}

export type Check = (context: CommandContext) => Promise<Finding[]>

/** The runtime, a fresh database, JetStream's files and the logs fit into this with room to work. */
const DISK_BYTES_MIN = 1024 ** 3
/** A clock that is off by more breaks certificates and the windows of caps. */
const YEAR_MIN = 2025

/** What the machine itself must offer. */
export const MACHINE_CHECKS: readonly Check[] = [runtime, user, port, dataDir, clock, proxies]

async function runtime(): Promise<Finding[]> {
  const wanted = packageJson.engines.bun
  const isWanted = Bun.version === wanted
  const node = Bun.which('node')
  return [
    {
      name: 'bun',
      state: isWanted ? 'ok' : 'problem',
      says: `${Bun.version}, ${process.platform} ${process.arch}`,
      ...(isWanted ? {} : { fix: `start by npm start, which obtains Bun ${wanted}` }),
    },
    { name: 'node', state: 'note', says: node ?? 'none (not needed)' },
  ]
}

async function user(): Promise<Finding[]> {
  const uid = process.getuid?.()
  if (uid !== 0) return [{ name: 'user', state: 'ok', says: `uid ${uid ?? 'unknown'}` }]
  const says = 'root; PostgreSQL runs as another user'
  return [{ name: 'user', state: 'note', says }]
}

async function port({ config }: CommandContext): Promise<Finding[]> {
  const run = readRunFile(config.dataDir)
  const isOurs = run !== undefined && isAlive(run.supervisor)
  const found: Finding[] = []
  for (const number of [config.port, config.adminPort]) {
    if (number === undefined || number === 0) continue
    const name = `port ${number}`
    if (isOurs && run.url.includes(`:${number}`)) {
      found.push({ name, state: 'ok', says: `held by this Sluice (process ${run.supervisor.pid})` })
      continue
    }
    const holder = canListen(config.host, number)
      ? undefined
      : (holderOf(number) ?? 'another program')
    found.push(
      holder
        ? { name, state: 'problem', says: `taken by ${holder}`, fix: 'end it, or set PORT' }
        : { name, state: 'ok', says: `free on ${config.host}` },
    )
  }
  return found
}

function canListen(host: string, number: number): boolean {
  try {
    Bun.listen({ hostname: host, port: number, socket: { data() {} } }).stop(true)
    return true
  } catch {
    return false
  }
}

async function dataDir({ config }: CommandContext): Promise<Finding[]> {
  const name = 'data directory'
  let place = config.dataDir
  while (!existsSync(place)) place = dirname(place)
  try {
    accessSync(place, constants.W_OK | constants.X_OK)
  } catch {
    const fix = 'make it writable for this user, or set SLUICE_DATA_DIR'
    return [{ name, state: 'problem', says: `${config.dataDir} cannot be written`, fix }]
  }
  const disk = statfsSync(place)
  const free = disk.bavail * disk.bsize
  const says = `${(free / 1024 ** 3).toFixed(1)} GB free`
  const findings: Finding[] = [
    { name, state: 'ok', says: config.dataDir },
    free < DISK_BYTES_MIN
      ? { name: 'disk', state: 'problem', says, fix: 'free at least 1 GB' }
      : { name: 'disk', state: 'ok', says },
  ]
  for (const file of ['master.key', 'ready.json', 'first-keys.json']) {
    const path = join(config.dataDir, file)
    if (!existsSync(path) || (statSync(path).mode & 0o077) === 0) continue
    const fix = `chmod 600 ${path}`
    findings.push({ name: file, state: 'problem', says: 'can be read by other users', fix })
  }
  return findings
}

async function clock({ world }: CommandContext): Promise<Finding[]> {
  const now = new Date(world.clock.now())
  return now.getUTCFullYear() >= YEAR_MIN
    ? [{ name: 'clock', state: 'ok', says: now.toISOString() }]
    : [{ name: 'clock', state: 'problem', says: now.toISOString(), fix: 'set the clock' }]
}

async function proxies(): Promise<Finding[]> {
  const found = proxiesIn(process.env)
  if (found.length === 0) return [{ name: 'proxies', state: 'ok', says: 'none set' }]
  return found.map(({ name, value }) => ({ name, state: 'note', says: value }))
}
