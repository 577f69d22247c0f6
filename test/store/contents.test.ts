import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { ContentRecord } from '../../src/base/call.ts'
import { readContent, storeContents } from '../../src/store/contents.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

function content(workspaceId: string, text: string): ContentRecord {
  return {
    exchangeId: Bun.randomUUIDv7(),
    organizationId: crypto.randomUUID(),
    workspaceId,
    request: { text, bytes: 3 * text.length, isCut: true },
    response: undefined,
  }
}

async function bytesOf(workspaceId: string): Promise<number> {
  const [row] = await database.sql<{ bytes: number }[]>`
    select sum(bytes)::float8 as bytes from content_days where workspace_id = ${workspaceId}`
  return row?.bytes ?? 0
}

describe('captured content', () => {
  test('is read back as it was kept, by its own workspace alone', async () => {
    const workspaceId = crypto.randomUUID()
    const one = content(workspaceId, 'Grüße \u0000')
    await storeContents(database, [one])
    expect(await readContent(database, workspaceId, one.exchangeId)).toEqual({
      request: { text: 'Grüße \u{fffd}', bytes: 21, isCut: true },
      response: undefined,
      isDayFull: false,
    })
    expect(await readContent(database, crypto.randomUUID(), one.exchangeId)).toBeUndefined()
  })

  test('that comes again is there once and counts once', async () => {
    const workspaceId = crypto.randomUUID()
    const one = content(workspaceId, 'x'.repeat(100))
    await storeContents(database, [one, one])
    await storeContents(database, [one])
    expect(await bytesOf(workspaceId)).toBe(100)
  })

  test('past the bound of the day keeps its sizes only, whoever stores at the same time', async () => {
    const workspaceId = crypto.randomUUID()
    const all = Array.from({ length: 20 }, () => content(workspaceId, 'y'.repeat(100)))
    await Promise.all(all.map((each) => storeContents(database, [each], 1_050)))
    const found = await Promise.all(
      all.map((each) => readContent(database, workspaceId, each.exchangeId)),
    )
    expect(found.filter((each) => each?.isDayFull === false)).toHaveLength(10)
    expect(found.filter((each) => each?.isDayFull && each.request === undefined)).toHaveLength(10)
    expect(await bytesOf(workspaceId)).toBe(1_000)
  })
})
