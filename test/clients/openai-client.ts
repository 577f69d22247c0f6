import { expect } from 'bun:test'
import OpenAI from 'openai'
import type { Rig } from './rig.ts'

/** The SDK pointed at the rig; without retries unless a scenario is about them. */
export function openAiClient(rig: Rig, options: ConstructorParameters<typeof OpenAI>[0] = {}) {
  const baseURL = `${rig.url}/openai/v1`
  return new OpenAI({ apiKey: rig.key, baseURL, maxRetries: 0, ...options })
}

/** One short question. */
export const PING = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'ping' }],
}

/** The body as the gateway sends it when a streamed chat did not ask for its usage. */
export function withUsage(body: string): string {
  expect(body.endsWith('}')).toBe(true)
  return `${body.slice(0, -1)},"stream_options":{"include_usage":true}}`
}
