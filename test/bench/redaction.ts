import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { sampleOf } from '../../src/redaction/automaton/sample.ts'
import { DETECTORS } from '../../src/redaction/detectors/index.ts'
import { redactor } from '../../src/redaction/redact.ts'
import { scan } from '../../src/redaction/scan.ts'
import { vault } from '../../src/redaction/vault.ts'

/**
 * Speed of redaction against the same formats as one regular expression each, one after the other, in this process.
 * Prints MB/s, ratios and the cost of small deltas; makes no assertion.
 */

const MEGA = 1_000_000

const PROSE =
  'The committee met in the old town hall and talked for two hours about the bridge. Nobody had read the report, which was 42 pages long, but everyone had an opinion on it. '
const CODE =
  'export function sum(values: readonly number[]): number {\n  let total = 0\n  for (const value of values) total += value * config.scale["main"]\n  return total // keeps the key order\n}\n'
const JSON_TEXT =
  '{"id":"a1f3","name":"widget","count":17,"tags":["blue","large"],"price":12.5,"token_count":118,"updated":"2026-03-04T09:11:22Z"}\n'

function fill(piece: string): string {
  return piece.repeat(Math.ceil(MEGA / piece.length)).slice(0, MEGA)
}

const formats = DETECTORS.filter((detector) => detector.type === 'format')

const TEXTS: Record<string, string> = {
  prose: fill(PROSE),
  code: fill(CODE),
  json: fill(JSON_TEXT),
  'one letter': fill('a'),
  digits: fill('7'),
  'at signs': fill('a@'),
  'prefix, again and again': fill('sk-ant-'),
  eyJ: fill('eyJ'),
  'nearly tokens': fill(
    formats.map((each) => `${each.literals[0]}${sampleOf(each.body, 1).slice(0, 6)} `).join(''),
  ),
  'keys without values': fill('api_key= password: '),
  'keys before capitals': fill('api_key= Password: '),
  'keys with short values': fill('api_key=a1b2c3 '),
  'keys with names as values': fill('password="settings.Foo1" token: x7 '),
}

/** Processor time after which the fastest run is told, in milliseconds: long enough for the compiler to have settled. */
const SETTLED_MS = 1500

/** Milliseconds of processor time of the fastest of many runs: what else the machine does stays out of it. */
function fastest(runs: number, run: () => void): number {
  let best = Infinity
  let spent = 0
  for (let index = 0; index < runs || (runs > 2 && spent < SETTLED_MS); index++) {
    const start = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(start)
    const time = (user + system) / 1000
    best = Math.min(best, time)
    spent += time
  }
  return best
}

const started = performance.now()
const compiled = compileDetectors(DETECTORS)
const { gate } = compiled
console.log(
  `${DETECTORS.length} detectors, ${gate.size()} states, ` +
    `compiled in ${(performance.now() - started).toFixed(0)} ms; ` +
    `at most ${compiled.holdUnitsMax} units are held`,
)

const expressions = formats.map(
  (each) => new RegExp(`(?:${each.literals.map(quoted).join('|')})(?:${each.body})`, 'g'),
)
console.log(`baseline: ${expressions.length} regular expressions one by one\n`)
console.log('text                        redaction MB/s   baseline MB/s   ratio   against prose')
let prose = 0
for (const [name, text] of Object.entries(TEXTS)) {
  const ours = text.length / 1000 / fastest(5, () => scan(compiled, text))
  const part = text.slice(0, MEGA / 10)
  const theirs =
    part.length /
    1000 /
    fastest(2, () => {
      for (const expression of expressions) for (const _ of part.matchAll(expression)) void _
    })
  if (name === 'prose') prose = ours
  console.log(
    `${name.padEnd(28)}${ours.toFixed(1).padStart(14)}${theirs.toFixed(2).padStart(16)}` +
      `${(ours / theirs).toFixed(0).padStart(8)}${(ours / prose).toFixed(2).padStart(16)}`,
  )
}

const key = new Uint8Array(32)
for (const size of [4, 40]) {
  const text = (TEXTS.prose ?? '').slice(0, 400_000)
  let held = 0
  let deltas = 0
  const time = fastest(4, () => {
    const filter = redactor(compiled, () => 'replace', vault({ key, scope: 'bench' }))
    held = 0
    deltas = 0
    for (let at = 0; at < text.length; at += size) {
      filter.push(text.slice(at, at + size))
      held += filter.held()
      deltas++
    }
  })
  console.log(
    `\ndeltas of ${size} units: ${((1000 * time) / deltas).toFixed(2)} µs each, ` +
      `${(held / deltas).toFixed(1)} units held on average`,
  )
}

function quoted(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
