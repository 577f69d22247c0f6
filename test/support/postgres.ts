import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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

/**
 * A fresh clone of the migrated template, on a real server: one embedded server per test process, started at the
 * first call and ended with the process, or the server of `DATABASE_URL`.
 */
export async function testDatabase(options: { poolSize?: number } = {}): Promise<TestDatabase> {
  const { adminUrl, urlOf } = await testServer()
  template ??= makeTemplate(adminUrl, urlOf)
  const name = freshName('test')
  await administer(adminUrl, `create database ${name} template ${await template}`)
  const url = urlOf(name)
  const database = openDatabase({ url, world: testWorld(), ...options })
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
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-test-pg-'))
  const server = await startPostgres({
    dataDir,
    log: silentLog,
    // Many pools of many tests; and nobody needs a test's data after a power cut.
    settings: ['max_connections=300', 'fsync=off', 'logging_collector=off', 'autovacuum=off'],
  })
  leaveNothing(server, dataDir)
  const urlOf = (name: string): string => `postgres://sluice@/${name}?host=${server.socketDir}`
  return { adminUrl: server.url, urlOf, server }
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

async function makeTemplate(adminUrl: string, urlOf: (name: string) => string): Promise<string> {
  const name = freshName('template')
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
