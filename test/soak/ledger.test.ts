import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { readLog, soakSeeds } from '../simulation/seeds.ts'

const ROOT = join(import.meta.dir, '../..')
/** Chunks that held, over all runs: it is how a million is reached in several nights. */
const LOG = join(ROOT, '.sluice/soak/seeds.jsonl')
const SEEDS = Number(process.env.SOAK_SEEDS ?? 1_000_000)
const RACES = Number(process.env.SOAK_RACES ?? 50)

test(`${SEEDS} seeds of faults in all runs together break no invariant`, async () => {
  const { seeds } = readLog(LOG)
  // A full log is no reason not to look: another tenth is played.
  const missing = Math.max(SEEDS - seeds, SEEDS / 10)
  expect(await soakSeeds(Math.ceil(missing), undefined, LOG)).toEqual([])
}, 36_000_000)

test(`${RACES} repetitions of the race over a cap serve exactly what fits, without a deadlock`, async () => {
  const child = Bun.spawn(
    [process.execPath, 'test', '--timeout=60000', './test/ledger/race.test.ts'],
    {
      cwd: ROOT,
      env: { ...process.env, LEDGER_RACES: String(RACES) },
      stdio: ['ignore', 'inherit', 'pipe'],
    },
  )
  const said = await new Response(child.stderr).text()
  const code = await child.exited
  if (code !== 0) console.error(said)
  expect(code).toBe(0)
  expect(said).toContain(` ${2 * RACES + 2} pass`)
}, 3_600_000)
