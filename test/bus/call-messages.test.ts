import { expect, test } from 'bun:test'
import { encodeCalls } from '../../src/bus/call-messages.ts'
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
  for (const { bytes } of messages) expect(bytes.length).toBeLessThanOrEqual(64 * 1024)
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
