import { afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { ServerWebSocket } from 'bun'
import { builtIn } from '../../src/policies/guard-rules.ts'
import { policySet } from '../../src/policies/policy-set.ts'
import { until } from '../support/world.ts'
import { guardPolicy, PLACEHOLDER, TOKEN } from './guarded.ts'
import { CALLER_KEY, openGateway } from './harness.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

// Takes seconds on a busy machine; once a process.
beforeAll(() => void builtIn(), 60_000)

type Reply = (socket: ServerWebSocket<undefined>, message: string) => void

/** A Responses socket through a gateway with this data policy. */
async function socketUnder(config: object, reply: Reply) {
  const received: (string | Buffer)[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, self) =>
      self.upgrade(request) ? undefined : new Response('no', { status: 400 }),
    websocket: {
      message(socket: ServerWebSocket<undefined>, message) {
        received.push(message)
        reply(socket, message.toString())
      },
    },
  })
  closing.push(() => server.stop(true))
  const url = new URL(`http://127.0.0.1:${server.port}`)
  const set = policySet(1, [guardPolicy(config)])
  const gateway = await openGateway(
    { status: 500 },
    {
      origins: { openai: url, anthropic: url, gemini: url },
      policies: { forOrganization: () => set, forget() {} },
    },
  )
  closing.push(() => gateway.close())
  const init = { headers: { authorization: `Bearer ${CALLER_KEY}` } }
  const socket = new WebSocket(
    `ws://127.0.0.1:${gateway.port}/openai/v1/responses`,
    init as unknown as string[],
  )
  const messages: string[] = []
  let isClosed = false
  socket.onmessage = ({ data }) => messages.push(Buffer.from(data).toString())
  socket.onclose = () => {
    isClosed = true
  }
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = reject
  })
  return { socket, messages, received, gateway, isClosed: () => isClosed }
}

const create = (input: string) =>
  JSON.stringify({ type: 'response.create', model: 'gpt-4o-mini', input })
const event = (type: string, more: object) => JSON.stringify({ type, ...more })
const completed = event('response.completed', {
  response: { id: 'r', object: 'response', model: 'gpt-4o-mini', status: 'completed', output: [] },
})
const SECRETS = { detect: { secrets: true } }
/** A token of the provider's making. */
const MADE = `ghp_${[...TOKEN.slice(4)].reverse().join('')}`

describe('a Responses socket under a data policy', () => {
  test('hides what a turn asks and what it is answered, and gives the caller its own value back in a later turn', async () => {
    const place = { item_id: 'm', output_index: 0, content_index: 0 }
    let own = ''
    const { socket, messages, received } = await socketUnder(SECRETS, (each, message) => {
      own ||= message.match(PLACEHOLDER)?.[0] ?? ''
      for (const delta of `yours ${own} mine ${MADE}.`.match(/.{1,5}/g) ?? [])
        each.send(event('response.output_text.delta', { ...place, delta }))
      each.send(completed)
    })
    const said = () => messages.map((each) => JSON.parse(each).delta ?? '').join('')
    socket.send(create(`use ${TOKEN}`))
    await until('the first turn', () => messages.some((each) => each.includes('completed')))
    expect(String(received[0])).not.toContain(TOKEN)
    expect(said()).toMatch(
      new RegExp(`^yours ${TOKEN} mine \\[SAFE_TO_USE:GITHUB_PAT_[a-z]{8}\\]\\.$`),
    )
    messages.length = 0
    socket.send(create('and again'))
    await until('the second turn', () => messages.some((each) => each.includes('completed')))
    expect(said()).toStartWith(`yours ${TOKEN} mine [SAFE`)
  })

  test('has no side door: other messages, bytes and messages beside a turn are looked into too', async () => {
    const beside = event('response.note', { note: `late ${MADE}` })
    const held = event('response.output_text.delta', { output_index: 0, delta: 'late ghp_aB3' })
    const { socket, messages, received } = await socketUnder(SECRETS, (each, message) => {
      if (!message.includes('response.create')) return
      each.send(`no JSON ${TOKEN}`)
      each.send(completed)
      each.send(beside)
      each.send(`no JSON ${MADE}`)
      each.send(Buffer.from(beside))
      each.send(held)
    })
    const other = event('response.append', { input: [{ text: TOKEN }] })
    socket.send(other)
    socket.send(Buffer.from(other))
    socket.send(Buffer.from(create(TOKEN)))
    await until('what came beside the turn', () => messages.length === 5)
    expect(received).toHaveLength(3)
    expect(received.map(String).join()).not.toContain(TOKEN)
    expect(received.map((each) => typeof each)).toEqual(['string', 'object', 'object'])
    expect(JSON.parse(String(received[0]))).toMatchObject({
      input: [{ text: expect.stringMatching(/^\[SAFE_TO_USE:GITHUB_PAT_[a-z]{8}\]$/) }],
    })
    expect(messages.join()).not.toContain(MADE)
    // What was held of a text leaves with it: no later message of its turn will come.
    expect(messages.map((each) => JSON.parse(each).delta ?? '').join('')).toBe('late ghp_aB3')
    expect(messages.map((each) => JSON.parse(each).type)).toEqual([
      'response.completed',
      'response.note',
      'response.note',
      'response.output_text.delta',
      'response.output_text.delta',
    ])
  })

  test('ends when the provider sends what cannot be looked into', async () => {
    const { socket, messages, isClosed } = await socketUnder(SECRETS, (each) => {
      each.send(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(MADE)]))
      each.send(completed)
    })
    socket.send(create('hello'))
    await until('the end', isClosed)
    expect(messages).toEqual([])
  })

  test('refuses what it cannot look into, and goes on', async () => {
    const { socket, messages, received } = await socketUnder(SECRETS, (each) =>
      each.send(completed),
    )
    socket.send(`no JSON ${TOKEN}`)
    socket.send(new Uint8Array([0xff, 0xfe]))
    socket.send(create('hello'))
    await until('three answers', () => messages.length === 3)
    expect(messages.slice(0, 2).map((each) => JSON.parse(each).status)).toEqual([400, 400])
    expect(messages[0]).toContain('unscannable_body')
    expect(received.map(String)).toEqual([create('hello')])
  })

  test('refuses a blocked turn by its name, and the next turn is judged by itself', async () => {
    const { socket, messages, received, gateway } = await socketUnder(
      { ...SECRETS, operator: 'block' },
      (each) => each.send(completed),
    )
    socket.send(create(TOKEN))
    await until('the refusal', () => messages.length === 1)
    expect(JSON.parse(messages[0] ?? '')).toMatchObject({ type: 'error', status: 400 })
    expect(received).toHaveLength(0)
    socket.send(create('hello'))
    await until('the answer', () => messages.length === 2)
    expect(JSON.parse(messages[1] ?? '').type).toBe('response.completed')
    await until('the row of the second turn', () => gateway.closed.length === 1)
    expect(gateway.closed[0]?.findings ?? []).toEqual([])
  })
})
