import { readFileSync } from 'node:fs'
import { compileDetectors } from '../../../src/redaction/automaton/compile.ts'
import { sampleOf } from '../../../src/redaction/automaton/sample.ts'
import { DETECTORS } from '../../../src/redaction/detectors/index.ts'
import { scan } from '../../../src/redaction/scan.ts'

/** Units of every text that is scanned in one push. */
export const TEXT_UNITS = 1_000_000

const PROSE =
  'The committee met in the old town hall and talked for two hours about the bridge. Nobody had read the report, which was 42 pages long, but everyone had an opinion on it. '
const CODE =
  'export function sum(values: readonly number[]): number {\n  let total = 0\n  for (const value of values) total += value * config.scale["main"]\n  return total // keeps the key order\n}\n'
const JSON_TEXT =
  '{"id":"a1f3","name":"widget","count":17,"tags":["blue","large"],"price":12.5,"token_count":118,"updated":"2026-03-04T09:11:22Z"}\n'

/** `piece` again and again, `units` long. */
export function fill(piece: string, units = TEXT_UNITS): string {
  return piece.repeat(Math.ceil(units / piece.length)).slice(0, units)
}

/** Formats with a literal beginning: what the baseline has one expression each for. */
export const FORMATS = DETECTORS.filter((detector) => detector.type === 'format')

/** Every format's literal with a beginning of its body. */
const cutShort = (units: number): readonly string[] =>
  FORMATS.map((each) => `${each.literals[0]}${sampleOf(each.body, 1).slice(0, units)} `)

/** Those of `pieces` that are nothing: what is short for one format may be whole for another, or stand behind a name. */
function nothing(pieces: readonly string[]): string {
  const compiled = compileDetectors(DETECTORS)
  let kept = ''
  for (const piece of pieces)
    if (scan(compiled, `${kept.slice(-200)}${piece}`).length === 0) kept += piece
  return kept
}

/** Texts of every day. */
export const PLAIN: Readonly<Record<string, string>> = {
  prose: fill(PROSE),
  code: fill(CODE),
  json: fill(JSON_TEXT),
}

const STORY =
  'The harbour was quiet that morning, and the fishermen who usually argued about the price of diesel had gone home early. Rain had fallen for three days; the water stood high against the stones. In the afternoon a letter arrived from the ministry. It said, in long and careful sentences, that the northern pier would be closed until the spring, because an inspection had shown cracks in two of the supports. "They could have told us in summer," the oldest of the crew said, and went on mending his net. The mayor, who disliked speeches, gave one anyway. Work would begin on Monday, he promised, and everyone who lost income because of it should come to the town hall with their papers. Software projects fail for similar reasons. When the Database went down last Tuesday, Support received 214 calls within the hour; most of them were about invoices. Engineering restored the service from a backup, wrote a report, and changed the alert thresholds. '
const GIVEN = 'Anna Bela Carlos Dmitri Elena Farid Greta Hiro Ines Jakob Katrin Luis Marta Nikhil'
const FAMILY = 'Berg Novak Ortega Solberg Morel Tanaka Petrov Lindqvist Okafor Haddad Brandt Kolar'
const TOWN = 'Oslo Graz Kassel Delft Rouen Lisbon Cusco Tartu Lyon Porto'

/** Sentences of which each tells of somebody: every finding costs, whatever stands around it. */
function peopled(): string {
  const pick = (list: string, index: number): string => {
    const words = list.split(' ')
    return words[index % words.length] ?? ''
  }
  let text = ''
  for (let index = 0; text.length < TEXT_UNITS / 10; index++) {
    const [given, family, town] = [
      pick(GIVEN, index * 5),
      pick(FAMILY, index),
      pick(TOWN, index * 3),
    ]
    text += [
      `Hi, my name is ${given} ${family} and I live in ${town}. `,
      `The parcel for ${given} ${family} was returned to the office in ${town} yesterday, please call back. `,
      `Dr. ${family} prescribed it and asked whether the second appointment could be moved. `,
      `Employee: ${given} ${family}; nationality: Peruvian\n`,
      `We talked with ${given}'s manager about the delay of the shipment and the new price list. `,
    ][index % 5]
  }
  return fill(text)
}

/** For the scanner of names, besides the texts of every day: other prose, and names in every sentence. */
export const NAMED: Readonly<Record<string, string>> = {
  'another prose': fill(STORY),
  'names in every sentence': peopled(),
}

/** Texts that people wrote, no two lines alike: what this project consists of. */
export const WRITTEN: Readonly<Record<string, string>> = {
  'sources of this project': filesOf('src/**/*.ts'),
  'documents of this project': filesOf('*.md', '{src,test,docs}/**/*.md'),
}

function filesOf(...patterns: readonly string[]): string {
  const root = new URL('../../../', import.meta.url).pathname
  const names = patterns.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync(root)]).sort()
  return fill(names.map((name) => readFileSync(root + name, 'utf8')).join('\n'))
}

/** Texts made to be slow: one shape of work over and over. */
export const HOSTILE: Readonly<Record<string, string>> = {
  'one letter': fill('a'),
  digits: fill('7'),
  'at signs': fill('a@'),
  'prefix, again and again': fill('sk-ant-'),
  eyJ: fill('eyJ'),
  'nearly tokens': fill(nothing(cutShort(6))),
  'tokens one unit short': fill(nothing(cutShort(-1))),
  'tokens short or whole': fill(cutShort(-1).join('')),
  'keys without values': fill('api_key= password: '),
  'keys before capitals': fill('api_key= Password: '),
  'keys with short values': fill('api_key=a1b2c3 '),
  'keys with names as values': fill('password="settings.Foo1" token: x7 '),
}
