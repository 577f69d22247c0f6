import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExchangeEvent } from '../../src/base/exchange.ts'
import { nanos } from '../../src/base/money.ts'
import { openBus } from '../../src/bus/bus.ts'
import { chooseBus } from '../../src/bus/choose.ts'
import type { Bus } from '../../src/bus/port.ts'
import { exchangeWriter } from '../../src/store/exchanges.ts'
import { outboxSize } from '../../src/store/outbox.ts'
import { registerProcess } from '../../src/store/processes.ts'
import { someEvent, type TestNats, TIMINGS, testNats } from '../support/nats.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld, until } from '../support/world.ts'
import { type ExporterProcess, startExporter } from './exporter-process.ts'

const world = testWorld()
async function runIds(database: TestDatabase): Promise<string[]> {
  const rows = await database.sql<{ id: string }[]>`select id from runs order by id`
  return rows.map((row) => row.id)
}

async function countSpans(database: TestDatabase): Promise<number> {
  const [row] = await database.sql<{ count: number }[]>`select count(*)::int as count from spans`
  return row?.count ?? 0
}

/** Waits until each of these calls has exactly one run and no outbox row is left. */
async function stored(database: TestDatabase, events: readonly ExchangeEvent[]): Promise<void> {
  const wanted = events.map((event) => event.opened.id).toSorted()
  await until(
    `${wanted.length} runs and an empty outbox`,
    async () => (await outboxSize(database)).waiting === 0,
    30_000,
  )
  expect(await runIds(database)).toEqual(wanted)
}

