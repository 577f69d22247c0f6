import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import { systemDice } from '../../src/base/dice.ts'
import type { World } from '../../src/base/world.ts'
import { decodeCalls, decodeUsage } from '../../src/bus/events.ts'
import { openFolderBus } from '../../src/bus/folder.ts'
import type { Bus, BusMessage } from '../../src/bus/port.ts'
import { someCall, someEvent } from '../support/nats.ts'
import { until } from '../support/world.ts'

const world: World = {
  clock: systemClock,
  dice: systemDice,
  log: { info() {}, warn() {}, error() {} },
}

describe('the bus without NATS', () => {
  let dir: string
  let gateway: Bus
  let exporter: Bus
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'sluice-bus-'))
    gateway = openFolderBus({ dir, world })
    exporter = openFolderBus({ dir, world })
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  function consume(durable: string, handle: (message: BusMessage) => void | Promise<void>) {
    return exporter.consume({
      kind: 'usage',
      durable,
      batchMax: 10,
      pendingMax: 10,
      async handle(messages) {
        for (const message of messages) await handle(message)
      },
    })
  }

  test('spans of one process arrive in another', async () => {
    const ids: string[] = []
    const consuming = exporter.consume({
      kind: 'calls',
      durable: 'one',
      batchMax: 10,
      pendingMax: 10,
      async handle(messages) {
        for (const message of messages) {
          ids.push(...decodeCalls(message.bytes).map(({ event }) => event.opened.id))
          message.ack()
        }
      },
    })
    const calls = Array.from({ length: 250 }, () => someCall())
    for (const call of calls) gateway.publishCall(call)
    await gateway.close()
    await until('all spans', () => ids.length >= 250)
    expect(new Set(ids)).toEqual(new Set(calls.map(({ event }) => event.opened.id)))
    await consuming.close()
  })

  test('each consumer has a cursor of its own', async () => {
    const seen: string[] = []
    const slow = consume('slow', (message) => message.retry(20))
    const quick = consume('quick', (message) => {
      seen.push(decodeUsage(message.bytes).opened.id)
      message.ack()
    })
    const events = [someEvent(), someEvent(), someEvent()]
    expect(await exporter.sendUsage(events)).toHaveLength(3)
    await until('the quick one', () => seen.length === 3)
    expect(await slow.lag()).toBe(3)
    expect(await quick.lag()).toBe(0)
    await Promise.all([slow.close(), quick.close()])
  })

  test('what was not acknowledged is there after a crash', async () => {
    const event = someEvent()
    await exporter.sendUsage([event])
    let tries = 0
    const first = consume('one', (message) => {
      tries++
      message.retry(60_000)
    })
    await until('a try', () => tries === 1)
    await first.close()
    const seen: string[] = []
    const second = consume('one', (message) => {
      seen.push(decodeUsage(message.bytes).opened.id)
      message.ack()
    })
    await until('the event', () => seen.length === 1)
    expect(seen).toEqual([event.opened.id])
    await second.close()
  })

  test('a parked message is listed with its reason and not delivered again', async () => {
    const event = someEvent()
    await exporter.sendUsage([event])
    let seen = 0
    const consuming = consume('one', async (message) => {
      seen++
      await message.park('no such workspace')
    })
    await until('the parked one', async () => (await exporter.parked(10)).length === 1)
    const [parked] = await exporter.parked(10)
    expect(parked).toMatchObject({
      subject: `usage.${event.opened.organizationId}`,
      reason: 'no such workspace',
    })
    expect(decodeUsage(parked?.bytes ?? new Uint8Array()).opened.id).toBe(event.opened.id)
    expect(await consuming.lag()).toBe(0)
    expect(seen).toBe(1)
    await consuming.close()
  })

  test('a parked message is delivered again when it is replayed', async () => {
    const event = someEvent()
    await exporter.sendUsage([event])
    let seen = 0
    const consuming = consume('one', async (message) => {
      if (++seen === 1) await message.park('one: not now')
      else message.ack()
    })
    await until('the parked one', async () => (await exporter.parked(10)).length === 1)
    const [parked] = await exporter.parked(10)
    expect(await exporter.replayParked(['../usage', parked?.id ?? ''])).toBe(1)
    await until('the replay', () => seen === 2)
    expect(await exporter.parked(10)).toEqual([])
    await consuming.close()
  })

  test('with nobody reading, the oldest files go at the bound', async () => {
    const bounded = openFolderBus({ dir, world, bytesMax: 200_000 })
    for (let round = 0; round < 3; round++)
      await bounded.sendUsage(Array.from({ length: 256 }, () => someEvent()))
    await bounded.sendUsage([someEvent()])
    const inbox = join(dir, 'usage', 'in')
    const bytes = readdirSync(inbox).reduce(
      (sum, name) => sum + Bun.file(join(inbox, name)).size,
      0,
    )
    expect(bytes).toBeLessThanOrEqual(202_000)
    expect(readdirSync(inbox).length).toBeGreaterThan(50)
  })

  test('a half-written file is never read', async () => {
    const seen: number[] = []
    const consuming = consume('one', (message) => {
      seen.push(message.bytes.length)
      message.ack()
    })
    writeFileSync(join(dir, 'usage', 'in', '.half'), 'half')
    await exporter.sendUsage([someEvent()])
    await until('the whole one', () => seen.length === 1)
    expect(seen[0]).toBeGreaterThan(100)
    await consuming.close()
  })
})
