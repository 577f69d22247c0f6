import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect, type NatsConnection } from 'nats'
import { openPublisher } from '../../src/bus/nats-publish.ts'
import { freeze } from '../support/freeze.ts'
import { type TestNats, testNats } from '../support/nats.ts'
import { manualClock, testWorld, until } from '../support/world.ts'

const { clock } = testWorld()
const bytes = new Uint8Array(1_000)
let nats: TestNats
let nc: NatsConnection
beforeAll(async () => {
  nats = await testNats()
  const { host, username } = new URL(nats.url)
  nc = await connect({ servers: host, token: username })
  const manager = await nc.jetstreamManager()
  await manager.streams.add({ name: 'ROOMY', subjects: ['roomy.>'] })
  await manager.streams.add({
    name: 'SMALL',
    subjects: ['small.>'],
    max_msgs: 2,
    discard: 'new' as never,
  })
})
afterAll(async () => {
  await nc.close()
  await nats.stop()
})

test('a thousand at once are stored, each once, however often its id comes', async () => {
  const publisher = openPublisher(nc, clock)
  const ids = Array.from({ length: 1_000 }, (_, index) => `id-${index % 500}`)
  const answers = await Promise.all(ids.map((id) => publisher.publish('roomy.x', id, bytes)))
  expect(answers.every((answer) => answer.isStored)).toBe(true)
  const manager = await nc.jetstreamManager()
  expect((await manager.streams.info('ROOMY')).state.messages).toBe(500)
})

test('a bus stream without room says so, and one that is not there as well', async () => {
  const publisher = openPublisher(nc, clock)
  const answers = []
  for (const id of ['a', 'b', 'c']) answers.push(await publisher.publish('small.x', id, bytes))
  expect(answers.map(({ isStored }) => isStored)).toEqual([true, true, false])
  expect(answers[2]).toMatchObject({ isStored: false, code: 10077 })
  const nowhere = await publisher.publish('nowhere.x', 'a', bytes)
  expect(nowhere).toMatchObject({ isStored: false, code: 503 })
})

test('a message larger than the server takes is refused at once', async () => {
  const publisher = openPublisher(nc, clock)
  const tooMany = (nc.info?.max_payload ?? 0) + 1
  const answer = await publisher.publish('roomy.x', 'large', new Uint8Array(tooMany))
  expect(answer.isStored).toBe(false)
})

test('without an answer a message ends at its deadline, and at once when the connection is lost', async () => {
  await freeze(nats.pid())
  const slow = manualClock()
  const publisher = openPublisher(nc, slow)
  const ended: string[] = []
  const note = (name: string) => (answer: { isStored: boolean }) => {
    ended.push(`${name} ${answer.isStored}`)
  }
  publisher.publish('roomy.x', 'first', bytes).then(note('first'))
  slow.advance(3_000)
  publisher.publish('roomy.x', 'second', bytes).then(note('second'))
  slow.advance(3_000)
  await until('the first one’s end', () => ended.length > 0)
  expect(ended).toEqual(['first false'])
  publisher.giveUp()
  await until('the second one’s end', () => ended.length > 1)
  expect(ended).toEqual(['first false', 'second false'])
  process.kill(nats.pid(), 'SIGCONT')
  // An answer that comes after all finds nobody, and harms nobody.
  expect((await openPublisher(nc, clock).publish('roomy.x', 'third', bytes)).isStored).toBe(true)
})
