import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PostgresServer, startPostgres } from '../../src/embedded/postgres.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { silentLog, testWorld, until } from '../support/world.ts'

setDefaultTimeout(120_000)
const world = testWorld()
const servers: PostgresServer[] = []
const pools: Database[] = []
const dirs: string[] = []

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close()
  for (const server of servers.splice(0)) await server.stop()
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true })
})

function freshDir(name = 'sluice-embedded-'): string {
  const dir = mkdtempSync(join(tmpdir(), name))
  dirs.push(dir)
  return dir
}

/** A cluster made once and stopped: what the tests that need one already there begin with. */
let ready: Promise<string> | undefined
afterAll(async () => {
  if (ready) rmSync(await ready, { recursive: true, force: true })
})

/** Puts a copy of the ready cluster into `dataDir`. */
async function prepared(dataDir = freshDir()): Promise<string> {
  ready ??= (async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sluice-ready-'))
    const server = await startPostgres({ dataDir: dir, log: silentLog })
    await server.stop()
    return dir
  })()
  const copied = Bun.spawnSync(['cp', '-a', join(await ready, 'postgres'), dataDir])
  if (copied.exitCode !== 0) throw new Error(copied.stderr.toString())
  return dataDir
}

async function start(dataDir: string): Promise<PostgresServer> {
  const server = await startPostgres({ dataDir, log: silentLog })
  servers.push(server)
  return server
}

function pool(server: PostgresServer): Database {
  const database = openDatabase({ url: server.url, world, poolSize: 2 })
  pools.push(database)
  return database
}

async function setting(database: Database, name: string): Promise<string | undefined> {
  const [row] = await database.sql<{ value: string }[]>`select current_setting(${name}) as value`
  return row?.value
}

/** Names the uid a process runs as. */
function ownerOf(pid: number): number {
  return Number(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

/** Also reparented processes that nobody reaped count as gone. */
function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return true
  }
}

