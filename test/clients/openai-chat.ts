import { expect } from 'bun:test'
import { gate, HANG } from '../support/scripted-provider.ts'
import type { Scenario } from './family.ts'
import { openAiClient, PING, withUsage } from './openai-client.ts'
import { bigPicture, json, type Rig, streamed } from './rig.ts'
import { CHAT_DONE, CHAT_END, CHAT_USAGE, chatText, chunk } from './script-chat.ts'

async function text(rig: Rig): Promise<void> {
  const message = { role: 'assistant', content: 'pong' }
  const choices = [{ index: 0, message, finish_reason: 'stop' }]
  rig.answers(json({ id: 'c', object: 'chat.completion', choices, usage: CHAT_USAGE }))
  const answer = await openAiClient(rig).chat.completions.create(PING)
  expect(answer.choices[0]?.message.content).toBe('pong')
  expect(answer.usage).toEqual(CHAT_USAGE)
  expect(rig.passed().method).toBe('POST')
}

/** The provider says its second word only when the first has reached the caller. */
async function stream(rig: Rig): Promise<void> {
  const { promise, open } = gate()
  const words = [chunk({ content: 'po' }), promise, chunk({ content: 'ng' })]
  rig.answers(streamed(...words, chunk({}, 'stop'), CHAT_END, CHAT_DONE))
  let said = ''
  const reading = (async () => {
    const events = await openAiClient(rig).chat.completions.create({ ...PING, stream: true })
    for await (const event of events) {
      // Usage was not asked for: no chunk without a choice may come.
      expect(event.choices).toHaveLength(1)
      expect(Object.keys(event)).not.toContain('usage')
      said += event.choices[0]?.delta.content ?? ''
    }
  })()
  try {
    await rig.until('the first word alone', () => said === 'po')
  } finally {
    open()
    await reading
  }
  expect(said).toBe('pong')
  rig.passed(withUsage)
}

async function usageAsked(rig: Rig): Promise<void> {
  rig.answers(chatText('x'))
  const asked = { ...PING, stream: true as const, stream_options: { include_usage: true } }
  let usage: unknown
  for await (const event of await openAiClient(rig).chat.completions.create(asked))
    usage = event.usage ?? usage
  expect(usage).toEqual(CHAT_USAGE)
  rig.passed()
}

async function parallelTools(rig: Rig): Promise<void> {
  const call = (index: number, more: object) => chunk({ tool_calls: [{ index, ...more }] })
  const weather = (id: string, args: string) => ({
    ...{ id, type: 'function', function: { name: 'weather', arguments: args } },
  })
  rig.answers(
    streamed(
      chunk({ role: 'assistant', content: null }),
      call(0, weather('call_a', '')),
      call(0, { function: { arguments: '{"city":"Ro' } }),
      call(1, weather('call_b', '{"city":"Oslo"}')),
      call(0, { function: { arguments: 'me"}' } }),
      chunk({}, 'tool_calls'),
      CHAT_END,
      CHAT_DONE,
    ),
  )
  const tool = { name: 'weather', parameters: { type: 'object' } }
  const answer = await openAiClient(rig)
    .chat.completions.stream({ ...PING, tools: [{ type: 'function', function: tool }] })
    .finalChatCompletion()
  const calls = answer.choices[0]?.message.tool_calls ?? []
  expect(calls.map((each) => each.type === 'function' && each.function.arguments)).toEqual([
    '{"city":"Rome"}',
    '{"city":"Oslo"}',
  ])
  rig.passed(withUsage)
}

async function picture(rig: Rig): Promise<void> {
  rig.answers(chatText('a cat'))
  const url = `data:image/png;base64,${bigPicture()}`
  const content = [
    { type: 'text' as const, text: 'what is this?' },
    { type: 'image_url' as const, image_url: { url } },
  ]
  const messages = [{ role: 'user' as const, content }]
  const answer = await openAiClient(rig)
    .chat.completions.stream({ ...PING, messages })
    .finalChatCompletion()
  expect(answer.choices[0]?.message.content).toBe('a cat')
  expect(rig.passed(withUsage).body.length).toBeGreaterThan(10 * 1024 * 1024)
}

async function abort(rig: Rig): Promise<void> {
  rig.answers(streamed(chunk({ content: 'x' }), HANG))
  const stream = await openAiClient(rig).chat.completions.create({ ...PING, stream: true })
  let events = 0
  for await (const _ of stream) {
    events++
    stream.controller.abort()
  }
  expect(events).toBe(1)
  let gone = false
  rig.passed(withUsage).gone.then(() => {
    gone = true
  })
  await rig.until('the provider to be left', () => gone)
}

/** What was spent can be read in the caller's own project, with the provider's tokens. */
async function accounted(rig: Rig): Promise<void> {
  rig.answers(chatText('x'))
  const { response } = await openAiClient(rig)
    .chat.completions.create({ ...PING, stream: true })
    .withResponse()
  await response.text()
  const id = response.headers.get('x-gateway-request-id')
  const ask = (method: string, path: string, body?: object) =>
    rig.service.admin(method, path, body, rig.key)
  const project = await rig.until('the project', async () => {
    return (await ask('GET', '/sessions?name=gateway')).body?.[0]?.id
  })
  const run = await rig.until('the run', async () => {
    const { body } = await ask('POST', '/runs/query', { session: [project], limit: 5 })
    return body.runs?.find((each: { id: string }) => each.id === id)
  })
  expect(run).toMatchObject({ status: 'success', prompt_tokens: 12, completion_tokens: 3 })
  expect(Number(run.total_cost)).toBeCloseTo((12 * 0.15 + 3 * 0.6) / 1e6, 12)
}

/** Chat completions: what an application asks for every day. */
export const openAiChat: readonly Scenario[] = [
  { name: 'text', run: text },
  { name: 'stream, event by event', run: stream },
  { name: 'stream with the usage it asked for', run: usageAsked },
  { name: 'parallel tools', run: parallelTools },
  { name: 'picture of 10 MB', run: picture },
  { name: 'abort frees the provider', run: abort },
  { name: 'trace with tokens and cost', run: accounted },
]
