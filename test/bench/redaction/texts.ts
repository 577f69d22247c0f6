import { sampleOf } from '../../../src/redaction/automaton/sample.ts'
import { DETECTORS } from '../../../src/redaction/detectors/index.ts'

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
const cutShort = (units: number): string =>
  FORMATS.map((each) => `${each.literals[0]}${sampleOf(each.body, 1).slice(0, units)} `).join('')

/** Texts of every day. */
export const PLAIN: Readonly<Record<string, string>> = {
  prose: fill(PROSE),
  code: fill(CODE),
  json: fill(JSON_TEXT),
}

/** Texts made to be slow: one shape of work over and over. */
export const HOSTILE: Readonly<Record<string, string>> = {
  'one letter': fill('a'),
  digits: fill('7'),
  'at signs': fill('a@'),
  'prefix, again and again': fill('sk-ant-'),
  eyJ: fill('eyJ'),
  'nearly tokens': fill(cutShort(6)),
  'tokens one unit short': fill(cutShort(-1)),
  'keys without values': fill('api_key= password: '),
  'keys before capitals': fill('api_key= Password: '),
  'keys with short values': fill('api_key=a1b2c3 '),
  'keys with names as values': fill('password="settings.Foo1" token: x7 '),
}
