import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { newId } from '../../src/base/id.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { postgresLedger } from '../../src/store/ledger-postgres.ts'
import { type PolicyCache, policyCache } from '../../src/store/policy-cache.ts'
import { dailyCap, ledgerBench } from '../support/ledger.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { gate } from '../support/scripted-provider.ts'
import { testWorld, until } from '../support/world.ts'
import { CALLER_KEY, callerKey, chat, openGateway } from './harness.ts'

const world = testWorld()
let database: TestDatabase
let cache: PolicyCache
let gateway: Awaited<ReturnType<typeof openGateway>>
let organizationId: string

const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
}
const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-4-5-20251001',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 9, output_tokens: 2 },
}
const theirs = {
  'x-ratelimit-limit-requests': '10000',
  'x-ratelimit-remaining-requests': '9999',
  'anthropic-ratelimit-requests-limit': '50',
  'anthropic-ratelimit-unified-status': 'allowed',
}

const chunk = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: null }],
})
/** Opened when the head of a stream was read: until then the call is not over. */
const rest = gate()

beforeAll(async () => {
  database = await testDatabase()
  cache = policyCache(database, world)
  gateway = await openGateway(
    (request) => {
      const { path } = request
      if (request.text().includes('"stream":true'))
        return {
          headers: { 'content-type': 'text/event-stream' },
          body: [`data: ${chunk}\n\n`, rest.promise, 'data: [DONE]\n\n'],
        }
      return {
        status: 200,
        headers: { 'content-type': 'application/json', ...theirs },
        body: JSON.stringify(path.includes('messages') ? message : completion),
      }
    },
    {
      policies: cache,
      ledger: openLedger({ port: postgresLedger(database), world, processId: newId(world) }),
    },
  )
})
afterAll(async () => {
  await gateway.close()
  await database.close()
})
beforeEach(() => {
  organizationId = newId(world)
  gateway.keys.set(CALLER_KEY, callerKey({ organizationId }))
})

const bench = () => ledgerBench(database, world, { organizationId })
const ask = {
  model: 'gpt-4o',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'hello' }],
}
const openai = (body: object = ask) =>
  fetch(`${gateway.url}/openai/v1/chat/completions`, chat(body))

describe('an answer says what is left of the limits', () => {
  test('without limits the provider’s own words pass and nothing is added', async () => {
    const { headers } = await openai()
    expect(headers.get('x-ratelimit-limit-requests')).toBe('10000')
    for (const name of ['ratelimit', 'ratelimit-policy', 'x-gateway-budget-remaining-usd'])
      expect(headers.get(name)).toBeNull()
  })

  test('of the tightest cap, exact to the nanodollar once the bill is known', async () => {
    const { save, account } = bench()
    await save({ ...dailyCap(100), name: 'Wide' })
    const narrow = await save({
      name: 'Narrow',
      matchers: [{ key: 'model', value: 'gpt-4o' }],
      config: { window: 'hourly', limit_usd: 2 },
    })
    for (const left of ['1.9999575', '1.999915']) {
      const { headers } = await openai()
      expect(headers.get('x-gateway-cost-usd')).toBe('0.0000425')
      expect(headers.get('x-gateway-budget-remaining-usd')).toBe(left)
      expect(headers.get('x-gateway-budget-limit-usd')).toBe('2')
      const resets = Date.parse(headers.get('x-gateway-budget-resets-at') ?? '')
      expect(resets % 3_600_000).toBe(0)
      expect(headers.get('ratelimit-policy')).toBe('"spend-hour";q=2000000;w=3600;qu="micro-usd"')
      expect(headers.get('ratelimit')).toMatch(/^"spend-hour";r=19999\d\d;t=\d{1,4}$/)
      await until('the bill', async () => (await account(narrow.id)).pending === 0n)
    }
  })

  test('of a stream: its hold counts as spent, since its bill is not known yet', async () => {
    const { save } = bench()
    await save(dailyCap(1))
    const { headers } = await openai({ ...ask, stream: true })
    rest.open()
    const reserved = Number(headers.get('x-gateway-reserved-usd'))
    expect(reserved).toBeGreaterThan(0.001)
    expect(Number(headers.get('x-gateway-budget-remaining-usd'))).toBeCloseTo(1 - reserved, 9)
  })

  test('of requests and tokens under the names that each SDK reads, the provider’s own apart', async () => {
    const { save } = bench()
    const limits = [
      { metric: 'requests', window: 'hour', value: 5 },
      { metric: 'tokens', window: 'hour', value: 50_000 },
      { metric: 'concurrency', value: 7 },
    ]
    await save({ type: 'rate_limit', name: 'Pace', config: { limits } })
    const first = (await openai()).headers
    expect(first.get('x-ratelimit-limit-requests')).toBe('5')
    expect(first.get('x-ratelimit-remaining-requests')).toBe('4')
    expect(first.get('x-ratelimit-reset-requests')).toMatch(/^\d{1,4}s$/)
    expect(first.get('x-ratelimit-remaining-tokens')).toBe('49989')
    expect(first.get('x-gateway-upstream-x-ratelimit-limit-requests')).toBe('10000')
    expect(first.get('ratelimit-policy')).toContain('"concurrency";q=7;qu="concurrent-requests"')
    const body = { ...ask, model: 'claude-haiku-4-5' }
    const second = (await fetch(`${gateway.url}/anthropic/v1/messages`, chat(body))).headers
    expect(second.get('anthropic-ratelimit-requests-limit')).toBe('5')
    expect(second.get('anthropic-ratelimit-requests-remaining')).toBe('3')
    expect(second.get('anthropic-ratelimit-requests-reset')).toMatch(/T\d\d:00:00.000Z$/)
    expect(second.get('x-gateway-upstream-anthropic-ratelimit-requests-limit')).toBe('50')
    expect(second.get('anthropic-ratelimit-unified-status')).toBe('allowed')
  })

  test('of what refused a call', async () => {
    const { save } = bench()
    await save(dailyCap('0.0001'))
    const capped = await openai()
    expect(capped.status).toBe(402)
    expect(capped.headers.get('x-gateway-budget-remaining-usd')).toBe('0.0001')
    await save(dailyCap(10))
    const config = { limits: [{ metric: 'requests', window: 'hour', value: 1 }] }
    await save({ type: 'rate_limit', name: 'Pace', config })
    cache.forget()
    expect((await openai()).status).toBe(200)
    const slowed = await openai()
    expect(slowed.status).toBe(429)
    expect(slowed.headers.get('x-ratelimit-remaining-requests')).toBe('0')
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(slowed.headers.get('ratelimit')).toMatch(/^"requests-hour";r=0;t=\d{1,4}$/)
  })
})
