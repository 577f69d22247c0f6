import { expect, test } from 'bun:test'
import { encodeCalls, unpacked } from '../../src/bus/call-messages.ts'
import { decodeCalls } from '../../src/bus/events.ts'
import { someCall } from '../support/nats.ts'

const read = (calls: Parameters<typeof encodeCalls>[0]) =>
  encodeCalls(calls).map((message) => ({
    ...message,
    calls: decodeCalls(message.bytes),
  }))

test('calls arrive as they were, each organisation in messages of its own, in their order', () => {
  const organizations = ['one', 'two', 'three']
  const calls = Array.from({ length: 30 }, (_, index) =>
    someCall({ opened: { organizationId: organizations[index % 3] ?? '' } }),
  )
  const messages = read(calls)
  expect(messages.map(({ organizationId }) => organizationId)).toEqual(organizations)
  for (const message of messages) {
    const own = calls.filter(({ event }) => event.opened.organizationId === message.organizationId)
    expect(message.calls).toEqual(own)
    expect(message.spans).toBe(20)
  }
})

test('a message has a bound; what does not fit is in the next one', () => {
  const opened = { organizationId: 'one', path: `/v1/${'x'.repeat(1_000)}` }
  const calls = Array.from({ length: 1_000 }, () => someCall({ opened }))
  const messages = read(calls)
  expect(messages.length).toBeGreaterThan(10)
  for (const { bytes } of messages) expect(unpacked(bytes).length).toBeLessThanOrEqual(128 * 1024)
  expect(messages.flatMap((message) => message.calls)).toEqual(calls)
})

test('letters of three and four bytes survive, also in a call larger than a message', () => {
  const opened = { organizationId: 'one', requestModel: '漢字😀'.repeat(40_000) }
  const calls = [someCall({ opened: { organizationId: 'one' } }), someCall({ opened }), someCall()]
  const messages = read(calls)
  expect(messages.flatMap((message) => message.calls)).toEqual(calls)
  // The memory that is written into again has not become the next message's.
  expect(read(calls.slice(0, 1))[0]?.calls).toEqual(calls.slice(0, 1))
  expect(messages[0]?.calls).toEqual(calls.slice(0, 1))
})

test('a call that was not forwarded is one span, and times that are not known stay so', () => {
  const none = {
    authenticatedMs: 0.5,
    readMs: undefined,
    admittedMs: undefined,
    forwardedMs: undefined,
    headMs: undefined,
    firstByteMs: undefined,
    endedMs: 2.25,
  }
  const [message] = read([{ ...someCall(), timings: none, detail: 'full' }])
  expect(message?.spans).toBe(1)
  expect(message?.calls[0]?.timings).toEqual(none)
  expect(message?.calls[0]?.detail).toBe('full')
})

test('calls travel packed, and a message that would unpack to too much is not unpacked', () => {
  const calls = Array.from({ length: 100 }, () => someCall({ opened: { organizationId: 'one' } }))
  const [message] = encodeCalls(calls)
  if (message === undefined) throw new Error('no message')
  expect(message.bytes.length * 5).toBeLessThan(unpacked(message.bytes).length)
  const bomb = Bun.zstdCompressSync(Buffer.alloc(17 * 1024 ** 2))
  expect(bomb.length).toBeLessThan(10_000)
  expect(() => decodeCalls(bomb)).toThrow('too large')
  // Cut anywhere, or with a wrong size, it is no message, and nothing worse.
  for (let end = 0; end < message.bytes.length; end += 7)
    expect(() => decodeCalls(message.bytes.subarray(0, end))).toThrow()
  for (const size of [100, 1_000, 70_000, 1_000_000]) {
    const exact = Bun.zstdCompressSync(Buffer.alloc(size, 'x'))
    expect(unpacked(exact).length).toBe(size)
  }
})
