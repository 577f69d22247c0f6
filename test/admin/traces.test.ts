import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Client } from 'langsmith'
import type { ExchangeEvent } from '../../src/base/exchange.ts'
import { newId } from '../../src/base/id.ts'
import { exchanges } from '../../src/store/tables.ts'
import { ALL, callOf, type House, keyProject, openHouse, storeCall, type Tenant } from './house.ts'

let house: House
let here: Tenant
let there: Tenant
let key: string
let foreign: string
let call: ExchangeEvent
let refused: ExchangeEvent
let projectName: string
let listener: ReturnType<typeof Bun.serve>

beforeAll(async () => {
  house = await openHouse()
  here = await house.tenant()
  there = await house.tenant()
  key = house.workspaceKey(here, ALL)
  foreign = house.workspaceKey(there, ALL)
  call = callOf(house, here)
  projectName = await keyProject(house, call)
  await storeCall(house, call)
  refused = callOf(house, here, {
    opened: { requestModel: 'gpt-5' },
    closed: {
      outcome: 'refused',
      status: 402,
      errorCode: 'spend_limit_reached',
      usage: undefined,
      costNanos: undefined,
      costBasis: undefined,
      firstByteMs: undefined,
    },
  })
  await storeCall(house, refused)
  await storeCall(house, callOf(house, there))
  listener = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => house.app.handle(request),
  })
})
afterAll(async () => {
  await listener.stop(true)
  await house.close()
})

interface Page {
  runs: Record<string, unknown>[]
  cursors: { next: string | null }
}

async function query(body: unknown, token = key): Promise<Page> {
  const response = await house.send('POST', '/api/v1/runs/query', token, body)
  expect(response.status).toBe(200)
  return (await response.json()) as Page
}

function clientOf(apiKey: string): Client {
  return new Client({
    apiUrl: `http://127.0.0.1:${listener.port}/api/v1`,
    apiKey,
    autoBatchTracing: false,
    callerOptions: { maxRetries: 0 },
  })
}

describe('the original client reads our traces', () => {
  test('listRuns({ projectName: "gateway" }) gives every call of the workspace and no other', async () => {
    const found = []
    for await (const run of clientOf(key).listRuns({ projectName: 'gateway' })) found.push(run)
    expect(found.map((run) => run.id).sort()).toEqual([call.opened.id, refused.opened.id].sort())
    const run = found.find((each) => each.id === call.opened.id)
    expect(run).toMatchObject({
      run_type: 'llm',
      status: 'success',
      prompt_tokens: 120,
      completion_tokens: 30,
      total_tokens: 150,
      trace_id: call.opened.id,
    })
    expect(new Date(String(run?.start_time)).getTime()).toBe(call.opened.startedAtMs)
  })

  test("listRuns of a key project gives that key's calls, with the project as its session", async () => {
    const client = clientOf(key)
    const project = await client.readProject({ projectName })
    const found = []
    for await (const run of client.listRuns({ projectName })) found.push(run)
    expect(found.map((run) => run.id)).toEqual([call.opened.id])
    expect(found[0]?.session_id).toBe(project.id)
  })

  test('readRun and readProject by id work; a foreign key gets 404 for both', async () => {
    const client = clientOf(key)
    const run = await client.readRun(call.opened.id)
    expect(run.id).toBe(call.opened.id)
    const project = await client.readProject({ projectId: String(run.session_id) })
    expect(project.name).toBe('gateway')
    const stranger = clientOf(foreign)
    await expect(stranger.readRun(call.opened.id)).rejects.toThrow(/404/)
    await expect(stranger.readProject({ projectId: project.id })).rejects.toThrow(/404/)
  })

  test('listProjects lists both projects of the call', async () => {
    const names = []
    for await (const project of clientOf(key).listProjects()) names.push(project.name)
    expect(names.sort()).toEqual(['gateway', projectName].sort())
  })
})

