import { expect } from 'bun:test'
import type { AnthropicSdk } from './anthropic-client.ts'
import { PING } from './anthropic-messages.ts'
import type { Scenario } from './family.ts'
import { json, type Rig } from './rig.ts'
import { messageOf } from './script-messages.ts'

const ANSWER = messageOf([{ type: 'text', text: 'pong' }])
const BETAS = 'interleaved-thinking-2025-05-14,context-management-2025-06-27'

/** Everything beside the messages themselves. */
export function anthropicRoutes(sdk: AnthropicSdk): readonly Scenario[] {
  async function countTokens(rig: Rig): Promise<void> {
    rig.answers(json({ input_tokens: 14 }))
    const { model, messages } = PING
    const { input_tokens } = await sdk.open(rig).messages.countTokens({ model, messages })
    expect(input_tokens).toBe(14)
    expect(rig.passed().path).toBe('/v1/messages/count_tokens')
  }

  async function models(rig: Rig): Promise<void> {
    const data = [{ type: 'model', id: 'claude-sonnet-4-5', display_name: 'Sonnet' }]
    const page = { data, has_more: false, first_id: 'claude-sonnet-4-5', last_id: 'x' }
    rig.answers(json(page))
    expect((await sdk.open(rig).models.list()).data[0]?.id).toBe('claude-sonnet-4-5')
    expect(rig.passed().method).toBe('GET')
  }

  async function requestIds(rig: Rig): Promise<void> {
    rig.answers(json(ANSWER, 200, { 'request-id': 'req_upstream_7' }))
    const { request_id, response } = await sdk.open(rig).messages.create(PING).withResponse()
    expect(request_id).toMatch(/^[0-9a-f]{8}-/)
    expect(request_id).toBe(response.headers.get('x-gateway-request-id'))
    expect(response.headers.get('x-gateway-upstream-request-id')).toBe('req_upstream_7')
    rig.passed()
  }

  async function headers(rig: Rig): Promise<void> {
    rig.answers(json(ANSWER))
    const given = { 'anthropic-beta': BETAS, 'anthropic-dangerous-direct-browser-access': 'true' }
    await sdk.open(rig).messages.create(PING, { headers: given }).withResponse()
    const seen = rig.passed()
    expect(seen.header('anthropic-beta')).toBe(BETAS)
    expect(seen.header('anthropic-dangerous-direct-browser-access')).toBe('true')
    expect(seen.header('anthropic-version')).toMatch(/^20\d\d-\d\d-\d\d$/)
    expect(seen.header('x-stainless-lang')).toBe('js')
  }

  return [
    { name: 'count tokens', run: countTokens },
    { name: 'models list', run: models },
    { name: 'request ids', run: requestIds },
    { name: 'beta and version headers untouched', run: headers },
  ]
}
