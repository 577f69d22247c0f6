/**
 * Scores the built-in detectors on a folder of labelled texts:
 * `bun test/redaction/score.ts FOLDER [secret|pii|names] [--all] [--misses FILE]`.
 * One JSON object a line in its `.jsonl` files; the fields are those of `LabelledCase`. Without a kind, all three are
 * scored, each with the detectors that a policy for it would run. `--all` prints names that are complete, too.
 */
import { writeFileSync } from 'node:fs'
import { compileDetectors } from '../../src/redaction/automaton/compile.ts'
import { SECRETS, STRUCTURED_PII } from '../../src/redaction/detectors/index.ts'
import { names } from '../../src/redaction/names/index.ts'
import { scan } from '../../src/redaction/scan.ts'
import {
  countryOf,
  documentOf,
  isAdversarial,
  isBare,
  type Label,
  type LabelledCase,
  labelsOf,
  NAMES,
  providerOf,
  readCases,
} from './score/cases.ts'
import { count, isCovered, macro, shown, strayOf, sum, type Tally } from './score/tally.ts'

const SETS = {
  secret: () => compileDetectors(SECRETS),
  pii: () => compileDetectors(STRUCTURED_PII),
  names: () => compileDetectors([...STRUCTURED_PII, names]),
}
type Kind = keyof typeof SETS

const args = process.argv.slice(2)
const option = (name: string) => args.indexOf(`--${name}`)
const [folder, only] = args.filter(
  (arg, at) => !arg.startsWith('--') && args[at - 1] !== '--misses',
)
const missesFile = option('misses') < 0 ? undefined : args[option('misses') + 1]
if (folder === undefined || (only !== undefined && !(only in SETS))) {
  console.error('usage: score.ts FOLDER [secret|pii|names] [--all] [--misses FILE]')
  process.exit(2)
}
const cases = readCases(folder)
const misses: object[] = []
for (const kind of Object.keys(SETS) as Kind[]) if (only === undefined || only === kind) score(kind)
if (missesFile)
  writeFileSync(missesFile, misses.map((each) => `${JSON.stringify(each)}\n`).join(''))

function score(kind: Kind): void {
  const compiled = SETS[kind]()
  const tally: Tally = new Map()
  let [stray, findings] = [0, 0]
  for (const each of cases) {
    if (each.negative || each.kind !== (kind === 'secret' ? 'secret' : 'pii')) continue
    const found = scan(compiled, each.text)
    findings += found.length
    stray += each.evasion ? 0 : strayOf(each, found).length
    for (const label of labelsOf(each)) {
      if (kind !== 'secret' && NAMES.has(label.entity) !== (kind === 'names')) continue
      const isFound = isCovered(found, label.start, label.end)
      for (const [group, name] of groupsOf(kind, label)) count(tally, group, name, isFound)
      if (!isFound) misses.push({ kind, id: each.id, entity: label.entity, value: label.value })
    }
  }
  console.log(`\n== ${kind} ==`)
  const whole = sum(tally, 'source')
  if (whole.asked > 0) console.log(`recall ${shown(whole)}`)
  for (const group of ['rule', 'entity'])
    if (tally.has(group))
      console.log(
        `macro over ${tally.get(group)?.size} by ${group}: ${macro(tally, group).toFixed(3)}`,
      )
  console.log(`findings beside the labels: ${stray} of ${findings}`)
  for (const group of tally.keys()) print(tally, group)
  negatives(kind, (text) => scan(compiled, text))
}

function* groupsOf(kind: Kind, label: Label): Generator<readonly [group: string, name: string]> {
  const { of, entity, value } = label
  if (of.evasion) {
    yield ['disguised', of.evasion]
    return
  }
  yield ['source', of.source]
  yield ['shape', isBare(label) ? 'bare or weak' : (of.cls ?? 'other')]
  yield ['document', documentOf(of)]
  if (!isBare(label) && kind !== 'secret') yield ['in context', entity]
  if (kind === 'secret') {
    yield ['rule', `${of.source}/${entity}`]
    if (of.cls === 'context') yield ['keyword-bound', of.source]
    const provider = providerOf(entity)
    if (provider && of.cls === 'doc') yield ['provider', provider]
    return
  }
  yield ['entity', entity]
  if (of.lang && kind === 'names') yield ['language', `${of.lang} ${entity}`]
  if (entity === 'PHONE_NUMBER') yield ['phone country', countryOf(value)]
  if (
    of.cls === 'phrase' &&
    /ID|TAX|VAT|PASSPORT|LICEN|NIN|_N|NHS|RRN|FRN|PAN|TIN|ABN|SSN/.test(entity)
  )
    yield ['labelled national and tax', entity]
}

/** Names of a group that are not complete; all of them where there are few, or on demand. */
function print(tally: Tally, group: string): void {
  const all = [...(tally.get(group) ?? [])].sort(([a], [b]) => a.localeCompare(b))
  console.log(`\nby ${group}: ${shown(sum(tally, group))}, macro ${macro(tally, group).toFixed(3)}`)
  const few = all.length <= 20 || option('all') >= 0
  const listed = few ? all : all.filter(([, { asked, found }]) => found < asked)
  for (const [name, each] of listed) console.log(`  ${name.padEnd(44)} ${shown(each)}`)
  if (!few) console.log(`  … ${all.length - listed.length} more at 1`)
}

function negatives(
  kind: Kind,
  find: (text: string) => { entity: string; detector: string }[],
): void {
  const classes = new Map<string, { found: number; units: number }>()
  const detectors = new Map<string, number>()
  const seen: string[] = []
  let [flagged, adversarial] = [0, 0]
  for (const each of cases.filter((one): one is LabelledCase => one.negative === true)) {
    const mine = each.kind === 'any' || (each.kind === 'secret') === (kind === 'secret')
    if (!mine) continue
    const found = find(each.text)
    if (isAdversarial(each)) {
      adversarial++
      if (found.length > 0) flagged++
      continue
    }
    const one = classes.get(each.cls ?? 'other') ?? { found: 0, units: 0 }
    classes.set(each.cls ?? 'other', one)
    one.found += found.length
    one.units += each.text.length
    for (const { detector } of found) detectors.set(detector, (detectors.get(detector) ?? 0) + 1)
    if (found.length > 0) seen.push(`${each.id} ${found.map(({ entity }) => entity).join(' ')}`)
  }
  let [found, units] = [0, 0]
  for (const each of classes.values()) [found, units] = [found + each.found, units + each.units]
  console.log(
    `\nfalse findings: ${found} in ${units} units, ${((found * 1e6) / units).toFixed(1)} per MB`,
  )
  for (const [name, each] of [...classes].sort(([a], [b]) => a.localeCompare(b)))
    if (each.found > 0 || option('all') >= 0)
      console.log(
        `  ${name.padEnd(44)} ${each.found}, ${((each.found * 1e6) / each.units).toFixed(0)} per MB`,
      )
  for (const [name, each] of [...detectors].sort(([, a], [, b]) => b - a))
    console.log(`  by ${name}: ${each}`)
  for (const id of seen.slice(0, 40)) console.log(`  in ${id}`)
  console.log(`adversarial negatives with a finding: ${flagged} of ${adversarial}`)
}
