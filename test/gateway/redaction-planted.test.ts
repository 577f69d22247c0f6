import { beforeAll, expect, test } from 'bun:test'
import { dialectFor } from '../../src/dialects/index.ts'
import { filterWhole, openFilterPipe } from '../../src/gateway/filter-pipe.ts'
import { builtIn } from '../../src/policies/guard-rules.ts'
import { type StringLiteral, stringLiterals } from '../../src/stream/json-text.ts'
import { type Fixture, loadFixtures } from '../dialects/fixtures.ts'
import { callGuard, TOKEN } from './guarded.ts'

// Takes seconds on a busy machine; once a process.
beforeAll(() => void builtIn(), 60_000)

const SECRETS = { detect: { secrets: true } }

/** What passes as it came: ids, what steers or is counted, what is signed or encrypted, sound, pictures, padding. */
const KEPT = [
  /[ /_](?:id|model|container|fingerprint|service_tier|media_type|obfuscation|embedding)$/,
  /(?:modelVersion|responseId|serviceTier|mimeType|[sS]ignature|encrypted_(?:content|index)|modality)$/,
  /(?:audio|inlineData|content_block)\/data$|usage\/speed$|partial_image_b64$|\/result$/,
  // Signed thoughts: Anthropic's behind their end, Google's beside them (the first text of that fixture is one).
  /^gemini\.generate json {2}candidates\/#\/content\/parts\/#\/text$/,
  /(?:delta|content_block|content\/#)\/thinking$/,
]

/** The answer's bytes before and behind each string and each name in it, named by what holds it. */
function* places({ framing, upstream }: Fixture) {
  const text = Buffer.from(upstream).toString()
  const objects =
    framing === 'sse' ? text.matchAll(/(?<=^data: ?)\{.*\}(?=\r?$)/gm) : [{ 0: text, index: 0 }]
  for (const { 0: json, index } of objects) {
    const found = stringLiterals(json, 128)
    if (!found.ok) continue
    const type = framing === 'sse' ? (JSON.parse(json).type ?? '') : ''
    for (const literal of found.literals)
      yield {
        name: `${type} ${nameOf(literal)}`,
        before: text.slice(0, index + literal.start),
        behind: text.slice(index + literal.end),
      }
  }
}

function nameOf({ path, isKey }: StringLiteral): string {
  return path.map((step) => (typeof step === 'number' ? '#' : step)).join('/') + (isKey ? ':' : '')
}

/** What a caller gets of this answer; nothing when it is refused. */
function answered({ route, request, framing }: Fixture, answer: string): string {
  const dialect = dialectFor(route.prefix, 'POST', route.path, route.query)?.dialect
  if (!dialect) throw new Error('no dialect')
  const reader = dialect.openAnswer(dialect.readAsk(request, route.path, route.query))
  const bytes = new TextEncoder().encode(answer)
  if (framing === 'json')
    return Buffer.from(filterWhole(bytes, reader, callGuard(SECRETS))).toString()
  const out: Buffer[] = []
  const pipe = openFilterPipe(framing, reader, callGuard(SECRETS), (piece) => {
    out.push(Buffer.from(piece))
  })
  pipe.push(bytes)
  pipe.end()
  return Buffer.concat(out).toString()
}

test('a secret in any place of any answer leaves in none, but where a changed value would break the call', () => {
  const seen = new Set<string>()
  const leaks = new Set<string>()
  for (const fixture of loadFixtures())
    for (const { name, before, behind } of places(fixture)) {
      const place = `${fixture.dialect} ${fixture.framing} ${name}`
      if (seen.has(place)) continue
      seen.add(place)
      if (answered(fixture, before + TOKEN + behind).includes(TOKEN)) leaks.add(place)
    }
  expect([...leaks].filter((place) => !KEPT.some((kept) => kept.test(place)))).toEqual([])
  expect(seen.size).toBeGreaterThan(500)
})
