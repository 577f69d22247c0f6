import { expect } from 'bun:test'
import { BREAK } from '../support/scripted-provider.ts'
import type { Scenario } from './family.ts'
import type { GeminiSdk } from './gemini-client.ts'
import { PING } from './gemini-generate.ts'
import { at, json, type Rig, rejection, streamed } from './rig.ts'
import { geminiEvent, geminiStream } from './script-gemini.ts'

const failure = (code: number, status: string, message: string) => ({
  error: { code, message, status, details: [] },
})

/** What goes wrong, and how the SDK tells it: an `ApiError` whose message is the body as JSON. */
export function geminiRefused(sdk: GeminiSdk): readonly Scenario[] {
  async function apiError(promise: Promise<unknown>) {
    const cause = await rejection(promise)
    expect(cause).toBeInstanceOf(sdk.ApiError)
    if (!(cause instanceof sdk.ApiError)) throw cause
    const body: unknown = JSON.parse(cause.message)
    return {
      code: cause.status,
      says: String(at(body, 'error', 'message')),
      status: at(body, 'error', 'status'),
      reason: at(body, 'error', 'details', 0, 'reason'),
    }
  }

  async function read(rig: Rig, model = PING.model): Promise<string> {
    let heard = ''
    const ask = { ...PING, model }
    for await (const each of await sdk.open(rig).models.generateContentStream(ask))
      heard += each.text ?? ''
    return heard
  }

  async function providersError(rig: Rig): Promise<void> {
    rig.answers(json(failure(400, 'INVALID_ARGUMENT', 'no such tool'), 400))
    const cause = await apiError(sdk.open(rig).models.generateContent(PING))
    expect(cause).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT', says: 'no such tool' })
    rig.passed()
  }

  async function providersLimit(rig: Rig): Promise<void> {
    const delay = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }
    const { error } = failure(429, 'RESOURCE_EXHAUSTED', 'quota')
    rig.answers(json({ error: { ...error, details: [delay] } }, 429, { 'retry-after': '7' }))
    const before = rig.service.provider.requests.length
    const cause = await rejection(read(rig))
    expect(String(cause)).toContain('"retryDelay":"7s"')
    expect(rig.service.provider.requests).toHaveLength(before + 1)
    rig.passed()
  }

  /** A cap's refusal: nothing forwarded, the policy named. */
  async function capped(rig: Rig): Promise<void> {
    await rig.cap('R&D Spend Cap', 'gemini-2.5-pro')
    const [calls, forwarded] = [rig.sent.length, rig.service.provider.requests.length]
    const cause = await apiError(read(rig, 'gemini-2.5-pro'))
    expect(cause).toMatchObject({ code: 402, status: 'FAILED_PRECONDITION' })
    expect(cause.says).toBe('Request blocked by gateway policies: R&D Spend Cap')
    expect(cause.reason).toBe('SPEND_LIMIT_REACHED')
    expect(rig.sent.length - calls).toBe(1)
    expect(rig.service.provider.requests).toHaveLength(forwarded)
  }

  async function limited(rig: Rig): Promise<void> {
    rig.answers(geminiStream([{ text: 'x' }]))
    await rig.limit('One a minute', 'gemini-2.5-flash-lite')
    const cause = await apiError(read(rig, 'gemini-2.5-flash-lite'))
    expect(cause).toMatchObject({ code: 429, status: 'RESOURCE_EXHAUSTED' })
    expect(cause.says).toContain('One a minute')
  }

  async function wrongKey(rig: Rig): Promise<void> {
    const calls = rig.sent.length
    const stranger = sdk.open(rig, { apiKey: 'none' })
    const cause = await apiError(stranger.models.generateContent(PING))
    expect(cause).toMatchObject({ code: 401, status: 'UNAUTHENTICATED' })
    expect(rig.sent.length - calls).toBe(1)
  }

  async function brokenStream(rig: Rig): Promise<void> {
    rig.answers(streamed(geminiEvent([{ text: 'half' }]), BREAK))
    const cause = await rejection(read(rig))
    expect(cause).toBeInstanceOf(Error)
    // Before 2.0 the SDK reads no error inside a stream, but it notices that something is left over.
    expect(String(cause)).toMatch(sdk.api === 'v1' ? /UNAVAILABLE/ : /Incomplete JSON segment/)
    rig.passed()
  }

  return [
    { name: "provider's error", run: providersError },
    { name: 'retry hints', run: providersLimit },
    { name: '402 by a spend cap', run: capped },
    { name: '429 by a rate limit', run: limited },
    { name: 'wrong key', run: wrongKey },
    { name: 'broken stream', run: brokenStream },
  ]
}
