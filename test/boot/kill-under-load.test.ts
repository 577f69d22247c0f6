import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { textMember } from '../../src/base/json.ts'
import { startPostgres } from '../../src/embedded/postgres.ts'
import { readRunFile } from '../../src/embedded/run-file.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { silentLog, testWorld, until } from '../support/world.ts'

// The real process tree under load, each part killed in turn with SIGKILL.

const ROOT = dirname(dirname(import.meta.dir))
const dataDir = mkdtempSync(join(tmpdir(), 'sluice-kill-'))
const CALLERS = 8
const HEALED_MS = 90_000

/** Streams eight deltas over some 40 ms, so that every kill hits answers in mid-stream. */
const provider = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    await request.arrayBuffer()
    const body = new ReadableStream({
      async start(controller) {
        const send = (more: object) =>
          controller.enqueue(
            `data: ${JSON.stringify({ id: 'c', model: 'gpt-4o-mini', ...more })}\n\n`,
          )
        for (let index = 0; index < 8; index++) {
          send({ choices: [{ index: 0, delta: { content: 'x' }, finish_reason: null }] })
          await Bun.sleep(5)
        }
        send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
        send({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 8, total_tokens: 11 } })
        controller.enqueue('data: [DONE]\n\n')
        controller.close()
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  },
})

let up: Bun.Subprocess<'ignore', 'pipe', 'ignore'>
let url = ''
let key = ''
let database: Database
const seen = new Set<string>()
const results = { whole: 0, cut: 0, refused: 0, lost: 0 }
let loading = true

async function call(): Promise<void> {
  try {
    const response = await fetch(`${url}/openai/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o-mini', stream: true, messages: [] }),
      signal: AbortSignal.timeout(20_000),
      keepalive: false,
    })
    const id = response.headers.get('x-gateway-request-id')
    if (response.status === 200 && id !== null) seen.add(id)
    const text = await response.text()
    if (response.status !== 200) results.refused++
    else if (text.endsWith('[DONE]\n\n')) results.whole++
    else results.cut++
  } catch {
    results.lost++
    await Bun.sleep(20)
  }
}

async function caller(): Promise<void> {
  while (loading) await call()
}

beforeAll(async () => {
  up = Bun.spawn([process.execPath, 'src/cli.ts', 'up', '--json'], {
    cwd: ROOT,
    env: {
      ...process.env,
      SLUICE_DATA_DIR: dataDir,
      PORT: '0',
      SLUICE_WORKERS: '2',
      DATABASE_URL: undefined,
      NATS_URL: undefined,
      OPENAI_API_KEY: `real-${'k'.repeat(20)}`,
      OPENAI_UPSTREAM_URL: `http://127.0.0.1:${provider.port}`,
      SLUICE_ALLOW_PRIVATE_UPSTREAMS: '1',
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const line = await firstLine(up.stdout)
  url = textMember(line, 'url') ?? ''
  key = textMember(line, 'gateway_key') ?? ''
  const world = testWorld()
  const server = await startPostgres({ dataDir, log: silentLog })
  expect(server.adopted).toBe(true)
  database = openDatabase({ url: server.url, world, poolSize: 2 })
}, 120_000)

afterAll(async () => {
  loading = false
  up.kill('SIGTERM')
  await up.exited
  await database?.close()
  await provider.stop(true)
  rmSync(dataDir, { recursive: true, force: true })
}, 120_000)

test('every part killed in turn under load: service returns, and each call has exactly one trace', async () => {
  const callers = Array.from({ length: CALLERS }, caller)
  await wholeCalls(20)
  for (const name of ['gateway-1', 'exporter', 'postgres', 'nats', 'gateway-2']) {
    const pid = readRunFile(dataDir)?.parts.find((part) => part.name === name)?.pid
    if (pid === undefined) throw new Error(`no ${name} runs`)
    process.kill(pid, 'SIGKILL')
    await until(
      `another ${name}`,
      () => {
        const now = readRunFile(dataDir)?.parts.find((part) => part.name === name)?.pid
        return now !== undefined && now !== pid
      },
      HEALED_MS,
    )
    await wholeCalls(20)
  }
  loading = false
  await Promise.all(callers)
  await until(
    'every row to be closed and every event delivered',
    async () => {
      const [row] = await database.sql<{ left: number }[]>`
      select ((select count(*) from exchanges where outcome is null)
            + (select count(*) from outbox))::float8 as left`
      return row?.left === 0
    },
    HEALED_MS,
  )
  const [sums] = await database.sql<Record<string, number>[]>`
    select (select count(*) from exchanges)::float8 as calls,
           (select count(*) from runs)::float8 as runs,
           (select count(distinct r.id) from runs r join exchanges e using (id))::float8 as paired,
           (select count(*) from exchanges where outcome = 'interrupted')::float8 as interrupted`
  expect(sums).toMatchObject({ runs: sums?.calls, paired: sums?.calls })
  // Two gateways died with calls in mid-stream.
  expect(sums?.interrupted).toBeGreaterThan(0)
  const rows = await database.sql<{ id: string }[]>`select id from exchanges`
  const known = new Set(rows.map((row) => row.id))
  expect([...seen].filter((id) => !known.has(id))).toEqual([])
  expect(results.whole).toBeGreaterThan(100)
}, 240_000)

/** Waits until that many further calls came back whole: the service is there again. */
function wholeCalls(count: number): Promise<unknown> {
  const wanted = results.whole + count
  return until(`${count} whole answers`, () => results.whole >= wanted, HEALED_MS)
}

async function firstLine(from: ReadableStream<Uint8Array>): Promise<unknown> {
  let text = ''
  for await (const bytes of from) {
    text += new TextDecoder().decode(bytes)
    if (text.includes('\n')) return JSON.parse(text)
  }
  throw new Error('it ended before it was ready')
}
