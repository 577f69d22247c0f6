import { expect } from 'bun:test'
import { APIError, AuthenticationError, BadRequestError, RateLimitError } from 'openai'
import { BREAK } from '../support/scripted-provider.ts'
import type { Scenario } from './family.ts'
import { openAiClient, PING, withUsage } from './openai-client.ts'
import { json, type Rig, rejection, streamed } from './rig.ts'
import { chatText, chunk } from './script-chat.ts'

async function apiError(promise: Promise<unknown>): Promise<APIError> {
  const cause = await rejection(promise)
  expect(cause).toBeInstanceOf(APIError)
  if (!(cause instanceof APIError)) throw cause
  return cause
}

async function providersError(rig: Rig): Promise<void> {
  const error = {
    message: 'no such tool',
    type: 'invalid_request_error',
    param: 'tools',
    code: 'x',
  }
  rig.answers(json({ error }, 400))
  const cause = await apiError(openAiClient(rig).chat.completions.create(PING))
  expect(cause).toBeInstanceOf(BadRequestError)
  expect(cause.message).toContain('no such tool')
  expect([cause.type, cause.param, cause.code]).toEqual(['invalid_request_error', 'tools', 'x'])
  rig.passed()
}

async function retryHints(rig: Rig): Promise<void> {
  const error = { message: 'slow down', type: 'requests', code: 'rate_limit_exceeded' }
  const hint = { 'retry-after-ms': '7', 'retry-after': '50', 'x-should-retry': 'true' }
  rig.answers([json({ error }, 429, hint), chatText('at last')])
  const before = rig.service.provider.requests.length
  const { response } = await openAiClient(rig, { maxRetries: 2 })
    .chat.completions.create({ ...PING, stream: true })
    .withResponse()
  expect(await response.text()).toContain('at last')
  const tries = rig.service.provider.requests.slice(before)
  expect(tries.map((each) => each.header('x-stainless-retry-count'))).toEqual(['0', '1'])
  rig.answers(json({ error }, 500, { 'x-should-retry': 'false' }))
  await apiError(openAiClient(rig, { maxRetries: 2 }).chat.completions.create(PING))
  expect(rig.service.provider.requests).toHaveLength(before + 3)
  rig.passed()
}

/** A cap's refusal: one call, nothing forwarded, the policy named. */
async function capped(rig: Rig): Promise<void> {
  await rig.cap('R&D Spend Cap', 'gpt-4o')
  const [calls, forwarded] = [rig.sent.length, rig.service.provider.requests.length]
  const client = openAiClient(rig, { maxRetries: 2 })
  const cause = await apiError(client.chat.completions.create({ ...PING, model: 'gpt-4o' }))
  expect(cause.status).toBe(402)
  expect(cause.message).toContain('Request blocked by gateway policies: R&D Spend Cap')
  expect([cause.type, cause.code]).toEqual(['insufficient_quota', 'budget_exceeded'])
  expect(rig.sent.length - calls).toBe(1)
  expect(rig.service.provider.requests).toHaveLength(forwarded)
}

async function limited(rig: Rig): Promise<void> {
  rig.answers(chatText('x'))
  await rig.limit('One a minute', 'gpt-4.1-mini')
  const refused = openAiClient(rig).chat.completions.create({ ...PING, model: 'gpt-4.1-mini' })
  const cause = await apiError(refused)
  expect(cause).toBeInstanceOf(RateLimitError)
  expect(cause.message).toContain('One a minute')
  expect(cause.code).toBe('rate_limit_exceeded')
  expect(Number(cause.headers?.get('retry-after'))).toBeGreaterThan(0)
}

async function wrongKey(rig: Rig): Promise<void> {
  const calls = rig.sent.length
  const stranger = openAiClient(rig, { apiKey: 'none', maxRetries: 2 })
  const cause = await apiError(stranger.chat.completions.create(PING))
  expect(cause).toBeInstanceOf(AuthenticationError)
  expect(cause.code).toBe('invalid_api_key')
  expect(rig.sent.length - calls).toBe(1)
}

async function brokenStream(rig: Rig): Promise<void> {
  rig.answers(streamed(chunk({ content: 'half' }), BREAK))
  let said = ''
  const reading = async () => {
    const events = await openAiClient(rig).chat.completions.create({ ...PING, stream: true })
    for await (const event of events) said += event.choices[0]?.delta.content ?? ''
  }
  const cause = await apiError(reading())
  expect(cause.code).toBe('upstream_broke')
  expect(said).toBe('half')
  rig.passed(withUsage)
}

/** What goes wrong, and how the SDK tells it. */
export const openAiRefused: readonly Scenario[] = [
  { name: "provider's error", run: providersError },
  { name: 'retry hints', run: retryHints },
  { name: '402 by a spend cap', run: capped },
  { name: '429 by a rate limit', run: limited },
  { name: 'wrong key', run: wrongKey },
  { name: 'broken stream', run: brokenStream },
]
