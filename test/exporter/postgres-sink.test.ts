import { afterAll, beforeAll, expect, test } from 'bun:test'
import { postgresSink } from '../../src/exporter/sinks/postgres.ts'
import { someSpan } from '../support/nats.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld } from '../support/world.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

test('more spans than one statement takes are all stored, each once', async () => {
  const sink = postgresSink(database, testWorld())
  const spans = Array.from({ length: 4_100 }, () => someSpan())
  await sink.storeSpans?.(spans)
  await sink.storeSpans?.(spans)
  const [row] = await database.sql`select count(*)::int as count from spans`
  expect(row?.count).toBe(4_100)
})
