import { expect } from 'bun:test'
import { BREAK } from '../support/scripted-provider.ts'
import type { AnthropicSdk } from './anthropic-client.ts'
import { PING } from './anthropic-messages.ts'
import type { Scenario } from './family.ts'
import { at, json, type Rig, rejection, streamed } from './rig.ts'
import { messageEvents, messageStream } from './script-messages.ts'

const failure = (type: string, message: string) => ({ type: 'error', error: { type, message } })
const ANSWER = messageStream([{ type: 'text', text: 'at last' }])

/** What goes wrong, and how the SDK tells it. */
export function anthropicRefused(sdk: AnthropicSdk): readonly Scenario[] {
  const { errors } = sdk
  /** What was thrown, which must be the SDK's own error with the protocol's body. */
  async function apiError(promise: Promise<unknown>) {
    const cause = await rejection(promise)
    expect(cause).toBeInstanceOf(errors.APIError)
    const message = String(at(cause, 'message') ?? cause)
    const headers = at(cause, 'headers')
    return {
      cause,
      message: cause instanceof Error ? cause.message : message,
      status: at(cause, 'status'),
      type: at(cause, 'error', 'error', 'type'),
      requestId: at(cause, 'requestID'),
      headers: headers instanceof Headers ? headers : new Headers(),
    }
  }

  async function providersError(rig: Rig): Promise<void> {
    rig.answers(json(failure('invalid_request_error', 'tools: too many'), 400))
    const { cause, message, type } = await apiError(
      sdk.open(rig).messages.create(PING).withResponse(),
    )
    expect(cause).toBeInstanceOf(errors.BadRequestError)
    expect(message).toContain('tools: too many')
    expect(type).toBe('invalid_request_error')
    rig.passed()
  }

  async function overloadedInStream(rig: Rig): Promise<void> {
    const event = `event: error\ndata: ${JSON.stringify(failure('overloaded_error', 'Overloaded'))}\n\n`
    const events = messageEvents([{ type: 'text', text: 'pong' }]).slice(0, 4)
    rig.answers(streamed(...events, event))
    const { message, type } = await apiError(sdk.open(rig).messages.stream(PING).finalMessage())
    expect(message).toContain('Overloaded')
    expect(type).toBe('overloaded_error')
    rig.passed()
  }

  async function retryHints(rig: Rig): Promise<void> {
    const hint = { 'retry-after-ms': '7', 'retry-after': '50', 'x-should-retry': 'true' }
    rig.answers([json(failure('rate_limit_error', 'slow down'), 429, hint), ANSWER])
    const before = rig.service.provider.requests.length
    const client = sdk.open(rig, { maxRetries: 2 })
    const answer = await client.messages.stream(PING).finalMessage()
    expect(at(answer, 'content', 0, 'text')).toBe('at last')
    const tries = rig.service.provider.requests.slice(before)
    expect(tries.map((each) => each.header('x-stainless-retry-count'))).toEqual(['0', '1'])
    rig.answers(json(failure('api_error', 'no'), 500, { 'x-should-retry': 'false' }))
    await apiError(client.messages.create(PING).withResponse())
    expect(rig.service.provider.requests).toHaveLength(before + 3)
    rig.passed()
  }

  /** A cap's refusal: one call, nothing forwarded, the policy named. */
  async function capped(rig: Rig): Promise<void> {
    await rig.cap('R&D Spend Cap', 'claude-opus-4-5')
    const [calls, forwarded] = [rig.sent.length, rig.service.provider.requests.length]
    const client = sdk.open(rig, { maxRetries: 2 })
    const ask = { ...PING, model: 'claude-opus-4-5' }
    const { status, message, type } = await apiError(client.messages.stream(ask).finalMessage())
    expect(status).toBe(402)
    expect(message).toContain('Request blocked by gateway policies: R&D Spend Cap')
    expect(type).toBe('billing_error')
    expect(rig.sent.length - calls).toBe(1)
    expect(rig.service.provider.requests).toHaveLength(forwarded)
  }

  async function limited(rig: Rig): Promise<void> {
    rig.answers(ANSWER)
    await rig.limit('One a minute', 'claude-haiku-4-5')
    const ask = { ...PING, model: 'claude-haiku-4-5' }
    const refused = await apiError(sdk.open(rig).messages.stream(ask).finalMessage())
    expect(refused.cause).toBeInstanceOf(errors.RateLimitError)
    expect(refused.message).toContain('One a minute')
    expect(refused.type).toBe('rate_limit_error')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  }

  async function wrongKey(rig: Rig): Promise<void> {
    const calls = rig.sent.length
    const stranger = sdk.open(rig, { apiKey: 'none', maxRetries: 2 })
    const { cause, type, requestId } = await apiError(stranger.messages.create(PING).withResponse())
    expect(cause).toBeInstanceOf(errors.AuthenticationError)
    expect(type).toBe('authentication_error')
    expect(requestId).toMatch(/^[0-9a-f]{8}-/)
    expect(rig.sent.length - calls).toBe(1)
  }

  async function brokenStream(rig: Rig): Promise<void> {
    const events = messageEvents([{ type: 'text', text: 'half' }]).slice(0, 4)
    rig.answers(streamed(...events, BREAK))
    const { type } = await apiError(sdk.open(rig).messages.stream(PING).finalMessage())
    expect(type).toBe('api_error')
    rig.passed()
  }

  return [
    { name: "provider's error", run: providersError },
    { name: "provider's error inside a stream", run: overloadedInStream },
    { name: 'retry hints', run: retryHints },
    { name: '402 by a spend cap', run: capped },
    { name: '429 by a rate limit', run: limited },
    { name: 'wrong key', run: wrongKey },
    { name: 'broken stream', run: brokenStream },
  ]
}
