import { describe, expect, test } from 'bun:test'
import { play } from './city.ts'
import { checkAtRest } from './invariants.ts'
import { MUTANTS } from './mutants.ts'

// A longer run, on all cores: bun run test:seeds 10000. One seed again: SIM_FROM=7 SIM_SEEDS=1 bun test test/simulation
const SEEDS = Number(process.env.SIM_SEEDS ?? 1_000)
const FROM = Number(process.env.SIM_FROM ?? 1)
/** Most wrong designs show within ten seeds, the shyest within fifty. */
const SEEDS_PER_MUTANT = 400

function problemsOf(seed: number, mutant?: (typeof MUTANTS)[number]): readonly string[] {
  return checkAtRest(play(seed, mutant))
}

test(`no cap is passed, nothing is lost and everything ends once, over ${SEEDS} seeds of faults`, () => {
  let events = 0
  for (let seed = FROM; seed < FROM + SEEDS; seed++) {
    const city = play(seed)
    events += city.time.events()
    const problems = checkAtRest(city)
    if (problems.length > 0)
      throw new Error(`seed ${seed} (SIM_FROM=${seed} SIM_SEEDS=1):\n${problems.join('\n')}`)
  }
  // A simulation in which nothing happens proves nothing.
  expect(events / SEEDS).toBeGreaterThan(300)
}, 36_000_000)

test('one seed is one run, to the last amount', () => {
  const shot = () => {
    const { books, truths } = play(7)
    const text = (_key: string, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value instanceof Map ? [...value] : value
    return JSON.stringify([books.holds, books.accounts, truths], text)
  }
  expect(shot()).toBe(shot())
})

describe('wrong designs are caught', () => {
  for (const mutant of MUTANTS)
    test(mutant.replaceAll('_', ' '), () => {
      for (let seed = 1; seed <= SEEDS_PER_MUTANT; seed++)
        if (problemsOf(seed, mutant).length > 0) return
      throw new Error(`not caught in ${SEEDS_PER_MUTANT} seeds`)
    }, 120_000)
})
