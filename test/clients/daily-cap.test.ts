import { afterAll, beforeAll, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { type Service, startService } from '../support/service.ts'
import { until } from '../support/world.ts'

// An administrator's walk: the first key made through the API, a cap of $10 a day on it, and what its owner sees in each
// SDK once it is spent.

const SAYS = 'Request blocked by gateway policies: R&D Spend Cap'
const OUTPUT = 100_000
const QUESTION = [{ role: 'user' as const, content: 'ping' }]
let service: Service

beforeAll(async () => {
  // Each call uses all the output it asks for: a dollar on gpt-5.
  const answer = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-5-2025-08-07',
    choices: [{ index: 0, message: { role: 'assistant', content: 'pong' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 9, completion_tokens: OUTPUT, total_tokens: OUTPUT + 9 },
  }
  service = await startService({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(answer),
  })
})
afterAll(() => service.close())

interface Refused {
  readonly status?: number
  readonly message: string
  readonly constructor: { readonly name: string }
}

/** What the SDK throws, shown as its user would see it. */
async function refusal(client: string, run: Promise<unknown>): Promise<Refused> {
  const cause: Refused = await run.then(
    () => {
      throw new Error(`${client} was not refused`)
    },
    (thrown) => thrown,
  )
  console.log(`${client} shows ${cause.constructor.name}: ${cause.message}`)
  return cause
}

test('a daily $10 cap on the first key serves ten dollars and then blocks by name in every SDK', async () => {
  const roles: { id: string; name: string }[] = (await service.admin('GET', '/orgs/current/roles'))
    .body
  const role_id = roles.find(({ name }) => name === 'WORKSPACE_ADMIN')?.id
  const made = await service.admin('POST', '/orgs/current/service-keys', {
    description: 'R&D',
    role_id,
  })
  expect(made.status).toBe(201)
  const apiKey: string = made.body.key
  const cap = await service.admin('POST', '/platform/gateway-policies', {
    name: 'R&D Spend Cap',
    policy_type: 'spend_cap',
    subject_matchers: [{ key: 'api_key_id', value: made.body.id }],
    config: { window: 'daily', limit_usd: 10 },
  })
  expect(cap.status).toBe(201)
  const shown = async () =>
    (await service.admin('GET', `/platform/gateway-policies/${cap.body.id}`)).body

  const openai = new OpenAI({ apiKey, baseURL: `${service.url}/openai/v1`, maxRetries: 3 })
  const ask = { model: 'gpt-5', max_completion_tokens: OUTPUT, messages: QUESTION }
  let served = 0
  let left = 10
  while (left > 1.01) {
    const { response } = await openai.chat.completions.create(ask).withResponse()
    left = Number(response.headers.get('x-gateway-budget-remaining-usd'))
    served++
  }
  // 9 × (100 000 × $10 + 9 × $1.25 per million) = $9.0001; one more would not fit. What was left is told with the last
  // calls' upper bounds still held.
  expect(served).toBe(9)
  expect(left).toBeGreaterThan(0.98)
  expect(left).toBeLessThanOrEqual(0.99989875)
  const before = service.provider.requests.length

  const one = await refusal('openai', openai.chat.completions.create(ask))
  expect([one.status, one.message.includes(SAYS)]).toEqual([402, true])
  const anthropic = new Anthropic({ apiKey, baseURL: `${service.url}/anthropic` })
  const wish = { model: 'claude-opus-4-1', max_tokens: 20_000, messages: QUESTION }
  const two = await refusal('@anthropic-ai/sdk', anthropic.messages.create(wish))
  expect([two.status, two.message.includes(SAYS)]).toEqual([402, true])
  const google = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: `${service.url}/gemini` } })
  const prompt = {
    model: 'gemini-2.5-pro',
    contents: 'ping',
    config: { candidateCount: 2 },
  }
  const three = await refusal('@google/genai', google.models.generateContent(prompt))
  expect([three.status, three.message.includes(SAYS)]).toEqual([402, true])

  // No SDK asked again, nothing reached a provider, and the day's spend is below the cap by the books.
  expect(service.provider.requests).toHaveLength(before)
  const settled = await until('the last bill', async () => {
    const policy = await shown()
    return policy.reserved_usd === 0 ? policy : undefined
  })
  expect(settled.current_spend_usd).toBeCloseTo(9.00010125, 8)
  const midnight = new Date(settled.resets_at)
  expect(midnight.getTime() % 86_400_000).toBe(0)
}, 120_000)
