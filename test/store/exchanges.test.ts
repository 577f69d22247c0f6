import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { newId } from '../../src/base/id.ts'
import { nanos } from '../../src/base/money.ts'
import { exchangeWriter } from '../../src/store/exchanges.ts'
import {
  confirm,
  markPublished,
  outboxSize,
  park,
  takeDue,
  unpark,
} from '../../src/store/outbox.ts'
import { registerProcess } from '../../src/store/processes.ts'
import { storeRuns, storeSpans } from '../../src/store/runs.ts'
import { sweepInterrupted } from '../../src/store/sweep.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { endedCall, makeTenant, openedCall, type Tenant } from '../support/tenant.ts'
import { testWorld } from '../support/world.ts'

const world = testWorld()
const all = { limit: 1000, olderThanMs: 0, republishAfterMs: 3_600_000 }
let database: TestDatabase
let tenant: Tenant
beforeAll(async () => {
  database = await testDatabase()
  tenant = await makeTenant(database, world)
})
afterAll(() => database.close())

async function rowOf(id: string): Promise<Record<string, unknown> | undefined> {
  const [row] = await database.sql`select * from exchanges where id = ${id}`
  return row
}

describe('the rows of calls', () => {
  test('a thousand calls opened at once are all durable, in a handful of commits', async () => {
    const writer = exchangeWriter(database, world)
    const calls = Array.from({ length: 1_000 }, () => openedCall(tenant, world))
    await Promise.all(calls.map((call) => writer.open(call)))
    const ids = calls.map((call) => call.id)
    const [row] = await database.sql`
      select count(*)::int as rows, count(distinct xmin::text)::int as commits
        from exchanges where id = any(${ids}::uuid[])`
    expect(row?.rows).toBe(1_000)
    expect(row?.commits).toBeLessThan(10)
  })

  test('everything known of a call is in its row, and its amount is exact', async () => {
    const writer = exchangeWriter(database, world)
    const opened = openedCall(tenant, world, { sessionId: 's-1', parentSpanId: 'ab'.repeat(8) })
    await writer.open(opened)
    const event = endedCall(opened, {
      costNanos: nanos(9_007_199_254_740_993n),
      costBasis: 'measured',
      findings: [{ detector: 'email', entity: 'email', direction: 'request', count: 2 }],
    })
    await writer.close(event)
    const row = await rowOf(opened.id)
    expect(row).toMatchObject({
      organization_id: tenant.organizationId,
      session_id: 's-1',
      outcome: 'ok',
      status: 200,
      finish_reasons: ['stop'],
      input_tokens: 10n,
      cost_nanos: 9_007_199_254_740_993n,
      cost_basis: 'measured',
      first_byte_ms: 12.5,
      findings: [{ detector: 'email', entity: 'email', direction: 'request', count: 2 }],
    })
    const [due] = (await takeDue(database, all)).filter((each) => each.exchangeId === opened.id)
    expect(due?.event).toEqual(event)
  })

  test('a call that ends twice is ended once, by its first ending', async () => {
    const writer = exchangeWriter(database, world)
    const opened = openedCall(tenant, world)
    await writer.open(opened)
    await Promise.all([
      writer.close(endedCall(opened)),
      writer.close(endedCall(opened, { outcome: 'failed', status: 502 })),
    ])
    await writer.close(endedCall(opened, { outcome: 'aborted', status: 499 }))
    expect(await rowOf(opened.id)).toMatchObject({ outcome: 'ok', status: 200 })
    const [row] =
      await database.sql`select count(*)::int as n from outbox where exchange_id = ${opened.id}`
    expect(row?.n).toBe(1)
  })

  test('a refusal is recorded in one go, also when its opening was under way', async () => {
    const writer = exchangeWriter(database, world)
    const opened = openedCall(tenant, world)
    const refused = endedCall(opened, { outcome: 'refused', status: 402, usage: undefined })
    await Promise.all([writer.open(opened), writer.record(refused)])
    expect(await rowOf(opened.id)).toMatchObject({ outcome: 'refused', status: 402, usage: null })
  })

  test('a hostile model name cannot spoil the calls that share its batch', async () => {
    const writer = exchangeWriter(database, world)
    const hostile = openedCall(tenant, world, {
      requestModel: `a\0b\ud800${'x'.repeat(5_000)}`,
      userAgent: '\udfff"\\\'; drop table exchanges; --',
    })
    const plain = openedCall(tenant, world)
    await Promise.all([writer.open(hostile), writer.open(plain)])
    const usage = { inputTokens: 1, outputTokens: 2, toolUses: { 'web\0search\udc00': 1 } }
    await Promise.all([writer.close(endedCall(hostile, { usage })), writer.close(endedCall(plain))])
    expect(await rowOf(hostile.id)).toMatchObject({ outcome: 'ok' })
    expect(String((await rowOf(hostile.id))?.request_model)).toStartWith('a\u{fffd}b\u{fffd}xxx')
    expect(await rowOf(plain.id)).toMatchObject({ outcome: 'ok' })
  })

  test('a row the database refuses fails alone', async () => {
    const writer = exchangeWriter(database, world)
    const broken = openedCall(tenant, world, { id: 'not-a-uuid' })
    const plain = openedCall(tenant, world)
    const outcomes = await Promise.allSettled([writer.open(broken), writer.open(plain)])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'fulfilled'])
  })
})

