import { expect } from 'bun:test'
import type { Scenario } from './family.ts'
import { openAiClient, PING } from './openai-client.ts'
import { json, type Rig } from './rig.ts'
import { CHAT_USAGE } from './script-chat.ts'

async function embeddings(rig: Rig): Promise<void> {
  const data = [{ object: 'embedding', index: 0, embedding: [0.5, -0.25] }]
  const usage = { prompt_tokens: 4, total_tokens: 4 }
  rig.answers(json({ object: 'list', model: 'text-embedding-3-small', data, usage }))
  const answer = await openAiClient(rig).embeddings.create({
    ...{ model: 'text-embedding-3-small', input: ['one', 'two'], encoding_format: 'float' },
  })
  expect(answer.data[0]?.embedding).toEqual([0.5, -0.25])
  rig.passed()
}

async function models(rig: Rig): Promise<void> {
  rig.answers(json({ object: 'list', data: [{ id: 'gpt-4o-mini', object: 'model' }] }))
  const page = await openAiClient(rig).models.list()
  expect(page.data[0]?.id).toBe('gpt-4o-mini')
  expect(rig.passed().method).toBe('GET')
}

async function requestIds(rig: Rig): Promise<void> {
  const answer = { id: 'c', object: 'chat.completion', choices: [], usage: CHAT_USAGE }
  rig.answers(json(answer, 200, { 'x-request-id': 'req_upstream_7' }))
  const { request_id, response } = await openAiClient(rig)
    .chat.completions.create(PING)
    .withResponse()
  expect(request_id).toMatch(/^[0-9a-f]{8}-/)
  expect(request_id).toBe(response.headers.get('x-gateway-request-id'))
  expect(response.headers.get('x-gateway-upstream-request-id')).toBe('req_upstream_7')
  rig.passed()
}

async function headers(rig: Rig): Promise<void> {
  rig.answers(json({ id: 'c', object: 'chat.completion', choices: [], usage: CHAT_USAGE }))
  const client = openAiClient(rig, {
    organization: 'org-1',
    project: 'proj-1',
    defaultHeaders: { 'OpenAI-Beta': 'assistants=v2, responses_websockets=2026-02-06' },
  })
  await client.chat.completions.create(PING, { idempotencyKey: 'once' })
  const seen = rig.passed()
  expect(seen.header('openai-beta')).toBe('assistants=v2, responses_websockets=2026-02-06')
  expect(seen.header('openai-organization')).toBe('org-1')
  expect(seen.header('openai-project')).toBe('proj-1')
  expect(seen.header('x-stainless-lang')).toBe('js')
}

async function files(rig: Rig): Promise<void> {
  rig.answers(json({ id: 'file-1', object: 'file', filename: 'rows.jsonl', purpose: 'batch' }))
  const content = '{"row":1}\n'.repeat(50_000)
  const file = new File([content], 'rows.jsonl')
  const answer = await openAiClient(rig).files.create({ file, purpose: 'batch' })
  expect(answer.id).toBe('file-1')
  const seen = rig.passed()
  expect(seen.text()).toContain(content)
  expect(seen.header('content-type')).toStartWith('multipart/form-data; boundary=')
  rig.answers({ headers: { 'content-type': 'application/octet-stream' }, body: '\u0000\u0001raw' })
  const back = await openAiClient(rig).files.content('file-1')
  expect(await back.text()).toBe('\u0000\u0001raw')
}

/** Everything beside the generation routes. */
export const openAiRoutes: readonly Scenario[] = [
  { name: 'embeddings', run: embeddings },
  { name: 'models list', run: models },
  { name: 'request ids', run: requestIds },
  { name: 'beta and version headers untouched', run: headers },
  { name: 'files up and down', run: files },
]
