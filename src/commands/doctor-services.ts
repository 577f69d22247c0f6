import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirOf } from '../cache-dir.ts'
import { natsVersion } from '../embedded/nats.ts'
import { choosePlace, socketDirOf } from '../embedded/postgres-place.ts'
import { probe } from '../embedded/postgres-probe.ts'
import { openDatabase } from '../store/database.ts'
import type { CommandContext } from './command.ts'
import { databaseFindings } from './doctor-database.ts'
import type { Check, Finding } from './doctor-machine.ts'
import { secretFindings } from './doctor-secrets.ts'

/** Longer paths cannot be bound: 107 bytes on Linux, 103 on macOS, the file's own name included. */
const SOCKET_PATH_BYTES_MAX = 103

/** The two services, inside or outside. */
export const SERVICE_CHECKS: readonly Check[] = [database, nats]

async function database(context: CommandContext): Promise<Finding[]> {
  const { config } = context
  if (config.databaseUrl) return askDatabase(config.databaseUrl, context, 'DATABASE_URL')
  if (!existsSync(join(config.dataDir, 'postgres')))
    return [{ name: 'database', state: 'ok', says: 'inside; made at the first start' }]
  const socketDir = socketDirOf(choosePlace(config.dataDir))
  const path = join(socketDir, '.s.PGSQL.5432')
  const findings: Finding[] = []
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX)
    findings.push({
      name: 'socket path',
      state: 'problem',
      says: `${path} is too long`,
      fix: 'set TMPDIR to a shorter directory',
    })
  if ((await probe(socketDir, 'sluice', 'sluice')) !== 'serving')
    return [...findings, { name: 'database', state: 'note', says: 'inside; not running now' }]
  const url = `postgres://sluice@/sluice?host=${socketDir}`
  return [...findings, ...(await askDatabase(url, context, 'inside'))]
}

async function askDatabase(
  url: string,
  context: CommandContext,
  where: string,
): Promise<Finding[]> {
  const name = 'database'
  const database = openDatabase({ url, world: context.world, poolSize: 1, name: 'sluice-doctor' })
  try {
    const found = await databaseFindings(database, context.world, where)
    return [...found, ...(await secretFindings(database, context))]
  } catch (cause) {
    const inside =
      cause instanceof Error && 'inside' in cause ? String(cause.inside) : String(cause)
    const fix = 'check that the server runs and that the URL, user and password are right'
    return [{ name, state: 'problem', says: `${where}: ${inside}`, fix }]
  } finally {
    await database.close()
  }
}

async function nats({ config }: CommandContext): Promise<Finding[]> {
  const name = 'nats'
  if (config.natsUrl) return [await reachNats(config.natsUrl)]
  const cached = join(cacheDirOf(config, process.env), 'nats', 'nats-server')
  const path = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`
  const binary =
    Bun.which('nats-server', { PATH: path }) ?? (existsSync(cached) ? cached : undefined)
  if (binary === undefined)
    return [{ name, state: 'note', says: 'not here yet; the first start obtains it' }]
  return [{ name, state: 'ok', says: `${(await natsVersion(binary)) ?? '?'}, inside (${binary})` }]
}

/** A NATS server speaks first: the greeting holds its version and whether it has JetStream. */
async function reachNats(url: string): Promise<Finding> {
  const { hostname, port } = new URL(url)
  const fix = 'check that the server runs with JetStream on (-js) and that NATS_URL is right'
  const greeting = await new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), 3_000)
    const done = (text: string | undefined): void => {
      clearTimeout(timer)
      resolve(text)
    }
    Bun.connect({
      hostname,
      port: Number(port || 4222),
      socket: {
        data(socket, bytes) {
          socket.end()
          done(bytes.toString('utf8'))
        },
        error: () => done(undefined),
        close: () => done(undefined),
      },
    }).catch(() => done(undefined))
  })
  const at = `${hostname}:${port || 4222}`
  if (!greeting?.startsWith('INFO '))
    return { name: 'nats', state: 'problem', says: `no NATS answers at ${at}`, fix }
  const version = /"version":"([^"]+)"/.exec(greeting)?.[1] ?? '?'
  return /"jetstream":true/.test(greeting)
    ? { name: 'nats', state: 'ok', says: `${version} at ${at}, with JetStream` }
    : { name: 'nats', state: 'problem', says: `${version} at ${at}, without JetStream`, fix }
}
