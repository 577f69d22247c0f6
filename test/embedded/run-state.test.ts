import { afterEach, beforeEach, expect, test } from 'bun:test'
import {
  appendFileSync,
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
import { attach, type ProcessHost } from '../../src/embedded/attachment.ts'
import { firstScreen } from '../../src/embedded/first-screen.ts'
import { keep, type Running } from '../../src/embedded/kept-part.ts'
import { logPathOf, trim } from '../../src/embedded/logs.ts'
import { endOrphans } from '../../src/embedded/orphans.ts'
import { ensurePortFree, freePort, holderOf } from '../../src/embedded/port.ts'
import { isAlive, recordOf } from '../../src/embedded/process-table.ts'
import { readRunFile, writeRunFile } from '../../src/embedded/run-file.ts'
import { takeRunLock } from '../../src/embedded/run-lock.ts'
import { startWorker } from '../../src/embedded/worker-process.ts'
import { until } from '../support/world.ts'

let dataDir: string

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sluice-run-'))
})

afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

function sleeper(): Bun.Subprocess {
  return Bun.spawn([process.execPath, '-e', 'setInterval(() => {}, 60_000)'])
}

test('one data directory has one owner, and a killed owner leaves no lock', async () => {
  const holder = Bun.spawn(
    [
      process.execPath,
      '-e',
      `const { takeRunLock } = await import('${join(import.meta.dir, '../../src/embedded/run-lock.ts')}')
       console.log(takeRunLock('${dataDir}') ? 'held' : 'busy'); setInterval(() => Bun.gc(true), 20)`,
    ],
    { stdout: 'pipe' },
  )
  for await (const bytes of holder.stdout) {
    expect(new TextDecoder().decode(bytes)).toBe('held\n')
    break
  }
  expect(takeRunLock(dataDir)).toBeUndefined()
  holder.kill('SIGKILL')
  await holder.exited
  const lock = takeRunLock(dataDir)
  expect(lock).toBeDefined()
  lock?.release()
  const again = takeRunLock(dataDir)
  expect(again).toBeDefined()
  again?.release()
})

test('leftovers of a killed supervisor are ended, the database and strangers are not', async () => {
  const [worker, database, stranger] = [sleeper(), sleeper(), sleeper()]
  const record = (child: Bun.Subprocess) => recordOf(child.pid) ?? { pid: 0, started: '' }
  writeRunFile(dataDir, {
    supervisor: { pid: 1, started: 'long ago' },
    url: 'http://127.0.0.1:1',
    parts: [
      { ...record(worker), name: 'gateway-1' },
      { ...record(database), name: 'postgres' },
      // The pid was given to another program since.
      { pid: stranger.pid, started: 'another time', name: 'exporter' },
    ],
  })
  expect(await endOrphans(dataDir)).toEqual(['gateway-1'])
  expect(isAlive(record(database))).toBe(true)
  expect(isAlive(record(stranger))).toBe(true)
  // It is gone; that this process has heard of it takes a turn more.
  await worker.exited
  expect(worker.signalCode).toBe('SIGTERM')
  expect(existsSync(join(dataDir, 'run.json'))).toBe(false)
  for (const child of [database, stranger]) {
    child.kill('SIGKILL')
    await child.exited
  }
})

test('a torn or foreign run file is no run file', () => {
  for (const text of ['', '{', '[]', '{"supervisor":{"pid":"1"},"url":"x","parts":[]}']) {
    writeFileSync(join(dataDir, 'run.json'), text)
    expect(readRunFile(dataDir)).toBeUndefined()
  }
})

test('a taken port is refused with its holder and a fix', () => {
  const port = freePort('127.0.0.1')
  ensurePortFree('127.0.0.1', port)
  using server = Bun.serve({
    port,
    hostname: '127.0.0.1',
    reusePort: true,
    fetch: () => new Response(),
  })
  expect(server.port).toBe(port)
  expect(() => ensurePortFree('127.0.0.1', port)).toThrow(/is taken.*\nFix: .*PORT=/)
  if (process.platform === 'linux') expect(holderOf(port)).toContain(`(process ${process.pid})`)
})

test('an address that is not this machine’s is refused with a fix', () => {
  expect(() => ensurePortFree('192.0.2.1', 8787)).toThrow(/Fix: set HOST/)
})

test('a log is cut at its bound and keeps its last part', () => {
  mkdirSync(join(dataDir, 'logs'))
  const path = logPathOf(dataDir, 'gateway-1')
  writeFileSync(path, 'x'.repeat(1_001))
  trim(dataDir, 1_000)
  expect(statSync(path).size).toBe(0)
  expect(readFileSync(`${path}.old`, 'utf8')).toHaveLength(1_001)
  appendFileSync(path, 'short')
  trim(dataDir, 1_000)
  expect(readFileSync(path, 'utf8')).toBe('short')
})

