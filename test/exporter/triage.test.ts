import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { ExchangeEvent } from '../../src/base/exchange.ts'
import { nanos } from '../../src/base/money.ts'
import type { Sink } from '../../src/exporter/sink.ts'
import { issuesSink } from '../../src/exporter/sinks/issues.ts'
import { sightingsOf } from '../../src/exporter/triage.ts'
import { type House, openHouse, type Tenant } from '../admin/house.ts'
import { someEvent } from '../support/nats.ts'

const CAP = { id: 'policy-1', name: 'Monthly cap' }
const NONE = { usage: undefined, costNanos: undefined, costBasis: undefined } as const

function blocked(opened: Partial<ExchangeEvent['opened']> = {}, endedAtMs = Date.now()) {
  return someEvent({
    opened,
    closed: {
      ...NONE,
      endedAtMs,
      outcome: 'refused',
      status: 402,
      upstreamStatus: undefined,
      errorCode: 'spend_limit_reached',
      policies: { matched: [CAP], violated: [CAP] },
    },
  })
}

const priced = { costNanos: nanos(5), costBasis: 'measured' } as const

describe('what a call has to complain about', () => {
  test('nothing, when all is well', () => {
    expect(sightingsOf(someEvent({ closed: priced }))).toEqual([])
  })

  test('each policy that blocked it', () => {
    const found = sightingsOf(blocked())
    expect(found.map((each) => [each.kind, each.policy?.name, each.severity])).toEqual([
      ['spend_limit_reached', 'Monthly cap', 1],
    ])
  })

  test('findings by entity, a secret on its way out worst', () => {
    const finding = { detector: 'x', direction: 'request', count: 3 } as const
    const event = someEvent({
      closed: {
        ...priced,
        findings: [
          { ...finding, entity: 'EMAIL_ADDRESS' },
          { ...finding, entity: 'OPENAI_API_KEY' },
          { ...finding, entity: 'EMAIL_ADDRESS', direction: 'response' },
        ],
      },
    })
    expect(sightingsOf(event).map((each) => [each.kind, each.severity])).toEqual([
      ['redacted:EMAIL_ADDRESS', 3],
      ['redacted:OPENAI_API_KEY', 1],
    ])
  })

  test('a model without a price, by model', () => {
    expect(sightingsOf(someEvent())).toMatchObject([
      { kind: 'unpriced', subjectKind: 'model', subject: 'openai/gpt-test-2026' },
    ])
  })

  test('an answer without usage, and a call whose gateway died', () => {
    const silent = someEvent({ closed: NONE })
    expect(sightingsOf(silent)).toMatchObject([{ kind: 'unaccounted', subjectKind: 'api_key' }])
    const lost = someEvent({
      closed: { ...NONE, outcome: 'interrupted', status: 0, upstreamStatus: undefined },
    })
    expect(sightingsOf(lost)).toMatchObject([{ kind: 'unaccounted' }])
    const models = someEvent({ opened: { operation: 'passthrough' }, closed: NONE })
    expect(sightingsOf(models)).toEqual([])
  })
})

describe('issues', () => {
  let house: House
  let here: Tenant
  let sink: Sink
  let key: string
  beforeAll(async () => {
    house = await openHouse()
    here = await house.tenant()
    sink = issuesSink(house.database, house.world)
    key = house.workspaceKey(here, ['runs:read', 'workspaces:manage'])
  })
  afterAll(() => house.close())

  const store = async (...events: ExchangeEvent[]): Promise<void> => sink.storeUsage?.(events)
  // biome-ignore lint/suspicious/noExplicitAny: the wire is what is tested
  const read = async (path: string, token = key): Promise<any> =>
    (await house.send('GET', `/api/v1/issues${path}`, token)).json()
  const setStatus = (id: string, status: string, token = key) =>
    house.send('PATCH', `/api/v1/issues/${id}`, token, { status })

  test('group by policy, subject and kind, and count each call once however often it comes', async () => {
    const keyId = crypto.randomUUID()
    const mine = { ...here, keyId }
    const events = [blocked(mine), blocked(mine), blocked({ ...here })]
    await Promise.all([store(...events), store(...events), store(...events.toReversed())])
    await store(...events)
    const { data } = await read('?limit=50')
    const one = data.find((issue: { subject: { id: string } }) => issue.subject.id === keyId)
    expect(one).toMatchObject({
      kind: 'spend_limit_reached',
      policy: CAP,
      subject: { kind: 'api_key', id: keyId },
      count: 2,
      status: 'open',
      severity: 1,
    })
    const detail = await read(`/${one.id}`)
    expect(detail.run_ids.toSorted()).toEqual(
      events
        .slice(0, 2)
        .map((event) => event.opened.id)
        .toSorted(),
    )
  })

  test('a resolved issue opens again with a later call, and not with an older one that comes late', async () => {
    const mine = { ...here, keyId: crypto.randomUUID() }
    const late = blocked(mine, Date.now() - 60_000)
    await store(blocked(mine))
    const find = async () =>
      (await read('?limit=100')).data.find(
        (issue: { subject: { id: string } }) => issue.subject.id === mine.keyId,
      )
    const { id } = await find()
    expect((await setStatus(id, 'resolved')).status).toBe(200)
    await store(late)
    expect(await find()).toMatchObject({ status: 'resolved', count: 2, reopened: 0 })
    await store(blocked(mine, Date.now() + 1_000))
    expect(await find()).toMatchObject({ status: 'open', count: 3, reopened: 1 })
    await setStatus(id, 'watch')
    await store(blocked(mine, Date.now() + 2_000))
    expect(await find()).toMatchObject({ status: 'watch', count: 4 })
  })

  test('pages are complete, newest first, and can be narrowed to a status', async () => {
    const there = await house.tenant()
    const token = house.workspaceKey(there, ['runs:read'])
    const events = Array.from({ length: 7 }, (_, index) =>
      blocked({ ...there, keyId: crypto.randomUUID() }, 1_700_000_000_000 + index * 1_000),
    )
    await store(...events)
    const seen: string[] = []
    let cursor = ''
    for (let page = 0; page < 4; page++) {
      const answer = await read(`?limit=3${cursor && `&cursor=${cursor}`}`, token)
      seen.push(...answer.data.map((issue: { subject: { id: string } }) => issue.subject.id))
      if (!answer.has_more) break
      cursor = answer.next_cursor
    }
    expect(seen).toEqual(events.map((event) => event.opened.keyId).toReversed())
    expect((await read('?status=resolved', token)).data).toEqual([])
  })

  test('another workspace’s issue is not there, and reading alone does not change it', async () => {
    const there = await house.tenant()
    await store(blocked({ ...here }))
    const [issue] = (await read('?limit=1')).data
    const foreign = house.workspaceKey(there, ['runs:read', 'workspaces:manage'])
    expect((await house.send('GET', `/api/v1/issues/${issue.id}`, foreign)).status).toBe(404)
    expect((await setStatus(issue.id, 'resolved', foreign)).status).toBe(404)
    const reader = house.workspaceKey(here, ['runs:read'])
    expect((await setStatus(issue.id, 'resolved', reader)).status).toBe(403)
    expect((await setStatus(issue.id, 'forgotten')).status).toBe(422)
    expect((await read(`/${issue.id}`)).status).toBe(issue.status)
  })
})
