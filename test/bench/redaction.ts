import { type Compiled, compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { DETECTORS } from '../../src/redaction/detectors/index.ts'
import { names } from '../../src/redaction/names/index.ts'
import { scan } from '../../src/redaction/scan.ts'
import { measureDeltas } from './redaction/deltas.ts'
import { measureKept } from './redaction/kept.ts'
import { fastest } from './redaction/measure.ts'
import { measureEvents } from './redaction/stream.ts'
import { FORMATS, HOSTILE, NAMED, PLAIN, WRITTEN } from './redaction/texts.ts'

/**
 * Speed of redaction against the same formats as one regular expression each, one after the other, in this process; then what
 * small pieces, whole SSE events and open slots cost and keep, without names and with them. Makes no assertion.
 */

if (!import.meta.main) throw new Error('run me: bun run bench redaction')

const started = performance.now()
const compiled = compileDetectors(DETECTORS)
console.log(
  `${DETECTORS.length} detectors, compiled in ${(performance.now() - started).toFixed(0)} ms; ` +
    `at most ${compiled.holdUnitsMax} units are held`,
)

const expressions = FORMATS.map(
  (each) => new RegExp(`(?:${each.literals.map(quoted).join('|')})(?:${each.body})`, 'g'),
)

/** MB/s of a text in one push. */
function speed(set: Compiled, text: string, runs = 5): number {
  return text.length / 1000 / fastest(runs, () => scan(set, text))
}

console.log(`baseline: ${expressions.length} regular expressions one by one\n`)
console.log(
  'text                        redaction MB/s   baseline MB/s   ratio   against prose   4 MB against 1',
)
let prose = 0
for (const [name, text] of Object.entries({ ...PLAIN, ...WRITTEN, ...HOSTILE })) {
  const ours = speed(compiled, text)
  const long = speed(compiled, text.repeat(4), 2)
  const part = text.slice(0, text.length / 10)
  const theirs =
    part.length /
    1000 /
    fastest(2, () => {
      for (const expression of expressions) for (const _ of part.matchAll(expression)) void _
    })
  if (name === 'prose') prose = ours
  console.log(
    `${name.padEnd(28)}${ours.toFixed(1).padStart(14)}${theirs.toFixed(2).padStart(16)}` +
      `${(ours / theirs).toFixed(0).padStart(8)}${(ours / prose).toFixed(2).padStart(16)}` +
      `${(long / ours).toFixed(2).padStart(17)}`,
  )
}

const named = compileDetectors([...DETECTORS, names])
console.log('\nwith names')
for (const [name, text] of Object.entries({ ...PLAIN, ...NAMED })) {
  const found = (scan(named, text).length * 1000) / text.length
  console.log(
    `${name.padEnd(28)}${speed(named, text).toFixed(1).padStart(14)}   ${found.toFixed(1)} findings a thousand units`,
  )
}

console.log('')
for (const [name, set] of [
  ['secrets and structured data', compiled],
  ['with names', named],
] as const) {
  measureDeltas(name, set)
  measureEvents(name, set)
  measureKept(name, set)
}

function quoted(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
