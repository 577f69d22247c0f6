import { expect, test } from 'bun:test'
import type { Clock } from '../../src/base/world.ts'
import { readBody } from '../../src/gateway/read-body.ts'

/** A clock whose timers run when told; keeps what was asked of it. */
function heldClock() {
  const timers: { ms: number; run: () => void; cancelled: boolean }[] = []
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    after(ms, run) {
      const held = { ms, run, cancelled: false }
      timers.push(held)
      const cancel = () => {
        held.cancelled = true
      }
      return { cancel, [Symbol.dispose]: cancel }
    },
  }
  return { clock, timers }
}

function sender(announced: number, pieces: readonly string[]): Request {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece))
      controller.close()
    },
  })
  const headers = { 'content-length': String(announced) }
  return new Request('http://gateway.test/', { method: 'POST', body, headers })
}

test('a sender that stops is refused in time, and the server goes on', async () => {
  const { clock, timers } = heldClock()
  using server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      const said = readBody(request, clock).catch((cause) => String(cause.code))
      if (request.url.endsWith('/stops')) timers.at(-1)?.run()
      return new Response(Buffer.from(await said))
    },
  })
  const heard = Promise.withResolvers<string>()
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: server.port ?? 0,
    socket: { data: (_, bytes) => heard.resolve(bytes.toString()) },
  })
  socket.write('POST /stops HTTP/1.1\r\nhost: gateway.test\r\ncontent-length: 10\r\n\r\nabc')
  expect(await heard.promise).toContain('invalid_request')
  socket.terminate()
  const next = await fetch(server.url, { method: 'POST', body: 'hello' })
  expect(await next.text()).toBe('hello')
})

for (const announced of [10, 100_000])
  test(`a body shorter than its ${announced} announced bytes is refused`, async () => {
    const { clock } = heldClock()
    await expect(readBody(sender(announced, ['short']), clock)).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })

test('a whole small body leaves no timer behind', async () => {
  const { clock, timers } = heldClock()
  const bytes = await readBody(sender(6, ['abc', 'def']), clock)
  expect(new TextDecoder().decode(bytes)).toBe('abcdef')
  expect(timers.every((each) => each.cancelled)).toBe(true)
})
