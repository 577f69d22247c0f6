import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '../../src/base/world.ts'
import { isAlive, type ProcessRecord, recordOf } from '../../src/embedded/process-table.ts'
import {
  type Service,
  type Supervisor,
  type SupervisorOptions,
  supervisor,
} from '../../src/embedded/supervisor.ts'

const SILENT: Log = { info() {}, warn() {}, error() {} }
const FIXTURE = join(import.meta.dir, 'fixtures/worker.ts')

let dataDir: string
let running: Supervisor | undefined
let seen: ProcessRecord[]

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sluice-sup-'))
  seen = []
})

afterEach(async () => {
  running?.force()
  await running?.stop()
  running = undefined
  rmSync(dataDir, { recursive: true, force: true })
})

/** A process that stands for a service: real enough to be killed. */
async function service(name: string, url: () => string): Promise<Service> {
  const child = Bun.spawn([process.execPath, '-e', 'setInterval(() => {}, 60_000)'], {
    detached: true,
  })
  remember(child.pid)
  return {
    pid: child.pid,
    url: url(),
    exited: child.exited.then((code) => `${name} ${code}`),
    async stop() {
      order.push(name)
      alive.push(workers.filter(isAlive).length)
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

const order: string[] = []
/** How many workers still lived when each service was told to stop. */
const alive: number[] = []
let workers: ProcessRecord[] = []

function remember(pid: number): void {
  const record = recordOf(pid)
  if (record) seen.push(record)
}

function make(
  more: Partial<SupervisorOptions> & { env?: Record<string, string> } = {},
): Supervisor {
  const program = { command: [process.execPath, FIXTURE], cwd: dataDir }
  order.length = 0
  alive.length = 0
  workers = []
  const made = supervisor({
    dataDir,
    log: SILENT,
    startPostgres: () => service('postgres', () => 'postgres://x@/x?host=/nowhere'),
    startNats: () => service('nats', () => 'nats://127.0.0.1:1'),
    async prepare() {},
    gateway: { ...program, count: 2 },
    exporter: program,
    backOff: { firstMs: 10, maxMs: 100, healthyMs: 60_000 },
    ...more,
    env: { PATH: process.env.PATH ?? '', ...more.env },
  })
  running = made
  return made
}

async function until(what: () => boolean, limitMs = 30_000): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!what()) {
    if (performance.now() > deadline) throw new Error('it did not happen in time')
    await Bun.sleep(5)
  }
}

function allPids(from: Supervisor): number[] {
  const { gateway, exporter, postgres, nats } = from.pids()
  return [...gateway, exporter, postgres, nats].filter((pid) => pid !== null)
}

test('the database is prepared before any worker starts', async () => {
  const steps: string[] = []
  const tree = make({
    async prepare(url) {
      steps.push(`prepare ${url.startsWith('postgres:')}`)
    },
    onChange: (part, state) => steps.push(`${part} ${state}`),
  })
  await tree.start()
  const at = (step: string): number => steps.indexOf(step)
  expect(at('postgres running')).toBeGreaterThanOrEqual(0)
  expect(at('prepare true')).toBeGreaterThan(at('postgres running'))
  expect(at('gateway-1 starting')).toBeGreaterThan(at('prepare true'))
  expect(at('gateway-1 starting')).toBeGreaterThan(at('nats running'))
  expect(allPids(tree)).toHaveLength(5)
})

test.each(['gateway-1', 'gateway-2', 'exporter', 'postgres', 'nats'])(
  'a killed %s is started again, and nothing else is',
  async (name) => {
    const tree = make()
    await tree.start()
    const before = new Map(tree.parts().map((each) => [each.name, each.pid]))
    process.kill(before.get(name) ?? 0, 'SIGKILL')
    await until(() => {
      const part = tree.parts().find((each) => each.name === name)
      return part?.state === 'running' && part.pid !== before.get(name)
    })
    for (const part of tree.parts())
      if (part.name !== name) expect(part.pid).toBe(before.get(part.name) ?? null)
    expect(tree.parts().find((each) => each.name === name)?.restarts).toBe(1)
  },
)

test('workers learn a new address of the bus', async () => {
  let starts = 0
  const tree = make({ startNats: () => service('nats', () => `nats://127.0.0.1:${++starts}`) })
  await tree.start()
  process.kill(tree.pids().nats ?? 0, 'SIGKILL')
  await until(() =>
    ['gateway-1', 'gateway-2', 'exporter'].every((name) =>
      readFileSync(join(dataDir, `logs/${name}.log`), 'utf8').includes(
        'serving nats://127.0.0.1:2',
      ),
    ),
  )
})

test('stopping ends gateways first, then the exporter, the bus and the database', async () => {
  const tree = make({ env: { FIXTURE_DRAIN_MS: '100' } })
  await tree.start()
  for (const pid of allPids(tree)) remember(pid)
  const { gateway, exporter } = tree.pids()
  workers = seen.filter(({ pid }) => gateway.includes(pid) || pid === exporter)
  expect(workers).toHaveLength(3)
  await tree.stop()
  expect(order).toEqual(['nats', 'postgres'])
  expect(alive).toEqual([0, 0])
  expect(seen.filter(isAlive)).toEqual([])
  for (const name of ['gateway-1', 'gateway-2', 'exporter'])
    expect(readFileSync(join(dataDir, `logs/${name}.log`), 'utf8')).toContain('stop asked')
})

test('a draining gateway is waited for, and forcing ends the wait', async () => {
  const tree = make({ env: { FIXTURE_DRAIN_MS: '30000' } })
  await tree.start()
  for (const pid of allPids(tree)) remember(pid)
  const stopped = tree.stop()
  await until(() =>
    readFileSync(join(dataDir, 'logs/gateway-1.log'), 'utf8').includes('stop asked'),
  )
  expect(tree.pids().gateway).toHaveLength(2)
  expect(order).toEqual([])
  tree.force()
  await stopped
  expect(seen.filter(isAlive)).toEqual([])
})

test('a program that cannot start fails the start with its own last words and leaves nothing', async () => {
  const tree = make({ env: { FIXTURE_FAILS: '1' } })
  const failure = await tree.start().catch((cause: unknown) => String(cause))
  expect(failure).toContain('gateway-1 did not start')
  expect(failure).toContain('refusing to start')
  expect(seen.filter(isAlive)).toEqual([])
})

test('stopping in the middle of the start leaves nothing', async () => {
  const tree = make({ env: { FIXTURE_SILENT: '1' } })
  const started = tree.start().catch((cause: unknown) => String(cause))
  await until(() => tree.parts().some((each) => each.name === 'nats'))
  await tree.stop()
  expect(await started).toContain('did not start')
  expect(seen.filter(isAlive)).toEqual([])
})