describe('trace queries', () => {
  test('a page says where the next one begins, and the pages together are the whole, newest first', async () => {
    const seen: unknown[] = []
    let cursor: string | null = null
    do {
      const page: Page = await query({ limit: 1, ...(cursor ? { cursor } : {}) })
      seen.push(...page.runs.map((run) => run.id))
      cursor = page.cursors.next
    } while (cursor !== null)
    expect(seen).toEqual([refused.opened.id, call.opened.id])
  })

  test('error, time and id narrow the list', async () => {
    expect((await query({ error: true })).runs.map((run) => run.id)).toEqual([refused.opened.id])
    expect((await query({ error: false })).runs.map((run) => run.id)).toEqual([call.opened.id])
    expect((await query({ id: [call.opened.id] })).runs).toHaveLength(1)
    expect((await query({ trace: refused.opened.id })).runs).toHaveLength(1)
    expect((await query({ start_time: '2100-01-01T00:00:00Z' })).runs).toHaveLength(0)
    expect((await query({ end_time: '2000-01-01T00:00:00Z' })).runs).toHaveLength(0)
    expect((await query({ run_type: 'tool' })).runs).toHaveLength(0)
    expect((await query({ run_type: 'llm', is_root: true })).runs).toHaveLength(2)
    expect((await query({ is_root: false })).runs).toHaveLength(0)
  })

  test('a foreign or unknown project gives nothing, never everything', async () => {
    const sessions = await house.send('GET', '/api/v1/sessions?name=gateway', foreign)
    const [theirs] = (await sessions.json()) as { id: string }[]
    expect((await query({ session: [theirs?.id] })).runs).toHaveLength(0)
    expect((await query({ session: [newId(house.world)] })).runs).toHaveLength(0)
    expect((await query({ session: [] })).runs).toHaveLength(0)
  })

  test('unknown members are tolerated, filter expressions are refused rather than ignored', async () => {
    expect((await query({ made_up: 1, select: ['id', 'status'] })).runs[0]).toEqual({
      id: refused.opened.id,
      status: 'error',
    })
    const response = await house.send('POST', '/api/v1/runs/query', key, { filter: 'eq(a, 1)' })
    expect(response.status).toBe(422)
  })

  test('cost is exact to the nanodollar on the wire, and says how it is known', async () => {
    const response = await house.send('GET', `/api/v1/runs/${call.opened.id}`, key)
    const text = await response.text()
    expect(text).toContain('"total_cost":123456789.123456789')
    expect(text).toContain('"cost_nanos":"123456789123456789"')
    expect(text).toContain('"cost_basis":"measured"')
  })

  test('a refused call says why in our own words, and its cost is null, not zero', async () => {
    const response = await house.send('GET', `/api/v1/runs/${refused.opened.id}`, key)
    const run = (await response.json()) as Record<string, unknown>
    expect(run).toMatchObject({ status: 'error', total_cost: null, total_tokens: null })
    expect(String(run.error)).toStartWith('spend_limit_reached: ')
  })

  test('an id that is none is a 422, a foreign one a 404', async () => {
    for (const path of ['runs', 'requests', 'sessions']) {
      expect((await house.send('GET', `/api/v1/${path}/nonsense`, key)).status).toBe(422)
      expect((await house.send('GET', `/api/v1/${path}/${newId(house.world)}`, key)).status).toBe(
        404,
      )
    }
    for (const path of ['runs', 'requests'])
      expect((await house.send('GET', `/api/v1/${path}/${call.opened.id}`, foreign)).status).toBe(
        404,
      )
  })
})

describe('one call', () => {
  test('is told with outcome, usage, cost, policies, findings and timings', async () => {
    const response = await house.send('GET', `/api/v1/requests/${call.opened.id}`, key)
    const body = (await response.json()) as Record<string, unknown>
    expect(body).toMatchObject({
      id: call.opened.id,
      state: 'ended',
      outcome: 'ok',
      status: 200,
      usage: { inputTokens: 120 },
      cost_nanos: '123456789123456789',
      cost_basis: 'measured',
      timings: { duration_ms: 1200, first_byte_ms: 250.5, overhead_ms: 1.25 },
    })
  })

  test('is known while it runs', async () => {
    const { opened } = callOf(house, here)
    await house.database.orm.insert(exchanges).values({
      ...opened,
      requestModel: 'gpt-4o',
      userId: null,
      parentSpanId: null,
      traceState: null,
      sessionId: null,
      userAgent: null,
      startedAt: new Date(opened.startedAtMs),
    })
    const response = await house.send('GET', `/api/v1/requests/${opened.id}`, key)
    expect(await response.json()).toMatchObject({ state: 'running', outcome: null, cost_usd: null })
  })
})