describe('the exporter with NATS', () => {
  let nats: TestNats
  let database: TestDatabase
  let exporter: ExporterProcess | undefined
  let bus: Bus
  beforeEach(async () => {
    ;[nats, database] = await Promise.all([testNats(), testDatabase()])
    bus = openBus({ url: nats.url, world })
  })
  afterEach(async () => {
    await bus.close(0)
    await exporter?.stop()
    exporter = undefined
    await Promise.all([nats.stop(), database.close()])
  })

  /** What a gateway does at the end of a call. */
  async function end(event: ExchangeEvent): Promise<void> {
    await exchangeWriter(database, world).record(event)
    bus.publishCall({ event, timings: TIMINGS, detail: 'calls' })
  }

  const start = () => startExporter({ DATABASE_URL: database.url, NATS_URL: nats.url })

  test('one call is one run with its cost and its spans, and its outbox row is gone', async () => {
    exporter = await start()
    const event = someEvent({
      closed: { costNanos: nanos(9_007_199_254_740_993n), costBasis: 'measured' },
    })
    await end(event)
    await stored(database, [event])
    const [run] = await database.sql<{ cost_nanos: bigint; input_tokens: bigint }[]>`
      select cost_nanos, input_tokens from runs`
    expect(run?.cost_nanos).toBe(9_007_199_254_740_993n)
    await until('both spans', async () => (await countSpans(database)) === 2)
  }, 120_000)

  test('the same event and spans delivered ten times are one run and the same spans', async () => {
    const event = someEvent()
    await exchangeWriter(database, world).record(event)
    await until('the connection', () => bus.stats().connected)
    // Past the bus' own window for repeats an id is delivered again: other message ids stand in for that.
    const { connect } = await import('nats')
    const { encodeUsage, subjectOf } = await import('../../src/bus/events.ts')
    const nc = await connect({ servers: new URL(nats.url).host, token: new URL(nats.url).username })
    const subject = subjectOf('usage', event.opened.organizationId)
    for (let round = 0; round < 10; round++) {
      await nc.jetstream().publish(subject, encodeUsage(event), { msgID: `again-${round}` })
      bus.publishCall({ event, timings: TIMINGS, detail: 'calls' })
    }
    await nc.close()
    await until('all spans acknowledged', () => bus.stats().spansAcked === 20)
    exporter = await start()
    await stored(database, [event])
    await until('the spans', async () => (await countSpans(database)) === 2)
    const last = someEvent()
    await end(last)
    await stored(database, [event, last])
    await until('the last spans', async () => (await countSpans(database)) === 4)
  }, 120_000)

  test('what no gateway could publish reaches the trace store by the outbox', async () => {
    exporter = await start()
    const events = Array.from({ length: 20 }, () => someEvent())
    const writer = exchangeWriter(database, world)
    await Promise.all(events.map((event) => writer.record(event)))
    await stored(database, events)
  }, 120_000)

  for (const how of ['kept', 'empty'] as const)
    test(`NATS killed under load and restarted (${how}) loses no call that has an outbox row`, async () => {
      exporter = await start()
      const events = Array.from({ length: 60 }, () => someEvent())
      await Promise.all(events.slice(0, 20).map(end))
      // Spans have no row: what an emptied server had acknowledged and not yet delivered is gone with its disk.
      await until('the first spans', async () => (await countSpans(database)) === 40)
      await nats.kill()
      await Promise.all(events.slice(20, 40).map(end))
      await nats.restart(how)
      await Promise.all(events.slice(40).map(end))
      await stored(database, events)
      await until('every span', async () => (await countSpans(database)) === 120, 20_000)
    }, 120_000)

  test('an exporter killed again and again stores each call once', async () => {
    const events: ExchangeEvent[] = []
    for (let round = 0; round < 4; round++) {
      exporter = await start()
      const batch = Array.from({ length: 50 }, () => someEvent())
      events.push(...batch)
      const writing = Promise.all(batch.map(end))
      await until('the first of them', async () => (await runIds(database)).length > round * 50)
      exporter.kill()
      await writing
    }
    exporter = await start()
    await stored(database, events)
    await until('every span', async () => (await countSpans(database)) === 400, 40_000)
  }, 120_000)

  test('an event that the store refuses is parked there and on the bus, the others go on', async () => {
    exporter = await start()
    const poison = someEvent({ opened: { workspaceId: 'not-a-uuid' } })
    const good = [someEvent(), someEvent()]
    await until('the connection', () => bus.stats().connected)
    await bus.sendUsage([good[0], poison, good[1]].flatMap((event) => event ?? []))
    await until('the good ones', async () => (await runIds(database)).length === 2)
    const parked = await until('the parked one', async () =>
      (await bus.parked(10)).find((each) => each.reason.startsWith('postgres: ')),
    )
    expect(new TextDecoder().decode(parked.bytes)).toContain('not-a-uuid')
  }, 120_000)

  test('calls of a gateway that died are closed as interrupted and get their run', async () => {
    const gateway = await registerProcess(database, world, 'gateway')
    const { opened } = someEvent({ opened: { processId: gateway.id } })
    await exchangeWriter(database, world).open(opened)
    await gateway.leave()
    exporter = await start()
    const [run] = await until('the run', async () => {
      const rows = await database.sql<{ outcome: string }[]>`select outcome from runs`
      return rows.length > 0 ? rows : undefined
    })
    expect(run?.outcome).toBe('interrupted')
  }, 120_000)

  test('SIGTERM ends it with exit code 0 and nothing lost', async () => {
    exporter = await start()
    const events = Array.from({ length: 30 }, () => someEvent())
    await Promise.all(events.map(end))
    expect(await exporter.stop()).toBe(0)
    exporter = await start()
    await stored(database, events)
  }, 120_000)
})

test('without NATS calls and spans reach the trace store all the same', async () => {
  const database = await testDatabase()
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-data-'))
  const exporter = await startExporter({ DATABASE_URL: database.url, SLUICE_DATA_DIR: dataDir })
  const bus = chooseBus({ natsUrl: undefined, dataDir, world, name: 'test' })
  const events = Array.from({ length: 30 }, () => someEvent())
  const writer = exchangeWriter(database, world)
  for (const event of events) {
    await writer.record(event)
    bus.publishCall({ event, timings: TIMINGS, detail: 'calls' })
  }
  await bus.close()
  await stored(database, events)
  await until('every span', async () => (await countSpans(database)) === 60)
  await exporter.stop()
  await database.close()
  rmSync(dataDir, { recursive: true, force: true })
}, 120_000)

test('an exporter without a database says what to do', async () => {
  const child = Bun.spawn([process.execPath, 'src/worker.ts'], {
    env: { PATH: process.env.PATH ?? '' },
    stdout: 'ignore',
    stderr: 'pipe',
  })
  expect(await new Response(child.stderr).text()).toContain('DATABASE_URL is not set')
  expect(await child.exited).toBe(2)
})
