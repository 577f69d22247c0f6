import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { databaseFindings } from '../../src/commands/doctor-database.ts'
import { masterKey } from '../../src/commands/doctor-key.ts'
import { providers } from '../../src/commands/doctor-providers.ts'
import { unreadVariables } from '../../src/commands/doctor-variables.ts'
import { readConfig, VARIABLES } from '../../src/config.ts'
import { freePort } from '../../src/embedded/port.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld } from '../support/world.ts'
import { makeCertificates } from '../upstream/certificates.ts'

setDefaultTimeout(120_000)
const world = testWorld()
let database: TestDatabase
let dataDir: string
beforeAll(async () => {
  database = await testDatabase()
  dataDir = mkdtempSync(join(tmpdir(), 'sluice-doctor-'))
})
afterAll(async () => {
  await database.close()
  rmSync(dataDir, { recursive: true })
})

function contextOf(env: Record<string, string>) {
  const silent = () => {}
  const config = readConfig({ SLUICE_ALLOW_PRIVATE_UPSTREAMS: '1', ...env })
  return { config, world, json: false, out: silent, err: silent }
}

test('a provider that answers, one that does not, and one whose certificate does not hold are told apart', async () => {
  using plain = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const certificates = makeCertificates()
  using forged = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    tls: { key: certificates.key, cert: certificates.cert },
    fetch: () => new Response(),
  })
  const found = await providers(
    contextOf({
      OPENAI_UPSTREAM_URL: `http://127.0.0.1:${plain.port}`,
      ANTHROPIC_UPSTREAM_URL: `http://127.0.0.1:${freePort('127.0.0.1')}`,
      GEMINI_UPSTREAM_URL: `https://localhost:${forged.port}`,
    }),
  )
  expect(found.map(({ name, state }) => [name, state])).toEqual([
    ['provider openai', 'ok'],
    ['provider anthropic', 'note'],
    ['provider gemini', 'problem'],
  ])
  expect(found[0]?.says).toContain('without TLS')
  expect(found[2]?.says).toContain('certificate does not hold')
  for (const { fix } of found.slice(1)) expect(fix).toBeTruthy()
})

test('a provider whose time is another one tells of our clock', async () => {
  const date = new Date(Date.now() - 600_000).toUTCString()
  using late = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: () => new Response(null, { headers: { date } }),
  })
  const url = `http://127.0.0.1:${late.port}`
  const found = await providers(
    contextOf({ OPENAI_UPSTREAM_URL: url, ANTHROPIC_UPSTREAM_URL: url, GEMINI_UPSTREAM_URL: url }),
  )
  expect(found.filter(({ state }) => state === 'problem')).toHaveLength(3)
  expect(found[1]?.says).toMatch(/this clock is (59\d|60\d) s ahead of it/)
})

test('a database that does not wait for its disk, or lives in another time, is a problem with a fix', async () => {
  const states = async (given = world) => {
    const found = await databaseFindings(database, given, 'test')
    return Object.fromEntries(found.map(({ name, state }) => [name, state]))
  }
  // The tests' own server runs without fsync, for speed.
  const [{ fsync } = { fsync: 'on' }] = await database.sql<{ fsync: string }[]>`show fsync`
  expect(await states()).toMatchObject({
    database: 'ok',
    durability: fsync === 'on' ? 'ok' : 'problem',
    'database clock': 'ok',
    migrations: 'ok',
  })
  const ahead = testWorld({ clock: { ...world.clock, now: () => Date.now() + 60_000 } })
  expect(await states(ahead)).toMatchObject({ 'database clock': 'problem' })
})

test('the master key is looked for where it is read, and never shown', async () => {
  const env = { SLUICE_DATA_DIR: dataDir }
  const state = async (more: Record<string, string> = {}) =>
    (await masterKey(contextOf({ ...env, ...more })))[0]
  expect(await state()).toMatchObject({ state: 'ok' })
  expect(await state({ DATABASE_URL: 'postgres://x/y' })).toMatchObject({ state: 'note' })
  mkdirSync(join(dataDir, 'postgres'))
  expect(await state()).toMatchObject({ state: 'problem' })
  const key = Buffer.alloc(32, 7).toString('base64')
  expect(await state({ SLUICE_MASTER_KEY: key })).toMatchObject({ state: 'ok' })
  writeFileSync(join(dataDir, 'master.key'), 'not a key', { mode: 0o600 })
  expect(await state()).toMatchObject({ state: 'problem' })
  writeFileSync(join(dataDir, 'master.key'), key, { mode: 0o600 })
  const found = await state()
  expect(found).toMatchObject({ state: 'ok' })
  expect(JSON.stringify(found)).not.toContain(key)
})

test('a variable that nobody reads is told, with what was probably meant', () => {
  const all = Object.fromEntries(VARIABLES.map(({ name }) => [name, '1']))
  expect(unreadVariables(all)).toEqual([])
  expect(
    unreadVariables({
      SLUICE_WORKER: '2',
      SLUICE_DATADIR: '/x',
      sluice_workers: '2',
      SLUICE_FAVOURITE_COLOUR: 'blue',
      // Kubernetes sets these for a service called sluice.
      SLUICE_SERVICE_HOST: '10.0.0.1',
      SLUICE_PORT: 'tcp://10.0.0.1:8787',
      SLUICE_PORT_8787_TCP_ADDR: '10.0.0.1',
      SLUICE_API_KEY: 'x',
      PATH: '/bin',
    }).map(({ name, state, fix }) => [name, state, fix]),
  ).toEqual([
    ['SLUICE_DATADIR', 'problem', 'did you mean SLUICE_DATA_DIR?'],
    ['SLUICE_FAVOURITE_COLOUR', 'note', undefined],
    ['SLUICE_WORKER', 'problem', 'did you mean SLUICE_WORKERS?'],
    ['sluice_workers', 'problem', 'did you mean SLUICE_WORKERS?'],
  ])
})