describe('dead processes', () => {
  test('open calls of a process that left or stopped beating are closed as interrupted, others are not', async () => {
    const writer = exchangeWriter(database, world)
    const alive = await registerProcess(database, world, 'gateway')
    const left = await registerProcess(database, world, 'gateway')
    const dead = await registerProcess(database, world, 'gateway')
    const calls = [alive, left, dead].map(({ id }) => openedCall(tenant, world, { processId: id }))
    await Promise.all(calls.map((call) => writer.open(call)))
    await left.leave()
    await database.sql`update processes set heartbeat_at = now() - interval '1 hour' where id = ${dead.id}`
    await Promise.all([
      sweepInterrupted(database, world, 10_000),
      sweepInterrupted(database, world, 10_000),
    ])
    const outcomes = await Promise.all(calls.map(async (call) => (await rowOf(call.id))?.outcome))
    expect(outcomes).toEqual([null, 'interrupted', 'interrupted'])
    const due = await takeDue(database, all)
    expect(due.filter((each) => each.event?.closed.outcome === 'interrupted').length).toBe(2)
    await alive.leave()
    await dead.leave()
  })

  test('a swept call keeps its caller’s wish not to export its trace, and the trace state as it came', async () => {
    const writer = exchangeWriter(database, world)
    const wishes = [
      { unsampled: true as const, traceState: 'vendor=1,other=2' },
      { unsampled: true as const, traceState: undefined },
      { traceState: 'vendor=1' },
      { traceState: undefined },
    ]
    const processId = newId(world)
    const calls = wishes.map((wish) => openedCall(tenant, world, { processId, ...wish }))
    await Promise.all(calls.map((call) => writer.open(call)))
    await database.sql`update exchanges set started_at = now() - interval '1 hour' where process_id = ${processId}`
    await sweepInterrupted(database, world, 10_000)
    const due = await takeDue(database, all)
    const kept = calls.map((call) => {
      const opened = due.find((each) => each.exchangeId === call.id)?.event?.opened
      return { unsampled: opened?.unsampled, traceState: opened?.traceState }
    })
    expect(kept).toEqual(wishes.map((wish) => ({ unsampled: undefined, ...wish })))
  })

  test('a call that was closed as interrupted is corrected by the truth, in its row and its trace', async () => {
    const writer = exchangeWriter(database, world)
    const opened = openedCall(tenant, world, { processId: newId(world) })
    await writer.open(opened)
    await database.sql`update exchanges set started_at = now() - interval '1 hour' where id = ${opened.id}`
    await sweepInterrupted(database, world, 10_000)
    const first = (await takeDue(database, all)).find((each) => each.exchangeId === opened.id)
    if (!first?.event) throw new Error('no event')
    await storeRuns(database, world, [first.event])
    await writer.close(endedCall(opened))
    expect(await rowOf(opened.id)).toMatchObject({ outcome: 'ok' })
    const second = (await takeDue(database, all)).find((each) => each.exchangeId === opened.id)
    if (!second?.event) throw new Error('no second event')
    // Also when the two arrive in the wrong order.
    await storeRuns(database, world, [second.event])
    await storeRuns(database, world, [first.event])
    const [run] = await database.sql`select outcome, input_tokens from runs where id = ${opened.id}`
    expect(run).toMatchObject({ outcome: 'ok', input_tokens: 10n })
  })
})

