import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isJsonObject, member, textMember } from '../../src/base/json.ts'
import { isAlive, type ProcessRecord, recordOf } from '../../src/embedded/process-table.ts'
import { readRunFile } from '../../src/embedded/run-file.ts'

// The real product, started the way a newcomer starts it, and killed in every way that happens.

const ROOT = dirname(dirname(import.meta.dir))
const dataDir = mkdtempSync(join(tmpdir(), 'sluice-up-'))
const seen = new Map<number, ProcessRecord>()

interface Started {
  readonly child: Bun.Subprocess<'ignore', 'pipe', 'pipe'>
  /** The one JSON line on stdout. */
  readonly ready: Promise<unknown>
  readonly errors: () => string
}

/** `file` is run by the Bun that runs the tests, so that the start script has nothing to obtain. */
function start(file = 'src/cli.ts', first = 'up'): Started {
  const child = Bun.spawn([process.execPath, file, first, '--json'], {
    cwd: ROOT,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  remember(child.pid)
  let said = ''
  const decoder = new TextDecoder()
  void (async () => {
    for await (const bytes of child.stderr) said += decoder.decode(bytes, { stream: true })
  })()
  return { child, errors: () => said, ready: readLine(child.stdout) }
}

function environment(): Record<string, string | undefined> {
  return {
    ...process.env,
    SLUICE_DATA_DIR: dataDir,
    PORT: '0',
    SLUICE_WORKERS: '2',
    DATABASE_URL: undefined,
    NATS_URL: undefined,
  }
}

async function readLine(from: ReadableStream<Uint8Array>): Promise<unknown> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of from) {
    text += decoder.decode(bytes, { stream: true })
    if (text.includes('\n')) return JSON.parse(text)
  }
  throw new Error(`it ended after saying: ${text}`)
}

function remember(pid: number): void {
  const record = recordOf(pid)
  if (record) seen.set(pid, record)
}

function rememberAll(): Record<string, number> {
  const pids: Record<string, number> = {}
  const run = readRunFile(dataDir)
  for (const part of run?.parts ?? []) {
    pids[part.name] = part.pid
    remember(part.pid)
  }
  if (run) remember(run.supervisor.pid)
  return pids
}

/** Every number below `pids` in `ready.json`. */
function shownPids(): number[] {
  const file: unknown = JSON.parse(readFileSync(join(dataDir, 'ready.json'), 'utf8'))
  return (JSON.stringify(member(file, 'pids')).match(/\d+/g) ?? []).map(Number)
}

async function until(what: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await what())) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`)
    await Bun.sleep(20)
  }
}

async function isServing(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })
    return answer.ok
  } catch {
    return false
  }
}

async function call(ready: unknown): Promise<string> {
  const answer = await fetch(`${textMember(ready, 'url')}/demo/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${textMember(ready, 'gateway_key')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ model: 'demo/echo', messages: [{ role: 'user', content: 'Hello' }] }),
  })
  return `${answer.status} ${(await answer.text()).includes('chat.completion')}`
}

