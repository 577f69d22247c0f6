import { expect } from 'bun:test'
import type { Scenario } from './family.ts'
import type { GeminiSdk } from './gemini-client.ts'
import { PING } from './gemini-generate.ts'
import { at, json, type Rig } from './rig.ts'
import { generated } from './script-gemini.ts'

/** Everything beside the generation routes. */
export function geminiRoutes(sdk: GeminiSdk): readonly Scenario[] {
  async function countTokens(rig: Rig): Promise<void> {
    rig.answers(json({ totalTokens: 14 }))
    const { totalTokens } = await sdk.open(rig).models.countTokens({ ...PING })
    expect(totalTokens).toBe(14)
    expect(rig.passed().path).toEndWith(':countTokens')
  }

  async function embeddings(rig: Rig): Promise<void> {
    rig.answers(json({ embedding: { values: [0.5] }, embeddings: [{ values: [0.5] }] }))
    const ask = { model: 'gemini-embedding-001', contents: 'one' }
    const answer = await sdk.open(rig).models.embedContent(ask)
    expect(answer.embeddings?.[0]?.values).toEqual([0.5])
    rig.passed()
  }

  async function models(rig: Rig): Promise<void> {
    rig.answers(json({ models: [{ name: 'models/gemini-2.5-flash' }] }))
    const pager = await sdk.open(rig).models.list()
    expect(pager.page[0]?.name).toBe('models/gemini-2.5-flash')
    expect(rig.passed().method).toBe('GET')
  }

  async function requestIds(rig: Rig): Promise<void> {
    const answer = generated([{ text: 'pong' }], 'STOP')
    rig.answers(json(answer, 200, { 'x-request-id': 'req_upstream_7' }))
    const given = await sdk.open(rig).models.generateContent(PING)
    const headers = at(given, 'sdkHttpResponse', 'headers')
    expect(at(headers, 'x-gateway-request-id')).toMatch(/^[0-9a-f]{8}-/)
    expect(at(headers, 'x-gateway-upstream-request-id')).toBe('req_upstream_7')
    rig.passed()
  }

  async function headers(rig: Rig): Promise<void> {
    rig.answers(json(generated([{ text: 'pong' }], 'STOP')))
    await sdk.open(rig).models.generateContent(PING)
    const seen = rig.passed()
    expect(seen.header('x-goog-api-client')).toContain(`google-genai-sdk/${sdk.version}`)
    expect(seen.path).toStartWith(`/${sdk.api}/`)
  }

  /** The address that the provider names for the bytes must lead back through the gateway. */
  async function files(rig: Rig): Promise<void> {
    const { provider } = rig.service
    const path = `/upload/${sdk.api}/files`
    rig.answers((request) => {
      if (request.header('x-goog-upload-command') === 'start')
        return json({}, 200, { 'x-goog-upload-url': `${provider.url}${path}?upload_id=u1` })
      const file = { name: 'files/one', mimeType: 'text/plain', state: 'ACTIVE' }
      return json({ file }, 200, { 'x-goog-upload-status': 'final' })
    })
    const before = provider.requests.length
    const file = new Blob(['line of text\n'.repeat(20_000)], { type: 'text/plain' })
    const config = { mimeType: 'text/plain' }
    expect((await sdk.open(rig).files.upload({ file, config })).name).toBe('files/one')
    const [start, bytes] = provider.requests.slice(before)
    expect(start?.path).toBe(path)
    expect(bytes?.query).toBe('upload_id=u1')
    expect(bytes?.body.length).toBe(file.size)
    for (const sent of rig.sent.slice(-2)) expect(sent.target).toStartWith(path)
    rig.passed()
  }

  return [
    { name: 'count tokens', run: countTokens },
    { name: 'embeddings', run: embeddings },
    { name: 'models list', run: models },
    { name: 'request ids', run: requestIds },
    { name: 'beta and version headers untouched', run: headers },
    { name: 'files up and down', run: files },
  ]
}
