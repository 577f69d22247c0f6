import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  listTraceProjects,
  modelsLike,
  queryRuns,
  traceProjectsStatement,
} from '../../src/store/trace-reads.ts'
import { fillProjects } from '../support/many-projects.ts'
import { explain, explainRuns, fillRuns, type ManyRuns } from '../support/many-runs.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

// The same with a million runs: `bun run bench traces`.

let database: TestDatabase
let runs: ManyRuns
beforeAll(async () => {
  database = await testDatabase()
  runs = await fillRuns(database, 20_000, 3)
})
afterAll(() => database.close())

test('no documented filter of runs reads a day from end to end', async () => {
  const found: Record<string, readonly string[]> = {}
  for (const [name, filter] of Object.entries(runs.filters)) {
    const { scannedWhole } = await explainRuns(database, runs.workspaceId, filter)
    if (scannedWhole.length > 0) found[name] = scannedWhole
  }
  expect(found).toEqual({})
})

test('no documented filter of trace projects reads all of them', async () => {
  const projects = await fillProjects(database, 20_000)
  const found: Record<string, readonly string[]> = {}
  for (const [name, filter] of Object.entries(projects.filters)) {
    const { workspaceId } = projects
    const { scannedWhole } = await explain(
      database,
      traceProjectsStatement(database, workspaceId, filter),
    )
    if (scannedWhole.length > 0) found[name] = scannedWhole
    const rows = await listTraceProjects(database, workspaceId, filter)
    const isEmpty = name.includes('nobody')
    expect([name, rows.length === 0]).toEqual([name, isEmpty])
    expect(rows.every((row) => row.workspaceId === workspaceId)).toBe(true)
  }
  expect(found).toEqual({})
})

test('a filter by time reads the days that can hold it and no other', async () => {
  const filter = runs.filters['start_time, end_time']
  if (!filter) throw new Error('no such filter')
  const { indexes, rows } = await explainRuns(database, runs.workspaceId, filter)
  expect(rows).toBeGreaterThan(0)
  expect(indexes).toHaveLength(1)
})

test('each filter gives what it says, newest first', async () => {
  for (const [name, filter] of Object.entries(runs.filters)) {
    const ids = (await ask(filter)).map(({ opened }) => opened.id)
    const sorted = filter.order === 'newest' ? ids.toSorted().reverse() : ids.toSorted()
    expect([name, ids]).toEqual([name, sorted])
    expect([name, ids.length === 0]).toEqual([name, /none|nobody|another/.test(name)])
  }
})

test('pages follow each other without a gap across days', async () => {
  const whole = await ask({ order: 'newest', limit: 1_000 })
  const seen: string[] = []
  for (let after: string | undefined; seen.length < 1_000; after = seen.at(-1))
    seen.push(...(await ask({ order: 'newest', limit: 100, after })).map(({ opened }) => opened.id))
  expect(seen).toEqual(whole.map(({ opened }) => opened.id))
})

test('models are found by part of their name, and signs of patterns mean themselves', async () => {
  expect(await modelsLike(database, runs.workspaceId, 'EL-3')).toEqual(['model-3'])
  expect(await modelsLike(database, runs.workspaceId, '%')).toEqual([])
  expect(await modelsLike(database, runs.workspaceId, 'model-')).toHaveLength(8)
  expect(await listTraceProjects(database, runs.workspaceId, { limit: 1, offset: 0 })).toEqual([])
})

function ask(filter: Parameters<typeof queryRuns>[2]) {
  return queryRuns(database, runs.workspaceId, filter)
}