describe('the embedded PostgreSQL', () => {
  test('serves on a private socket only, durably, and keeps its data over a restart', async () => {
    const dataDir = freshDir()
    const server = await start(dataDir)
    const database = pool(server)
    expect(await setting(database, 'listen_addresses')).toBe('')
    expect(await setting(database, 'fsync')).toBe('on')
    expect(await setting(database, 'synchronous_commit')).toBe('on')
    expect(await setting(database, 'shared_buffers')).toBe('64MB')
    expect(await setting(database, 'server_encoding')).toBe('UTF8')
    expect(statSync(server.socketDir).mode & 0o777).toBe(0o700)
    expect(Buffer.byteLength(server.socketDir)).toBeLessThanOrEqual(100)
    expect(server.adopted).toBe(false)
    await database.sql`create table kept (n integer)`
    await database.sql`insert into kept values (42)`
    await server.stop()
    expect(isGone(server.pid)).toBe(true)
    expect(existsSync(server.socketDir)).toBe(false)
    const again = await start(dataDir)
    const [row] = await pool(again).sql`select n from kept`
    expect(row?.n).toBe(42)
  })

  test('never runs as root, also when root starts it', async () => {
    const server = await start(await prepared())
    const me = process.getuid?.()
    if (me === 0) expect(ownerOf(server.pid)).not.toBe(0)
    else expect(ownerOf(server.pid)).toBe(me ?? -1)
  })

  test('a server that was left behind is adopted, and can be stopped', async () => {
    const dataDir = await prepared()
    const script = join(dataDir, 'leave.ts')
    const module = join(import.meta.dir, '../../src/embedded/postgres.ts')
    writeFileSync(
      script,
      `const { startPostgres } = await import(${JSON.stringify(module)})
const log = { info() {}, warn() {}, error() {} }
const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, log })
console.log(server.pid)
process.kill(process.pid, 'SIGKILL')`,
    )
    const child = Bun.spawn([process.execPath, script], { stdout: 'pipe' })
    const pid = Number((await new Response(child.stdout).text()).trim())
    const server = await start(dataDir)
    expect(server.adopted).toBe(true)
    expect(server.pid).toBe(pid)
    expect(await pool(server).ping()).toBe(true)
    await server.stop()
    expect(isGone(pid)).toBe(true)
  })

  test('a killed postmaster is noticed, and the next start recovers what was committed', async () => {
    const dataDir = await prepared()
    const server = await start(dataDir)
    const database = pool(server)
    await database.sql`create table kept as select generate_series(1, 1000) as n`
    process.kill(server.pid, 'SIGKILL')
    await server.exited
    const again = await start(dataDir)
    expect(again.adopted).toBe(false)
    const [row] = await pool(again).sql`select count(*)::int as n from kept`
    expect(row?.n).toBe(1_000)
  })

  test('a lock whose pid now belongs to another program does not keep it from starting', async () => {
    const dataDir = await prepared()
    const server = await start(dataDir)
    const lock = join(dataDir, 'postgres/postmaster.pid')
    const [, ...rest] = readFileSync(lock, 'utf8').split('\n')
    await server.stop()
    // Our own pid lives, and is no PostgreSQL: as after a restart of a container.
    writeFileSync(lock, [String(process.pid), ...rest].join('\n'))
    const again = await start(dataDir)
    expect(await pool(again).ping()).toBe(true)
  })

  test('two starts at once end with one server', async () => {
    const dataDir = freshDir()
    const [one, two] = await Promise.all([start(dataDir), start(dataDir)])
    expect(one?.pid).toBe(two?.pid ?? 0)
    expect([one?.adopted, two?.adopted].sort()).toEqual([false, true])
  })

  test('a long path is no trouble for the socket', async () => {
    const dataDir = join(freshDir(), 'a'.repeat(60), 'b'.repeat(60))
    mkdirSync(dataDir, { recursive: true })
    const server = await start(await prepared(dataDir))
    expect(await pool(server).ping()).toBe(true)
  })

  test('a directory that root alone may enter is no trouble either', async () => {
    const home = freshDir('sluice-private-')
    const dataDir = join(home, 'data')
    // mkdtemp made it 0700 for this user; what lies in it stays out of reach for every other account.
    const server = await start(dataDir)
    expect(statSync(home).mode & 0o777).toBe(0o700)
    expect(await pool(server).ping()).toBe(true)
    const database = pool(server)
    await database.sql`create table kept (n integer)`
  })

  test('a database of another major version is refused with a fix, and left alone', async () => {
    const dataDir = await prepared()
    const version = join(dataDir, 'postgres/PG_VERSION')
    writeFileSync(version, '17\n')
    expect(startPostgres({ dataDir, log: silentLog })).rejects.toThrow(/PostgreSQL 17.*\nFix:/)
    expect(readFileSync(version, 'utf8')).toBe('17\n')
  })

  test('a start that was killed half-way leaves nothing that looks like a database', async () => {
    const dataDir = freshDir()
    const script = join(dataDir, 'half.ts')
    const module = join(import.meta.dir, '../../src/embedded/postgres.ts')
    writeFileSync(
      script,
      `const { startPostgres } = await import(${JSON.stringify(module)})
const log = { info() {}, warn() {}, error() {} }
await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, log, progress: () => console.log('creating') })`,
    )
    const child = Bun.spawn([process.execPath, script], { stdout: 'pipe' })
    const reader = child.stdout.getReader()
    await reader.read()
    const drafts = () => [...new Bun.Glob('postgres.new-*/**').scanSync({ cwd: dataDir })]
    await until('a draft', () => drafts().length > 5)
    child.kill('SIGKILL')
    await child.exited
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false)
    const server = await start(dataDir)
    expect(await pool(server).ping()).toBe(true)
  })

  test('a data directory that cannot be written is refused with a fix', async () => {
    const file = join(freshDir(), 'file')
    writeFileSync(file, '')
    for (const dataDir of ['/proc/sluice', file]) {
      const outcome = await startPostgres({ dataDir, log: silentLog }).catch((cause) => `${cause}`)
      expect(outcome).toMatch(/Fix: set SLUICE_DATA_DIR/)
    }
  })
})
