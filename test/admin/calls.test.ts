import { afterAll, beforeAll, expect, test } from 'bun:test'
import { nanos } from '../../src/base/money.ts'
import { exchanges } from '../../src/store/tables.ts'
import { ALL, callOf, type House, openHouse, storeCall, type Tenant } from './house.ts'

let house: House
let here: Tenant
let there: Tenant
let key: string
let ids: string[]

beforeAll(async () => {
  house = await openHouse()
  here = await house.tenant()
  there = await house.tenant()
  key = house.workspaceKey(here, ALL)
  const calls = [
    callOf(house, here, { opened: { sessionId: 'talk' }, closed: { firstByteMs: 10 } }),
    callOf(house, here, {
      opened: { sessionId: 'talk', requestModel: 'other-model' },
      closed: {
        costNanos: nanos(5n),
        firstByteMs: 30,
        findings: [{ detector: 'email', entity: 'EMAIL', direction: 'request', count: 3 }],
      },
    }),
    callOf(house, here, {
      closed: {
        outcome: 'refused',
        status: 402,
        errorCode: 'spend_limit_reached',
        policies: { matched: [], violated: [{ id: 'p', name: 'Daily cap' }] },
      },
    }),
  ]
  for (const call of calls) await storeCall(house, call)
  ids = calls.map((call) => call.opened.id)
  await storeCall(house, callOf(house, there, { opened: { sessionId: 'talk' } }))
})
afterAll(() => house.close())

async function get(path: string, token = key) {
  const response = await house.send('GET', `/api/v1${path}`, token)
  expect(response.status).toBe(200)
  return response.json()
}

test('calls are listed newest first, page by page, each once', async () => {
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: { data: { id: string }[]; next_cursor: string | null } = await get(
      `/requests?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
    )
    seen.push(...page.data.map((each) => each.id))
    cursor = page.next_cursor
  }
  expect(seen).toEqual(ids.toSorted().toReversed())
})

test('a list can be narrowed, and says why a call was blocked and how often it was redacted', async () => {
  const blocked = await get('/requests?outcome=refused')
  expect(blocked.data).toMatchObject([{ id: ids[2], status: 402, blocked_by: ['Daily cap'] }])
  const other = await get('/requests?name_contains=OTHER')
  expect(other.data).toMatchObject([{ id: ids[1], findings: 3, cost_nanos: '5' }])
  expect((await get('/requests?session_id=talk')).data).toHaveLength(2)
})

test('a call under way is listed apart until it ends', async () => {
  const { opened } = callOf(house, here)
  const { startedAtMs, ...rest } = opened
  await house.database.orm.insert(exchanges).values({ ...rest, startedAt: new Date(startedAtMs) })
  const running = await get('/requests?state=running')
  expect(running.data).toMatchObject([{ id: opened.id, state: 'running', outcome: null }])
  const foreign = house.workspaceKey(there, ALL)
  expect((await get('/requests?state=running', foreign)).data).toEqual([])
})

test('statistics count outcomes and findings of the own workspace alone', async () => {
  const found = await get('/requests/statistics')
  expect(found.outcomes).toEqual({ ok: 2, refused: 1 })
  expect(found.findings).toEqual([{ entity: 'EMAIL', count: 7 }])
  expect(found.sampled).toBe(3)
  expect(found.first_byte_ms.p95).toBeGreaterThanOrEqual(found.first_byte_ms.p50)
  const empty = await get(
    `/requests/statistics?from=${new Date(Date.now() + 60_000).toISOString()}`,
  )
  expect(empty).toMatchObject({ outcomes: {}, sampled: 0, first_byte_ms: null, findings: [] })
})

test('a conversation sums up the calls that carried its session id', async () => {
  const found = await get('/conversations')
  expect(found).toHaveLength(1)
  expect(found[0]).toMatchObject({ id: 'talk', requests: 2, failed: 0 })
  expect(found[0].models).toContain('other-model')
})