async function command(...args: string[]): Promise<{ code: number; text: string }> {
  const child = Bun.spawn([process.execPath, 'src/cli.ts', ...args], {
    cwd: ROOT,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = await new Response(child.stdout).text()
  return { code: await child.exited, text }
}

let running: Started
let ready: unknown

beforeAll(async () => {
  running = start()
  ready = await running.ready
}, 120_000)

afterAll(async () => {
  rememberAll()
  running.child.kill('SIGTERM')
  await running.child.exited
  for (const record of seen.values()) if (isAlive(record)) process.kill(record.pid, 'SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
}, 120_000)

test('the ready line says all that a script needs, and ready.json is the same and private', () => {
  const file: unknown = JSON.parse(readFileSync(join(dataDir, 'ready.json'), 'utf8'))
  expect(isJsonObject(ready) && Object.keys(ready)).toEqual([
    'url',
    'admin_url',
    'console_url',
    'swagger_url',
    'organization_id',
    'workspace_id',
    'gateway_key',
    'admin_key',
    'pids',
  ])
  expect(file).toEqual(ready)
  for (const name of ['ready.json', 'first-keys.json', 'run.json', 'master.key'])
    expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600)
  expect(textMember(ready, 'console_url')).toMatch(/\/console#token=\S{20,}$/)
  const pids = member(ready, 'pids')
  expect(member(pids, 'supervisor')).toBe(running.child.pid)
  expect(member(pids, 'gateway')).toHaveLength(2)
})

test('the printed call works at once', async () => {
  expect(await call(ready)).toBe('200 true')
})

test('status shows every process', async () => {
  const { code, text } = await command('status', '--json')
  expect(code).toBe(0)
  const names = member(JSON.parse(text), 'processes')
  expect(Array.isArray(names) && names.map((each) => textMember(each, 'name')).sort()).toEqual([
    'exporter',
    'gateway-1',
    'gateway-2',
    'nats',
    'postgres',
    'supervisor',
  ])
})

test('a second start finds the running one and changes nothing', async () => {
  const before = rememberAll()
  const { code, text } = await command('up', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(join(dataDir, 'ready.json'), 'utf8')))
  expect(rememberAll()).toEqual(before)
})

test.each(['gateway-1', 'exporter', 'nats', 'postgres'])(
  'kill -9 of %s heals by itself and ready.json names the new process',
  async (name) => {
    const before = rememberAll()
    process.kill(before[name] ?? 0, 'SIGKILL')
    await until(() => {
      const now = rememberAll()[name]
      return now !== undefined && now !== before[name]
    })
    await until(() => {
      const pids = new Set(shownPids())
      return pids.has(rememberAll()[name] ?? 0) && !pids.has(before[name] ?? 0)
    })
    await until(() => isServing(textMember(ready, 'url') ?? ''))
    await until(async () => (await call(ready)) === '200 true')
  },
  180_000,
)

test('after kill -9 of the supervisor no worker stays, and the next start takes over with the same keys', async () => {
  const before = rememberAll()
  running.child.kill('SIGKILL')
  await running.child.exited
  const workers = ['gateway-1', 'gateway-2', 'exporter'].map((name) => seen.get(before[name] ?? 0))
  await until(() => workers.every((record) => !record || !isAlive(record)))
  running = start()
  const again = await running.ready
  for (const name of ['gateway_key', 'admin_key', 'organization_id', 'workspace_id'])
    expect(textMember(again, name)).toBe(textMember(ready, name) ?? '')
  ready = again
  // The database was still running: it is adopted, not started beside itself.
  expect(member(member(again, 'pids'), 'postgres')).toBe(before.postgres ?? 0)
  expect(await call(again)).toBe('200 true')
}, 180_000)

test('down ends everything and leaves no process', async () => {
  rememberAll()
  const { code } = await command('down')
  expect(code).toBe(0)
  expect(await running.child.exited).toBe(0)
  expect([...seen.values()].filter(isAlive)).toEqual([])
  expect(existsSync(join(dataDir, 'ready.json'))).toBe(false)
  expect((await command('status')).code).toBe(1)
}, 180_000)

test('through the start script, SIGTERM drains to exit code 0 and leaves no process', async () => {
  running = start('src/boot.mjs', 'start')
  ready = await running.ready
  expect(await call(ready)).toBe('200 true')
  rememberAll()
  running.child.kill('SIGTERM')
  expect(await running.child.exited).toBe(0)
  expect([...seen.values()].filter(isAlive)).toEqual([])
}, 180_000)

test('when the start script is killed, everything it started ends in order', async () => {
  running = start('src/boot.mjs', 'start')
  ready = await running.ready
  rememberAll()
  running.child.kill('SIGKILL')
  await until(() => [...seen.values()].every((record) => !isAlive(record)))
  expect(existsSync(join(dataDir, 'ready.json'))).toBe(false)
}, 180_000)
