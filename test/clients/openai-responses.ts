import { expect } from 'bun:test'
import type { Scenario } from './family.ts'
import { openAiClient } from './openai-client.ts'
import { json, type Rig } from './rig.ts'
import {
  callItem,
  messageItem,
  reasoningItem,
  responseOf,
  responseStream,
} from './script-responses.ts'

const ASK = { model: 'gpt-5.4', input: 'ping' }

async function text(rig: Rig): Promise<void> {
  rig.answers(json(responseOf([messageItem('pong')])))
  const answer = await openAiClient(rig).responses.create(ASK)
  expect(answer.output_text).toBe('pong')
  expect(rig.passed().path).toBe('/v1/responses')
}

async function stream(rig: Rig): Promise<void> {
  rig.answers(responseStream([messageItem('a longer pong')]))
  const types: string[] = []
  const events = openAiClient(rig).responses.stream(ASK)
  for await (const event of events) types.push(event.type)
  const answer = await events.finalResponse()
  expect(answer.output_text).toBe('a longer pong')
  expect(types[0]).toBe('response.created')
  expect(types.at(-1)).toBe('response.completed')
  rig.passed()
}

async function tools(rig: Rig): Promise<void> {
  const calls = [
    callItem('weather', { city: 'Rome' }, 'fc_1'),
    callItem('weather', { city: 'Oslo' }, 'fc_2'),
  ]
  rig.answers(responseStream(calls))
  const parameters = { type: 'object', properties: {} }
  const tool = { type: 'function' as const, name: 'weather', parameters, strict: false }
  const answer = await openAiClient(rig)
    .responses.stream({ ...ASK, tools: [tool] })
    .finalResponse()
  expect(answer.output.map((item) => item.type === 'function_call' && item.arguments)).toEqual([
    '{"city":"Rome"}',
    '{"city":"Oslo"}',
  ])
  rig.passed()
}

/** What only the provider can read must come back to it unchanged on the next turn. */
async function sealedReasoning(rig: Rig): Promise<void> {
  const sealed = Buffer.from('sealed reasoning '.repeat(40)).toString('base64')
  rig.answers([
    responseStream([reasoningItem(sealed), messageItem('first')]),
    responseStream([messageItem('second')]),
  ])
  const client = openAiClient(rig)
  const more = { store: false, include: ['reasoning.encrypted_content' as const] }
  const first = await client.responses.stream({ ...ASK, ...more }).finalResponse()
  const [reasoning] = first.output
  if (reasoning?.type !== 'reasoning') throw new Error('no reasoning came')
  expect(reasoning.encrypted_content).toBe(sealed)
  const input = [reasoning, { role: 'user' as const, content: 'and now?' }]
  const second = await client.responses.stream({ ...ASK, ...more, input }).finalResponse()
  expect(second.output_text).toBe('second')
  expect(rig.passed().text()).toContain(sealed)
}

/** The Responses API over HTTP. */
export const openAiResponses: readonly Scenario[] = [
  { name: 'Responses: text', run: text },
  { name: 'Responses: stream', run: stream },
  { name: 'Responses: parallel tools', run: tools },
  { name: 'thinking comes back signed', run: sealedReasoning },
]
