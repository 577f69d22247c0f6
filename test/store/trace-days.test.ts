import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { firstIdAt } from '../../src/base/id.ts'
import { storeRuns, storeSpans } from '../../src/store/runs.ts'
import { keepTraceDays } from '../../src/store/trace-days.ts'
import { readRun } from '../../src/store/trace-reads.ts'
import { someEvent, someSpan } from '../support/nats.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { manualClock, testWorld } from '../support/world.ts'

const DAY_MS = 86_400_000
const world = testWorld()
let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

/** A call of some days ago. */
function eventOf(daysAgo: number) {
  const head = firstIdAt(world.clock.now() - daysAgo * DAY_MS).slice(0, 19)
  const id = `${head}${crypto.randomUUID().slice(19)}`
  return someEvent({ opened: { id }, closed: { id } })
}

/** The table that a call's row stands in. */
async function placeOf(id: string): Promise<string | undefined> {
  const [row] = await database.sql<{ place: string }[]>`
    select tableoid::regclass::text as place from runs where id = ${id}`
  return row?.place
}

function dayOf(daysAgo: number): string {
  return new Date(world.clock.now() - daysAgo * DAY_MS)
    .toISOString()
    .slice(0, 10)
    .replaceAll('-', '')
}

const KEEP = { traceDays: 30, contentDays: 14 }

describe('the trace store by day', () => {
  test('a call stands in the day of its id, and comes again without standing there twice', async () => {
    const event = eventOf(0)
    await storeRuns(database, world, [event])
    await storeRuns(database, world, [event])
    expect(await placeOf(event.opened.id)).toBe(`trace_days.runs_${dayOf(0)}`)
  })

  test('a call of a day without a table waits in the rest, gets its day, and comes again to the same row', async () => {
    const late = eventOf(5)
    const span = someSpan({ exchangeId: late.opened.id })
    await storeRuns(database, world, [late])
    await storeSpans(database, [span])
    expect(await placeOf(late.opened.id)).toBe('trace_days.runs_rest')
    await keepTraceDays(database, world, KEEP)
    expect(await placeOf(late.opened.id)).toBe(`trace_days.runs_${dayOf(5)}`)
    await storeRuns(database, world, [late])
    expect(await storeSpans(database, [span])).toBe(0)
    const [count] = await database.sql`
      select count(*)::int as runs from runs where id = ${late.opened.id}`
    expect(count?.runs).toBe(1)
    const found = await readRun(database, late.opened.workspaceId, late.opened.id)
    expect(found?.opened.id).toBe(late.opened.id)
  })

  test('days past their time are dropped whole, and what comes for them later goes at the next turn', async () => {
    const old = eventOf(31)
    const kept = eventOf(29)
    await keepTraceDays(database, world, { traceDays: undefined, contentDays: undefined })
    await storeRuns(database, world, [old, kept])
    await keepTraceDays(database, world, { traceDays: undefined, contentDays: undefined })
    expect(await placeOf(old.opened.id)).toBe(`trace_days.runs_${dayOf(31)}`)
    const { dropped } = await keepTraceDays(database, world, KEEP)
    expect(dropped).toBeGreaterThan(0)
    expect(await placeOf(old.opened.id)).toBeUndefined()
    expect(await placeOf(kept.opened.id)).toBe(`trace_days.runs_${dayOf(29)}`)
    await storeRuns(database, world, [old])
    await keepTraceDays(database, world, KEEP)
    expect(await placeOf(old.opened.id)).toBeUndefined()
  })

  test('days are made ahead, once, by however many exporters', async () => {
    const later = { ...world, clock: manualClock(world.clock.now() + 20 * DAY_MS) }
    const made = await Promise.all([0, 1, 2].map(() => keepTraceDays(database, later, KEEP)))
    expect(made.reduce((sum, each) => sum + each.made, 0)).toBe(15)
    expect((await keepTraceDays(database, later, KEEP)).made).toBe(0)
  })

  test('an id that is no time of the past waits where it is and makes no day', async () => {
    const odd = someEvent({ opened: { id: 'ffffffff-ffff-4fff-bfff-ffffffffffff' } })
    await storeRuns(database, world, [odd])
    await keepTraceDays(database, world, KEEP)
    expect(await placeOf(odd.opened.id)).toBe('trace_days.runs_rest')
  })
})
