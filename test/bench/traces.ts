/**
 * The trace store with a million runs, then with a million trace projects: `bun run bench traces [--quick]`. Each documented filter
 * of `POST /runs/query` and of `GET /sessions` as the server plans and runs it. Fails when one reads a table from end to end.
 */
import { openDatabase } from '../../src/store/database.ts'
import { traceProjectsStatement } from '../../src/store/trace-reads.ts'
import { fillProjects } from '../support/many-projects.ts'
import { type Explained, explain, explainRuns, fillRuns } from '../support/many-runs.ts'
import { testDatabase } from '../support/postgres.ts'
import { testWorld } from '../support/world.ts'
import { machineLine } from './relay/machine.ts'

const count = process.argv.includes('--quick') ? 100_000 : 1_000_000
const small = await testDatabase()
// Filling takes longer than any query of the product may.
const open = openDatabase({ url: small.url, world: testWorld(), queryMs: 600_000, poolSize: 2 })
const database = { ...open, url: small.url }
const began = performance.now()
const { workspaceId, filters } = await fillRuns(database, count, 30)
await database.sql.unsafe('vacuum analyze runs')
const seconds = (performance.now() - began) / 1_000
console.log(`${machineLine()}\n${count} runs in 30 days, filled in ${seconds.toFixed(0)} s`)
let isRight = true
for (const [name, filter] of Object.entries(filters))
  await show(name, () => explainRuns(database, workspaceId, filter))
const projects = await fillProjects(database, count)
console.log(`${count} trace projects of 1000 workspaces`)
for (const [name, filter] of Object.entries(projects.filters))
  await show(name, () =>
    explain(database, traceProjectsStatement(database, projects.workspaceId, filter)),
  )
await open.close()
await small.close()
process.exit(isRight ? 0 : 1)

/** The second time counts: the first brings the pages into memory. */
async function show(name: string, run: () => Promise<Explained>): Promise<void> {
  await run()
  const found = await run()
  isRight &&= found.scannedWhole.length === 0
  const whole = found.scannedWhole.length === 0 ? '' : `  READS WHOLE ${found.scannedWhole}`
  console.log(
    `${name.padEnd(28)} ${found.executionMs.toFixed(1).padStart(8)} ms, planned in ${found.planningMs.toFixed(1).padStart(5)} ms, ${String(found.rows).padStart(4)} rows, ${found.indexes.join(' ')}${whole}`,
  )
}
