import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parsePhoneNumberFromString } from 'libphonenumber-js'

/** One labelled text: a line of a `.jsonl` file in the scored folder. */
export interface LabelledCase {
  readonly id: string
  /** Who published the sample or its facts. */
  readonly source: string
  /** `secret`, `pii`, or `any` for a negative of both. */
  readonly kind: string
  readonly entity: string
  /** One per span, where a text holds several kinds. */
  readonly entities?: readonly string[]
  readonly text: string
  /** UTF-16 offsets `[start, end)`. */
  readonly spans: readonly (readonly [start: number, end: number])[]
  /** True when nothing in the text may be found. */
  readonly negative?: boolean
  /** How the value stands in the text (`assign`, `context`, `doc`, `bare` …), or what kind of negative it is. */
  readonly cls?: string
  /** Scored apart by its own source: the value alone gives nothing away. */
  readonly weak?: boolean
  /** How the value was disguised. */
  readonly evasion?: string
  readonly lang?: string
}

/** One labelled value of a case. */
export interface Label {
  readonly of: LabelledCase
  readonly start: number
  readonly end: number
  readonly entity: string
  readonly value: string
}

/** Negatives made to look like what they are not: told apart from those that any traffic holds. */
const ADVERSARIAL = new Set(['rule-fp', 'near-miss', 'code-value'])
/** Entities of the detector of names; everything else personal is structured. */
export const NAMES = new Set(['PERSON', 'LOCATION', 'NRP', 'STREET_ADDRESS'])

/** Reads every `.jsonl` file of a folder. Throws when a line is no JSON. */
export function readCases(folder: string): LabelledCase[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  return files.sort().flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LabelledCase),
  )
}

export function isAdversarial({ negative, cls }: LabelledCase): boolean {
  return negative === true && ADVERSARIAL.has(cls ?? '')
}

/** The labelled values of a case, one by one. */
export function labelsOf(of: LabelledCase): Label[] {
  if (of.negative) return []
  return of.spans.map(([start, end], index) => {
    const entity = of.entities?.[index] ?? of.entity
    return { of, start, end, entity, value: of.text.slice(start, end) }
  })
}

/** True for a value that stands alone, or that its own source calls weak. */
export function isBare({ of }: Label): boolean {
  return of.weak === true || of.cls === 'bare'
}

/** The document around the value: what follows `#` in the id, or its second part in generated documents. */
export function documentOf({ id, cls }: LabelledCase): string {
  const named = /#([a-z][a-z0-9-]*)$/.exec(id)?.[1]
  if (named) return named
  if (cls === 'doc' || cls === 'context') return id.split(':')[1] ?? 'other'
  return cls ?? 'other'
}

/** The country that a phone number names with its `+`, or `national`. */
export function countryOf(value: string): string {
  const parsed = value.startsWith('+') ? parsePhoneNumberFromString(value) : undefined
  return parsed ? (parsed.country ?? `+${parsed.countryCallingCode}`) : 'national'
}

const PROVIDERS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['LangSmith', /langsmith|langchain|\blsv2/i],
  ['AWS', /\baws|amazon|bedrock/i],
  ['GitHub', /github|\bgh[pousr]_/i],
  ['GitLab', /gitlab/i],
  ['OpenAI', /^openai|[^e]openai-(?!azure)/i],
  ['Anthropic', /anthropic/i],
  ['Google', /google|\bgcp|gemini/i],
  ['Slack', /slack/i],
  ['Stripe', /stripe(?!paymentintent)/i],
]

/** The provider among the nine that are promised by name, by the name of the rule. */
export function providerOf(rule: string): string | undefined {
  return PROVIDERS.find(([, pattern]) => pattern.test(rule))?.[0]
}
