import { afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { JsonObject } from '../../src/base/json.ts'
import { dialectFor } from '../../src/dialects/index.ts'
import { redactRequest } from '../../src/gateway/redact-request.ts'
import { presidioAnalyzer } from '../../src/gateway/text-analyzer.ts'
import { builtIn } from '../../src/policies/guard-rules.ts'
import { testWorld } from '../support/world.ts'
import { callGuard, MAIL, PLACEHOLDER } from './guarded.ts'

// Takes seconds on a busy machine; once a process.
beforeAll(() => void builtIn(), 60_000)

interface Asked {
  readonly text: string
  readonly language: string
  readonly entities: readonly string[]
}
type Answer = (asked: Asked) => Response | Promise<Response>

const servers: ReturnType<typeof Bun.serve>[] = []
afterEach(() => {
  for (const each of servers.splice(0)) each.stop(true)
})

/** A scripted analyzer on a real socket. */
function analyzer(answer: Answer) {
  const asked: Asked[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      expect(new URL(request.url).pathname).toBe('/presidio/analyze')
      const body = (await request.json()) as Asked
      asked.push(body)
      return answer(body)
    },
  })
  servers.push(server)
  const url = new URL(`http://127.0.0.1:${server.port}/presidio/`)
  return { asked, port: presidioAnalyzer(url) }
}

/** Finds these names where they stand, by code points as Python counts. */
const finding =
  (...names: readonly string[]): Answer =>
  ({ text }) =>
    Response.json(
      names.flatMap((name) => {
        const at = text.indexOf(name)
        const start = [...text.slice(0, at)].length
        const end = start + [...name].length
        return at < 0 ? [] : [{ entity_type: 'PERSON', start, end, score: 0.85 }]
      }),
    )

/** The detector of names inside stands aside, so that what is found is the analyzer's. */
const PII = { detect: { pii: true }, except: ['names'] }

const BODY = {
  model: 'm',
  messages: [
    { role: 'system', content: 'be kind 🙂 to Qwertia Zzyzx today' },
    { role: 'user', content: `ask Vxo Pqrst at ${MAIL} 🙂, Vxo Pqrst knows` },
    { role: 'tool', tool_call_id: 'c', content: '{"note":"Vxo Pqrst is away"}' },
  ],
}

async function sent(answer: Answer, config: object = PII) {
  const { asked, port } = analyzer(answer)
  const query = new URLSearchParams()
  const dialect = dialectFor('openai', 'POST', '/v1/chat/completions', query)?.dialect
  if (!dialect) throw new Error('no dialect')
  const text = JSON.stringify(BODY)
  const body = JSON.parse(text) as JsonObject
  const read = {
    ask: dialect.readAsk(body, '/v1/chat/completions', query),
    original: Buffer.from(text),
    contentLength: undefined,
    json: { text, body },
    encoding: undefined,
  }
  const guard = callGuard(config)
  const parts = { clock: testWorld().clock, analyzer: port }
  const outgoing = await redactRequest(read, 'POST', dialect, guard, parts)
  return { out: outgoing.text ?? '', asked, guard }
}

describe('an analyzer outside', () => {
  test('finds names that the caller then gets back, and never sees what was hidden before', async () => {
    const { out, asked, guard } = await sent(finding('Qwertia Zzyzx', 'Vxo Pqrst'))
    expect(out).not.toContain('Qwertia')
    expect(out).toMatch(/ask \[SAFE_TO_USE:PERSON_[a-z]{8}\] at \[SAFE_TO_USE:EMAIL_ADDRESS_/)
    expect(asked).toHaveLength(1)
    expect(asked[0]?.text).not.toContain(MAIL)
    expect(asked[0]).toMatchObject({ language: 'en', entities: ['PERSON', 'LOCATION', 'NRP'] })
    const person = out.match(PLACEHOLDER)?.find((mark) => mark.includes('PERSON')) ?? ''
    const filter = guard.openFilter('text')
    expect(filter.push(`it is ${person}.`) + filter.end()).toBe('it is Qwertia Zzyzx.')
    expect(guard.findings()).toContainEqual({
      ...{ detector: 'analyzer', entity: 'PERSON', direction: 'request', count: 2 },
    })
  })

  test('is not asked when no policy looks for names', async () => {
    const secrets = await sent(finding('Vxo Pqrst'), { detect: { secrets: true } })
    expect(secrets.asked).toHaveLength(0)
    const except = await sent(finding('Vxo Pqrst'), {
      detect: { pii: true },
      except: ['PERSON', 'LOCATION', 'NRP'],
    })
    expect(except.asked).toHaveLength(0)
  })

  test('that is late stops the call, unless the policy lets it pass then', async () => {
    const never: Answer = () => new Promise<Response>(() => {})
    const config = { ...PII, timeout_seconds: 0.1 }
    await expect(sent(never, config)).rejects.toMatchObject({ code: 'scanner_unavailable' })
    const { out } = await sent(never, { ...config, timeout_action: 'allow' })
    expect(out).toContain('Vxo Pqrst')
    expect(out).not.toContain(MAIL)
  })

  test('that fails stops the call, unless the policy is open then', async () => {
    const broken: Answer[] = [
      () => new Response('no', { status: 500 }),
      () => new Response('no JSON'),
      () => Response.json({ error: 'no list' }),
      () => Response.json([{ entity_type: 'PERSON', start: 5, end: 100_000 }]),
    ]
    for (const answer of broken) {
      const config = PII
      await expect(sent(answer, config)).rejects.toMatchObject({ code: 'scanner_unavailable' })
      const { out } = await sent(answer, { ...config, fail_mode: 'open' })
      expect(out).toContain('Vxo Pqrst')
      expect(out).not.toContain(MAIL)
    }
  })
})
