import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { secret } from '../../src/base/secret.ts'
import { type IssueHook, notifyRound } from '../../src/exporter/notify.ts'
import { recordSightings, type Sighting, setIssueStatus } from '../../src/store/issues.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld, until } from '../support/world.ts'

const world = testWorld()
const KEY = `fake-${'h'.repeat(20)}`

interface Told {
  readonly id: string
  readonly type: string
  readonly issue: { readonly id: string; readonly kind: string; readonly count: number }
}

describe('people are told of issues', () => {
  let database: TestDatabase
  let told: Told[]
  let bodies: { text: string; signature: string | null }[]
  let answer: () => Response
  let server: ReturnType<typeof Bun.serve>
  let hook: IssueHook
  beforeEach(async () => {
    database = await testDatabase()
    told = []
    bodies = []
    answer = () => new Response()
    server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      async fetch(request) {
        const text = await request.text()
        bodies.push({ text, signature: request.headers.get('x-sluice-signature') })
        const response = answer()
        if (response.ok) told.push(JSON.parse(text))
        return response
      },
    })
    hook = {
      endpoint: `http://127.0.0.1:${server.port}/hook`,
      headers: {},
      secret: secret(KEY),
      severityMax: 3,
    }
  })
  afterEach(async () => {
    await server.stop(true)
    await database.close()
  })

  const round = (hooks = [hook]) => notifyRound({ database, world, fetch, hooks, retryMs: 10 })

  function sighting(change: Partial<Sighting> = {}): Sighting {
    return {
      organizationId: '0190a6de-0000-7000-8000-00000000000a',
      workspaceId: '0190a6de-0000-7000-8000-00000000000b',
      kind: 'spend_limit_reached',
      policy: { id: 'p1', name: 'Monthly cap' },
      subjectKind: 'api_key',
      subject: 'key-1',
      severity: 1,
      runId: Bun.randomUUIDv7(),
      seenAtMs: Date.now(),
      ...change,
    }
  }
  const state = async () => {
    const rows = await database.sql<{ done: boolean; last_failure: string | null }[]>`
      select done_at is not null as done, last_failure from issue_notices`
    return { ...rows[0] }
  }
  const see = (...sightings: Sighting[]) => recordSightings(database, world, sightings)

  test('once when it opens, not with each call, and again when it reopens', async () => {
    await see(sighting(), sighting())
    await see(sighting())
    expect(await round()).toBe(1)
    expect(await round()).toBe(0)
    expect(told.map((each) => each.type)).toEqual(['issue.opened'])
    const first = told[0]
    if (!first) throw new Error('nothing was told')
    await setIssueStatus(
      database.sql,
      '0190a6de-0000-7000-8000-00000000000b',
      first.issue.id,
      'resolved',
    )
    await see(sighting({ seenAtMs: Date.now() + 1_000 }))
    await round()
    expect(told.map((each) => [each.id, each.type, each.issue.count])).toEqual([
      [`${first.issue.id}-0`, 'issue.opened', 3],
      [`${first.issue.id}-1`, 'issue.reopened', 4],
    ])
  })

  test('with a signature over the exact bytes', async () => {
    await see(sighting())
    await round()
    const [seen] = bodies
    const hmac = new Bun.CryptoHasher('sha256', KEY).update(seen?.text ?? '').digest('hex')
    expect(seen?.signature).toBe(`sha256=${hmac}`)
  })

  test('again after a failure that may pass, four times at most', async () => {
    answer = () => new Response('', { status: 503 })
    await see(sighting())
    for (let attempt = 1; attempt <= 4; attempt++)
      await until(`attempt ${attempt}`, async () => (await round()) === 1)
    expect(bodies).toHaveLength(4)
    expect(new Set(bodies.map((each) => each.text)).size).toBe(1)
    // However late it is by then.
    await database.sql`update issue_notices set next_at = now() - interval '1 hour'`
    expect(await round()).toBe(0)
    const [row] = await database.sql`select last_failure from issue_notices`
    expect(row?.last_failure).toBe('status 503')
  })

  test('and a hook that comes back in time is told', async () => {
    answer = () => new Response('', { status: 429 })
    await see(sighting())
    await round()
    answer = () => new Response()
    await until('the notice', async () => {
      await round()
      return told.length === 1
    })
  })

  test('not again after a refusal that is final', async () => {
    answer = () => new Response('', { status: 410 })
    await see(sighting())
    await round()
    expect(await state()).toEqual({ done: true, last_failure: 'refused with status 410' })
    expect(await round()).toBe(0)
    expect(bodies).toHaveLength(1)
  })

  test('only of issues that are bad enough for them', async () => {
    await see(sighting({ severity: 3 }), sighting({ severity: 1, subject: 'key-2' }))
    await round([{ ...hook, severityMax: 1 }])
    expect(told).toHaveLength(1)
    expect(await round()).toBe(0)
  })

  test('once, also with two exporters at work', async () => {
    await see(...Array.from({ length: 15 }, (_, index) => sighting({ subject: `key-${index}` })))
    await Promise.all([round(), round(), round()])
    expect(told).toHaveLength(15)
    expect(new Set(told.map((each) => each.id)).size).toBe(15)
  })
})