describe('the outbox', () => {
  test('two relays never take the same event, and a confirmed one is gone', async () => {
    const own = await testDatabase()
    const place = await makeTenant(own, world)
    const writer = exchangeWriter(own, world)
    const events = Array.from({ length: 200 }, () => endedCall(openedCall(place, world)))
    await Promise.all(events.map((event) => writer.record(event)))
    const taken = (
      await Promise.all(Array.from({ length: 4 }, () => takeDue(own, { ...all, limit: 100 })))
    ).flat()
    expect(new Set(taken.map((each) => each.exchangeId)).size).toBe(taken.length)
    while (taken.length < 200) taken.push(...(await takeDue(own, all)))
    expect(taken.length).toBe(200)
    await confirm(
      own.sql,
      taken.slice(0, 150).map((each) => each.exchangeId),
    )
    expect(await outboxSize(own)).toMatchObject({ waiting: 50, parked: 0 })
    expect((await takeDue(own, { ...all, republishAfterMs: 0 })).length).toBe(50)
    await own.close()
  })

  test('a published event is not due until it stays unconfirmed for long', async () => {
    const writer = exchangeWriter(database, world)
    const event = endedCall(openedCall(tenant, world))
    await writer.record(event)
    await markPublished(database, [event.opened.id])
    const has = async (republishAfterMs: number): Promise<boolean> =>
      (await takeDue(database, { ...all, republishAfterMs })).some(
        (each) => each.exchangeId === event.opened.id,
      )
    expect(await has(3_600_000)).toBe(false)
    expect(await has(0)).toBe(true)
  })

  test('a parked event waits for a person', async () => {
    const writer = exchangeWriter(database, world)
    const event = endedCall(openedCall(tenant, world))
    await writer.record(event)
    await park(database, event.opened.id, 'unreadable')
    const ids = async () => (await takeDue(database, all)).map((each) => each.exchangeId)
    expect(await ids()).not.toContain(event.opened.id)
    expect(await unpark(database, [event.opened.id])).toBe(1)
    expect(await ids()).toContain(event.opened.id)
  })
})

describe('traces', () => {
  test('however often an event comes there is one run, and its outbox row is confirmed with it', async () => {
    const writer = exchangeWriter(database, world)
    const event = endedCall(openedCall(tenant, world), {
      costNanos: nanos(5),
      costBasis: 'counted',
    })
    await writer.record(event)
    await Promise.all([
      storeRuns(database, world, [event, event]),
      storeRuns(database, world, [event]),
    ])
    await storeRuns(database, world, [event])
    const rows =
      await database.sql`select cost_nanos, event from runs where id = ${event.opened.id}`
    expect(rows.length).toBe(1)
    expect(rows[0]?.cost_nanos).toBe(5n)
    const [left] = await database.sql`select 1 from outbox where exchange_id = ${event.opened.id}`
    expect(left).toBeUndefined()
  })

  test('a span that comes twice is stored once', async () => {
    const opened = openedCall(tenant, world)
    const span = {
      traceId: opened.traceId,
      spanId: 'cd'.repeat(8),
      parentSpanId: undefined,
      exchangeId: opened.id,
      organizationId: tenant.organizationId,
      workspaceId: tenant.workspaceId,
      name: 'chat',
      kind: 'server' as const,
      startMs: opened.startedAtMs + 0.125,
      endMs: opened.startedAtMs + 2,
      attributes: { 'gen_ai.operation.name': 'chat', list: ['a\0b'] },
      status: 'unset' as const,
      statusMessage: undefined,
    }
    expect(await storeSpans(database, [span, { ...span, spanId: 'ef'.repeat(8) }])).toBe(2)
    expect(await storeSpans(database, [span])).toBe(0)
    const [row] =
      await database.sql`select start_ms, attributes from spans where span_id = ${span.spanId}`
    expect(row?.start_ms).toBe(span.startMs)
    expect(row?.attributes).toEqual({ 'gen_ai.operation.name': 'chat', list: ['a\u{fffd}b'] })
  })
})
