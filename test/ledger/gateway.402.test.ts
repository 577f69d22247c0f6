import { afterAll, beforeAll, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { newId } from '../../src/base/id.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { postgresLedger } from '../../src/store/ledger-postgres.ts'
import { policyCache } from '../../src/store/policy-cache.ts'
import { CALLER_KEY, callerKey, openGateway } from '../gateway/harness.ts'
import { dailyCap, ledgerBench } from '../support/ledger.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testWorld, until } from '../support/world.ts'

const world = testWorld()
let database: TestDatabase
let gateway: Awaited<ReturnType<typeof openGateway>>
const answer = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
}

beforeAll(async () => {
  database = await testDatabase()
  const processId = newId(world)
  gateway = await openGateway(
    () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(answer),
    }),
    {
      policies: policyCache(database, world),
      ledger: openLedger({ port: postgresLedger(database), world, processId }),
    },
  )
})
afterAll(async () => {
  await gateway.close()
  await database.close()
})

/** What the SDK throws. */
async function thrown(
  run: Promise<unknown>,
): Promise<{ status?: number; message: string; constructor: { name: string } }> {
  return run.then(
    () => {
      throw new Error('nothing was refused')
    },
    (cause) => cause,
  )
}

const question = [{ role: 'user' as const, content: 'hello' }]

test('calls are served up to the cap and billed exactly; the next is refused by name, in every SDK', async () => {
  const { organizationId } = callerKey()
  const bench = ledgerBench(database, world, { organizationId })
  const openai = new OpenAI({
    apiKey: CALLER_KEY,
    baseURL: `${gateway.url}/openai/v1`,
    maxRetries: 3,
  })
  // The ceiling of this call is a little above $0.001 (100 output tokens at $10 per million); its bill is far below.
  const { id } = await bench.save({ ...dailyCap('0.002'), name: 'R&D Spend Cap' })
  const ask = { model: 'gpt-4o', max_tokens: 100, messages: question }
  const served = await openai.chat.completions.create(ask)
  expect(served.choices[0]?.message.content).toBe('hi')
  await until('the call is settled', async () => (await bench.account(id)).pending === 0n)
  // 9 × $2.50 + 2 × $10 per million.
  const [row] = await database.sql`
    select cost_nanos, cost_basis from exchanges where organization_id = ${organizationId} and outcome = 'ok'`
  expect({ ...row }).toEqual({ cost_nanos: 42_500n, cost_basis: 'measured' })
  expect(await bench.account(id)).toEqual({
    posted: 42_500n,
    overage: 0n,
    pending: 0n,
    expired: 0n,
  })

  await bench.save({ ...dailyCap('0.00004'), name: 'R&D Spend Cap' })
  const says = 'Request blocked by gateway policies: R&D Spend Cap'
  const before = gateway.provider.requests.length
  const one = await thrown(openai.chat.completions.create(ask))
  expect([one.status, one.message.includes(says)]).toEqual([402, true])

  const anthropic = new Anthropic({ apiKey: CALLER_KEY, baseURL: `${gateway.url}/anthropic` })
  const two = await thrown(
    anthropic.messages.create({ model: 'claude-haiku-4-5', max_tokens: 100, messages: question }),
  )
  expect([two.status, two.message.includes(says)]).toEqual([402, true])

  const google = new GoogleGenAI({
    apiKey: CALLER_KEY,
    httpOptions: { baseUrl: `${gateway.url}/gemini` },
  })
  const three = await thrown(
    google.models.generateContent({ model: 'gemini-2.5-flash', contents: 'hello' }),
  )
  expect([three.status, three.message.includes(says)]).toEqual([402, true])
  // No SDK asked again, and nothing reached a provider.
  expect(gateway.provider.requests.length).toBe(before)
  expect(
    gateway.recorded.map(({ closed }) => closed.policies.violated.map(({ name }) => name)),
  ).toEqual([['R&D Spend Cap'], ['R&D Spend Cap'], ['R&D Spend Cap']])
})
