import { expect } from 'bun:test'
import { gate, HANG } from '../support/scripted-provider.ts'
import type { AnthropicSdk, Ask } from './anthropic-client.ts'
import type { Scenario } from './family.ts'
import { at, bigPicture, json, type Rig, streamed } from './rig.ts'
import { type Block, messageEvents, messageOf, messageStream } from './script-messages.ts'

/** One short question. */
export const PING: Ask = {
  model: 'claude-opus-4-8',
  max_tokens: 64,
  messages: [{ role: 'user', content: 'ping' }],
}
const PONG: Block = { type: 'text', text: 'pong' }

/** What an application asks of the Messages API every day. */
export function anthropicMessages(sdk: AnthropicSdk): readonly Scenario[] {
  async function text(rig: Rig): Promise<void> {
    rig.answers(json(messageOf([PONG])))
    const { data } = await sdk.open(rig).messages.create(PING).withResponse()
    expect(at(data, 'content', 0, 'text')).toBe('pong')
    expect(data.usage.input_tokens).toBe(12)
    expect(rig.sent.at(-1)?.headers.get(sdk.credential)).toContain(rig.key)
    expect(rig.passed().path).toBe('/v1/messages')
  }

  /** The provider goes on only when what it said so far has reached the caller. */
  async function stream(rig: Rig): Promise<void> {
    const { promise, open } = gate()
    const events = messageEvents([{ type: 'text', text: 'pong pong' }])
    const half = events.findIndex((event) => event.includes('text_delta')) + 1
    rig.answers(streamed(...events.slice(0, half), promise, ...events.slice(half)))
    let said = ''
    const reading = (async () => {
      for await (const event of sdk.open(rig).messages.stream(PING))
        said += String(at(event, 'delta', 'text') ?? '')
    })()
    try {
      await rig.until('the first word alone', () => said === 'pong')
    } finally {
      open()
      await reading
    }
    expect(said).toBe('pong pong')
    rig.passed()
  }

  async function parallelTools(rig: Rig): Promise<void> {
    const use = (id: string, city: string) => ({
      ...{ type: 'tool_use' as const, id, name: 'weather', input: { city } },
    })
    rig.answers(messageStream([use('toolu_a', 'Rome'), use('toolu_b', 'Oslo')]))
    const tools = [{ name: 'weather', input_schema: { type: 'object' as const } }]
    const answer = await sdk
      .open(rig)
      .messages.stream({ ...PING, tools })
      .finalMessage()
    expect(answer.content).toMatchObject([use('toolu_a', 'Rome'), use('toolu_b', 'Oslo')])
    rig.passed()
  }

  /** A signature must come out whole and go back unchanged: the provider refuses any other. */
  async function thinking(rig: Rig): Promise<void> {
    const signature = Buffer.from('signed by the provider '.repeat(30)).toString('base64')
    const thought: Block = { type: 'thinking', thinking: 'Let me think.', signature }
    rig.answers([messageStream([thought, PONG]), messageStream([PONG])])
    const client = sdk.open(rig)
    const ask: Ask = {
      ...PING,
      max_tokens: 2_048,
      thinking: { type: 'enabled', budget_tokens: 1_024 },
    }
    const first = await client.messages.stream(ask).finalMessage()
    expect(first.content[0]).toMatchObject(thought)
    const messages: Ask['messages'] = [
      ...PING.messages,
      { role: 'assistant', content: first.content },
      { role: 'user', content: 'and now?' },
    ]
    await client.messages.stream({ ...ask, messages }).finalMessage()
    expect(at(rig.passed().json(), 'messages', 1, 'content', 0)).toMatchObject(thought)
  }

  async function picture(rig: Rig): Promise<void> {
    rig.answers(messageStream([{ type: 'text', text: 'a cat' }]))
    const source = { type: 'base64', media_type: 'image/png', data: bigPicture() }
    const content = [
      { type: 'image', source },
      { type: 'text', text: 'what is this?' },
    ]
    const messages: Ask['messages'] = [{ role: 'user', content }]
    const answer = await sdk
      .open(rig)
      .messages.stream({ ...PING, messages })
      .finalMessage()
    expect(at(answer, 'content', 0, 'text')).toBe('a cat')
    expect(rig.passed().body.length).toBeGreaterThan(10 * 1024 * 1024)
  }

  async function abort(rig: Rig): Promise<void> {
    rig.answers(streamed(...messageEvents([PONG]).slice(0, 4), HANG))
    const stream = sdk.open(rig).messages.stream(PING)
    const reading = (async () => {
      for await (const event of stream)
        if (event.type === 'content_block_delta') stream.controller.abort()
    })()
    await reading.catch(() => {})
    let gone = false
    rig.passed().gone.then(() => {
      gone = true
    })
    await rig.until('the provider to be left', () => gone)
  }

  return [
    { name: 'text', run: text },
    { name: 'stream, event by event', run: stream },
    { name: 'parallel tools', run: parallelTools },
    { name: 'thinking comes back signed', run: thinking },
    { name: 'picture of 10 MB', run: picture },
    { name: 'abort frees the provider', run: abort },
  ]
}
