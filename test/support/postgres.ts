import { setDefaultTimeout } from 'bun:test'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PostgresServer, startPostgres } from '../../src/embedded/postgres.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { silentLog, testWorld } from './world.ts'

/** One database of its own, migrated and empty, with an open pool; dropped by `close`. */
export interface TestDatabase extends Database {
  /** For further pools and for programs of their own. */
  readonly url: string
}

/** In the seed: what every test's database is a clone of. */
const TEMPLATE = 'sluice_template'

/** A running server and how to name a database of it. */
interface Host {
  /** Of the database to connect to for creating others. */
  readonly adminUrl: string
  urlOf(name: string): string
  /** The server, when it is ours. */
  readonly server: PostgresServer | undefined
}

let host: Promise<Host> | undefined
let template: Promise<string> | undefined
let count = 0

// A server may have to be made on a busy machine first, and a hook that times out takes it down for all tests.
setDefaultTimeout(120_000)

/**
 * A fresh clone of the migrated template, on a real server: one embedded server per test process, started at the
 * first call and ended with the process, or the server of `DATABASE_URL`.
 */
export async function testDatabase(options: { poolSize?: number } = {}): Promise<TestDatabase> {
  const found = await testServer()
  const { adminUrl, urlOf } = found
  template ??= found.server ? Promise.resolve(TEMPLATE) : makeTemplate(found, freshName('template'))
  const name = freshName('test')
  await administer(adminUrl, `create database ${name} template ${await template}`)
  const url = urlOf(name)
  // What a test is about has deadlines of its own; filling a table on a loaded machine has none.
  const database = openDatabase({ url, world: testWorld(), queryMs: 60_000, ...options })
  let closing: Promise<void> | undefined
  return {
    ...database,
    url,
    close() {
      closing ??= (async () => {
        await database.close()
        await administer(adminUrl, `drop database if exists ${name} with (force)`)
      })()
      return closing
    },
  }
}

/** A database without any table, for tests of migrating itself. Give the returned URL to `openDatabase`. */
export async function emptyDatabase(): Promise<string> {
  const { adminUrl, urlOf } = await testServer()
  const name = freshName('empty')
  await administer(adminUrl, `create database ${name} template template0`)
  return urlOf(name)
}

/** The server that {@link testDatabase} uses. */
export function testServer(): Promise<Host> {
  host ??= findHost()
  return host
}

async function findHost(): Promise<Host> {
  const given = process.env.DATABASE_URL
  if (given) {
    const urlOf = (name: string): string => {
      const [head = '', query] = given.split('?')
      const base = head.replace(/^(\w+:\/\/[^/]*).*$/, '$1')
      return `${base}/${name}${query ? `?${query}` : ''}`
    }
    return { adminUrl: given, urlOf, server: undefined }
  }
  const seed = await findSeed()
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-test-pg-'))
  cpSeed(seed, dataDir)
  const server = await startTestServer(dataDir)
  leaveNothing(server, dataDir)
  // A test that times out takes its children with it, the server among them: the next test gets another.
  server.exited.then(() => {
    host = undefined
  })
  return hostOf(server)
}

function hostOf(server: PostgresServer): Host {
  const urlOf = (name: string): string => `postgres://sluice@/${name}?host=${server.socketDir}`
  return { adminUrl: server.url, urlOf, server }
}

function startTestServer(dataDir: string): Promise<PostgresServer> {
  return startPostgres({
    dataDir,
    log: silentLog,
    // Many pools of many tests; and nobody needs a test's data after a power cut.
    settings: ['max_connections=300', 'fsync=off', 'logging_collector=off', 'autovacuum=off'],
  })
}

/**
 * A stopped cluster with the migrated template in it, made once per set of migrations and copied by every test
 * process: a copy takes a tenth of the time of making one.
 */
async function findSeed(): Promise<string> {
  const seed = join(tmpdir(), `sluice-test-seed-${process.getuid?.()}-${migrationsDigest()}`)
  if (existsSync(seed)) return seed
  const draft = mkdtempSync(join(tmpdir(), 'sluice-test-draft-'))
  try {
    const server = await startTestServer(draft)
    try {
      await makeTemplate(hostOf(server), TEMPLATE)
    } finally {
      await server.stop()
    }
    renameSync(draft, seed)
  } catch (cause) {
    rmSync(draft, { recursive: true, force: true })
    // Another test process was faster.
    if (!existsSync(seed)) throw cause
  }
  return seed
}

function cpSeed(seed: string, dataDir: string): void {
  // The system's own copy keeps owners and shares blocks where the disk can.
  const outcome = Bun.spawnSync(['cp', '-a', join(seed, 'postgres'), dataDir])
  if (outcome.exitCode !== 0) throw new Error(outcome.stderr.toString())
}

function migrationsDigest(): string {
  const folder = join(import.meta.dir, '../../migrations')
  const hash = createHash('sha256')
  for (const name of [...readdirSync(folder), 'meta/_journal.json'].sort())
    if (/\.(sql|json)$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)))
  return hash.digest('hex').slice(0, 16)
}

/** A helper of its own session ends the server also when the test process is killed and can do nothing. */
function leaveNothing(server: PostgresServer, dataDir: string): void {
  const script = join(dataDir, 'leave-nothing.sh')
  writeFileSync(
    script,
    `while kill -0 ${process.pid} 2>/dev/null; do sleep 0.2; done
kill -QUIT ${server.pid} 2>/dev/null
while kill -0 ${server.pid} 2>/dev/null; do sleep 0.05; done
rm -rf ${dataDir} ${server.socketDir}
`,
  )
  Bun.spawn(['setsid', 'sh', script], {
    stdio: ['ignore', 'ignore', 'ignore'],
  }).unref()
  process.once('exit', () => {
    try {
      process.kill(server.pid, 'SIGQUIT')
      rmSync(dataDir, { recursive: true, force: true })
      rmSync(server.socketDir, { recursive: true, force: true })
    } catch {
      // The helper comes after us.
    }
  })
}

async function makeTemplate({ adminUrl, urlOf }: Host, name: string): Promise<string> {
  await administer(adminUrl, `create database ${name}`)
  await migrate(urlOf(name), testWorld())
  return name
}

async function administer(adminUrl: string, statement: string): Promise<void> {
  const admin = openDatabase({ url: adminUrl, world: testWorld(), poolSize: 1, queryMs: 30_000 })
  try {
    await admin.sql.unsafe(statement)
  } finally {
    await admin.close()
  }
}

function freshName(kind: string): string {
  count++
  return `sluice_${kind}_${process.pid}_${count}_${Math.random().toString(36).slice(2, 8)}`
}
