import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, type JsonObject, member, textMember } from '../../src/base/json.ts'
import type { Framing } from '../../src/dialects/dialect.ts'

const ROOT = join(import.meta.dir, '..', 'fixtures')

/** One exchange as a provider answered it, and what must be read out of it. */
export interface Fixture {
  readonly name: string
  /** The folder: the dialect's id. */
  readonly dialect: string
  /** `<provider prefix> <method> <path and query>` */
  readonly route: { prefix: string; method: string; path: string; query: URLSearchParams }
  readonly requestText: string
  readonly request: JsonObject
  readonly framing: Framing
  readonly upstream: Uint8Array
  /** What the caller must get; the provider's own bytes unless `downstream.*` says otherwise. */
  readonly downstream: Uint8Array
  readonly expect: JsonObject
}

/** Every fixture below test/fixtures, by folder. */
export function loadFixtures(): Fixture[] {
  return readdirSync(ROOT).flatMap((dialect) =>
    readdirSync(join(ROOT, dialect)).map((name) => load(dialect, name)),
  )
}

const SUFFIXES = [
  ['sse', 'sse'],
  ['array', 'array'],
  ['json', 'json'],
] as const

function load(dialect: string, name: string): Fixture {
  const folder = join(ROOT, dialect, name)
  const found = SUFFIXES.find(([suffix]) => existsSync(join(folder, `upstream.${suffix}`)))
  if (!found) throw new Error(`${folder} holds no upstream`)
  const [suffix, framing] = found
  const upstream = readFileSync(join(folder, `upstream.${suffix}`))
  const down = join(folder, `downstream.${suffix}`)
  const requestText = readFileSync(join(folder, 'request.json'), 'utf8')
  const expect = object(JSON.parse(readFileSync(join(folder, 'expect.json'), 'utf8')))
  const [prefix = '', method = '', target = ''] = (textMember(expect, 'route') ?? '').split(' ')
  const url = new URL(target, 'http://provider.invalid')
  return {
    name: `${dialect} ${name}`,
    dialect,
    route: { prefix, method, path: url.pathname, query: url.searchParams },
    requestText,
    request: object(JSON.parse(requestText)),
    framing,
    upstream,
    downstream: existsSync(down) ? readFileSync(down) : upstream,
    expect,
  }
}

function object(value: unknown): JsonObject {
  if (!isJsonObject(value)) throw new Error('a fixture file is no JSON object')
  return value
}

/** Slot → text of the fixture's `texts`, in the order the slots begin. */
export function expectedTexts(fixture: Fixture): Record<string, string> {
  const texts = member(fixture.expect, 'texts') ?? {}
  return Object.fromEntries(Object.entries(texts).map(([slot, text]) => [slot, String(text)]))
}
