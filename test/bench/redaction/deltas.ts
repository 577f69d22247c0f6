import { heapStats } from 'bun:jsc'
import type { Compiled } from '../../../src/redaction/automaton/compile.ts'
import { type Redactor, redactor } from '../../../src/redaction/redact.ts'
import { vault } from '../../../src/redaction/vault.ts'
import { fastest } from './measure.ts'
import { PLAIN } from './texts.ts'

/** Units of prose that are fed piece by piece. */
const FED_UNITS = 200_000
/** Slots held open at once to weigh one. */
const SLOTS = 4000

const prose = (PLAIN.prose ?? '').slice(0, FED_UNITS)
const store = vault({ key: new Uint8Array(32), scope: 'bench' })
const open = (compiled: Compiled): Redactor => redactor(compiled, () => 'replace', store)

/** What small pieces cost and hold: printed for one set of detectors. */
export function measureDeltas(name: string, compiled: Compiled): void {
  for (const size of [4, 40]) {
    let [held, most, deltas] = [0, 0, 0]
    const time = fastest(4, () => {
      const filter = open(compiled)
      ;[held, most, deltas] = [0, 0, 0]
      for (let at = 0; at < prose.length; at += size) {
        filter.push(prose.slice(at, at + size))
        held += filter.held()
        most = Math.max(most, filter.held())
        deltas++
      }
    })
    console.log(
      `${name}, deltas of ${size} units: ${((1000 * time) / deltas).toFixed(2)} µs each, ` +
        `${(held / deltas).toFixed(1)} units held on average, ${most} at most (bound ${compiled.holdUnitsMax})`,
    )
  }
  console.log(`${name}: ${bytesPerSlot(compiled).toFixed(0)} bytes per open slot`)
}

function bytesPerSlot(compiled: Compiled): number {
  const slots: Redactor[] = []
  Bun.gc(true)
  const before = heapStats()
  for (let index = 0; index < SLOTS; index++) {
    const slot = open(compiled)
    // In the middle of a text, with left context and something held.
    for (let at = 0; at < 240; at += 4) slot.push(prose.slice(at, at + 4))
    slot.push('mail jo@exam')
    slots.push(slot)
  }
  Bun.gc(true)
  const after = heapStats()
  const weight = after.heapSize + after.extraMemorySize - before.heapSize - before.extraMemorySize
  return slots.length === 0 ? 0 : weight / slots.length
}
