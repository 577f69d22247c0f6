import { play } from './city.ts'
import { checkAtRest } from './invariants.ts'

/** What became of a chunk of seeds. */
export interface Chunk {
  readonly from: number
  readonly seeds: number
  readonly events: number
  /** The first seed of the chunk that broke an invariant; the chunk ends with it. */
  readonly broken?: { readonly seed: number; readonly problems: readonly string[] }
}

/** Plays `seeds` seeds from `from`, one after the other, until one breaks. */
export function playChunk(from: number, seeds: number): Chunk {
  let events = 0
  for (let seed = from; seed < from + seeds; seed++) {
    const city = play(seed)
    events += city.time.events()
    const problems = checkAtRest(city)
    if (problems.length > 0) return { from, seeds, events, broken: { seed, problems } }
  }
  return { from, seeds, events }
}

/** As a program: for each line `from seeds` on stdin one line of JSON on stdout. */
if (import.meta.main)
  for await (const line of console) {
    const [from, seeds] = line.split(' ').map(Number)
    // The end of the input is an empty line.
    if (from === undefined || seeds === undefined) break
    console.log(JSON.stringify(playChunk(from, seeds)))
  }