test('a program that answers no ping is ended, so that it can be started again', async () => {
  const hanging = join(dataDir, 'hanging.ts')
  writeFileSync(
    hanging,
    "process.send?.({ type: 'ready', pings: true }); setInterval(() => {}, 1e6)",
  )
  const worker = startWorker({
    command: [process.execPath, hanging],
    cwd: dataDir,
    env: {},
    logPath: join(dataDir, 'hanging.log'),
    pingEveryMs: 5,
  })
  await worker.ready
  expect(await worker.exited).toBe('signal SIGKILL')
})

test('a program that never says ready is ended', async () => {
  const worker = startWorker({
    command: [process.execPath, '-e', 'setInterval(() => {}, 1e6)'],
    cwd: dataDir,
    env: {},
    logPath: join(dataDir, 'silent.log'),
    readyMs: 20,
  })
  expect(await worker.ready.catch((cause: Error) => cause.message)).toContain('before it was ready')
  expect(await worker.exited).toBe('signal SIGKILL')
})

test('a part that keeps failing is tried ever more slowly, and quickly again once healthy', async () => {
  const waits: unknown[] = []
  let starts = 0
  let end = (): void => {}
  const part = await keep<Running>({
    name: 'flaky',
    log: { info() {}, error() {}, warn: (_event, fields) => waits.push(fields?.again_in_ms) },
    async start() {
      starts++
      if (starts > 1 && starts < 6) throw new Error('not yet')
      return {
        pid: 1,
        exited: new Promise<void>((resolve) => (end = resolve)),
        async stop() {
          end()
        },
      }
    },
    backOff: { firstMs: 1, maxMs: 4, healthyMs: 0 },
  })
  end()
  await until('the start that works', () => starts === 6)
  expect(waits).toEqual([1, 2, 4, 4, 4])
  await until('its state', () => part.state === 'running')
  end()
  await until('the next start', () => starts === 7)
  expect(waits.at(-1)).toBe(1)
  await part.stop()
  expect(part.state).toBe('stopped')
})

test('a worker stops once: when told, or when its supervisor is gone', async () => {
  const listeners = new Map<string, (value?: unknown) => void>()
  const said: unknown[] = []
  const reasons: string[] = []
  const exited = Promise.withResolvers<number>()
  const host: ProcessHost = {
    send: (message) => said.push(message),
    on: (event: string, listener: (value: unknown) => void) => listeners.set(event, listener),
    exit: (code) => exited.resolve(code),
  }
  const line = attach({ host, stop: async (reason) => void reasons.push(reason) })
  line.ready()
  listeners.get('message')?.({ type: 'ping' })
  expect(said).toEqual([{ type: 'ready', pings: true }, { type: 'pong' }])
  listeners.get('disconnect')?.()
  listeners.get('SIGTERM')?.()
  expect(await exited.promise).toBe(0)
  expect(reasons).toEqual(['supervisor_gone'])
})

test('the first screen holds a call that a shell runs as it stands, and is plain where no colour is wanted', async () => {
  const ready = {
    url: 'http://127.0.0.1:8787/x',
    admin_url: 'http://127.0.0.1:8787/x',
    console_url: 'http://127.0.0.1:8787/x/console',
    swagger_url: 'http://127.0.0.1:8787/x/swagger',
    organization_id: 'o',
    workspace_id: 'w',
    gateway_key: 'slu_sk_test',
    admin_key: 'slu_sk_admin',
    pids: { supervisor: 1, gateway: [2], exporter: 3, postgres: 4, nats: 5 },
  }
  const lines = firstScreen({ ready, version: '1.2.3', notes: ['a note'], colour: false })
  const text = lines.join('\n')
  expect(text).not.toContain('\x1b')
  expect(text).not.toContain('slu_sk_admin')
  expect(text).toContain('Sluice 1.2.3')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
  const command = text
    .slice(text.indexOf('curl'), text.indexOf('a note'))
    .replace('curl', 'printf "%s\\n"')
  const shell = Bun.spawn(['/bin/sh', '-c', command], { stdout: 'pipe' })
  const words = (await new Response(shell.stdout).text()).trim().split('\n')
  expect(words[1]).toBe('http://127.0.0.1:8787/x/demo/v1/chat/completions')
  expect(words).toContain('authorization: Bearer slu_sk_test')
  expect(JSON.parse(words.at(-1) ?? '')).toMatchObject({ model: 'demo/echo', stream: true })
})
