import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { COMMANDS } from '../../src/commands/index.ts'
import { proxyNotes, withoutPassword } from '../../src/commands/up-proxies.ts'
import { VARIABLES } from '../../src/config.ts'
import { freePort } from '../../src/embedded/port.ts'

const ROOT = dirname(dirname(import.meta.dir))
const dataDir = mkdtempSync(join(tmpdir(), 'sluice-cli-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

async function cli(args: readonly string[], env: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, 'src/cli.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: dataDir, SLUICE_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  return { code: await child.exited, out, err }
}

test('an unknown command is answered with the list and exit code 2', async () => {
  const { code, out, err } = await cli(['constructor'])
  expect(code).toBe(2)
  expect(out).toBe('')
  expect(err).toContain('no command called constructor')
  for (const { name, summary } of COMMANDS) {
    expect(err).toContain(name)
    expect(err).toContain(summary)
  }
})

test('a client named by half of its name is asked for by its whole one', async () => {
  const { code, err } = await cli(['snippet', 'openai'])
  expect(code).toBe(2)
  expect(err).toContain('openai-js or openai-python?')
  const other = await cli(['snippet', 'constructor'])
  expect(other.code).toBe(2)
  expect(other.err).toContain('claude-code')
})

test('--help lists the commands and ends well', async () => {
  const { code, out } = await cli(['--help'])
  expect(code).toBe(0)
  expect(out).toContain('usage:')
})

test.each(COMMANDS.map(({ name }) => name))(
  '%s explains itself and has one summary',
  async (name) => {
    const lazy = COMMANDS.find((each) => each.name === name)
    const command = await lazy?.load()
    expect(command?.name).toBe(name)
    expect(command?.summary).toBe(lazy?.summary ?? '')
    expect(command?.usage).toContain(name)
  },
)

test('every mistake of the configuration is told at once, with exit code 2 and no stack', async () => {
  const { code, err } = await cli(['doctor'], {
    PORT: 'eighty',
    BASE_PATH: 'gateway',
    SLUICE_WORKERS: '0',
    DATABASE_URL: 'mysql://x',
  })
  expect(code).toBe(2)
  for (const name of ['PORT', 'BASE_PATH', 'SLUICE_WORKERS', 'DATABASE_URL'])
    expect(err).toContain(`✗ ${name}`)
  expect(err).not.toContain(' at ')
})

test('doctor finds a taken port, an unreachable database and a readable key, each with a fix', async () => {
  using taken = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const closed = freePort('127.0.0.1')
  writeFileSync(join(dataDir, 'master.key'), 'x', { mode: 0o644 })
  const password = 'p'.repeat(20)
  const { code, out } = await cli(['doctor', '--json', '--offline'], {
    PORT: String(taken.port),
    DATABASE_URL: `postgres://me:${password}@127.0.0.1:${closed}/x`,
    NATS_URL: `nats://127.0.0.1:${closed}`,
  })
  rmSync(join(dataDir, 'master.key'))
  expect(code).toBe(1)
  expect(out).not.toContain(password)
  const told: { ok: boolean; findings: { name: string; state: string; fix?: string }[] } =
    JSON.parse(out)
  const problems = told.findings.filter(({ state }) => state === 'problem')
  expect(problems.map(({ name }) => name)).toEqual([
    `port ${taken.port}`,
    'master.key',
    'database',
    'nats',
  ])
  for (const { fix } of problems) expect(fix).toBeTruthy()
})

test('doctor lists every variable and shows no secret', async () => {
  const key = `sk-${'a'.repeat(24)}`
  const { code, out } = await cli(['doctor', '--offline'], {
    PORT: '0',
    OPENAI_API_KEY: key,
    SLUICE_EXPORTS: JSON.stringify([{ headers: { authorization: key } }]),
  })
  expect(code).toBe(0)
  for (const { name } of VARIABLES) expect(out).toContain(name)
  expect(out).not.toContain(key)
})

test('looking leaves no trace: doctor, status and down make nothing', async () => {
  const before = readdirSync(dataDir)
  expect((await cli(['status'])).code).toBe(1)
  expect((await cli(['doctor', '--offline'], { PORT: '0' })).code).toBe(0)
  expect(readdirSync(dataDir)).toEqual(before)
  expect((await cli(['down'])).out).toBe('nothing runs\n')
})

test('a taken port ends the start before anything is started', async () => {
  using taken = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const { code, err } = await cli(['up'], { PORT: String(taken.port) })
  expect(code).toBe(1)
  expect(err).toContain(`Port ${taken.port} is taken`)
  expect(err).toContain('Fix:')
  expect(readdirSync(dataDir)).not.toContain('postgres')
})

test('a data directory that cannot be made is explained with a fix', async () => {
  const file = join(dataDir, 'a-file')
  writeFileSync(file, '')
  const { code, err } = await cli(['up'], { SLUICE_DATA_DIR: join(file, 'below') })
  expect(code).toBe(1)
  expect(err).toContain('cannot be written')
  expect(err).toContain('Fix:')
})

test('a proxy’s password is never shown', () => {
  const password = 'p'.repeat(9)
  expect(withoutPassword(`http://me:${password}@proxy:3128`)).toBe('http://me:***@proxy:3128')
  expect(withoutPassword(`http://me:a@${password}@proxy:3128`)).not.toContain(password)
  expect(proxyNotes({ NO_PROXY: 'localhost' })).toEqual([])
  expect(proxyNotes({ https_proxy: `http://u:${password}@p:1` })).toEqual([
    'Provider calls go through https_proxy=http://u:***@p:1',
  ])
})
