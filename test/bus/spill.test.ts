import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBus } from '../../src/bus/bus.ts'
import { decodeCalls } from '../../src/bus/events.ts'
import type { Bus } from '../../src/bus/port.ts'
import { openSpill, type Spill } from '../../src/bus/spill.ts'
import { someCall, type TestNats, testNats } from '../support/nats.ts'
import { silentLog, testWorld, until } from '../support/world.ts'

const world = testWorld()

function filesBelow(dir: string): string[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir).flatMap((name) => readdirSync(join(dir, name)))
}

describe('spans that find no room in memory', () => {
  let nats: TestNats
  let dir: string
  beforeEach(async () => {
    nats = await testNats()
    dir = mkdtempSync(join(tmpdir(), 'sluice-spool-'))
  })
  afterEach(async () => {
    await nats.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  function collect(bus: Bus): Set<string> {
    const ids = new Set<string>()
    bus.consume({
      kind: 'calls',
      durable: 'test',
      batchMax: 100,
      pendingMax: 200,
      async handle(messages) {
        for (const message of messages) {
          for (const { event } of decodeCalls(message.bytes)) ids.add(event.opened.id)
          message.ack()
        }
      },
    })
    return ids
  }

  test('wait on disk while the bus is away, and all arrive when it is back', async () => {
    await nats.kill()
    const bus = openBus({ url: nats.url, world, spoolBytesMax: 50_000, spillDir: dir })
    // An organisation each, so a message each.
    const sent = Array.from({ length: 2_000 }, () => someCall())
    for (const call of sent) bus.publishCall(call)
    expect(bus.stats().spoolBytes).toBeLessThanOrEqual(50_000)
    expect(bus.stats().spillBytes).toBeGreaterThan(500_000)
    await nats.restart()
    const ids = collect(bus)
    await until('every span', () => ids.size === 2_000, 20_000)
    expect(bus.stats()).toMatchObject({ spansDropped: 0, spansAcked: 4_000, spillBytes: 0 })
    expect(filesBelow(dir)).toEqual([])
    await bus.close()
  }, 120_000)

  test('past the bound on disk the oldest go and are counted', async () => {
    await nats.kill()
    const bounds = { spoolBytesMax: 50_000, spillBytesMax: 200_000 }
    const bus = openBus({ url: nats.url, world, spillDir: dir, ...bounds })
    // An organisation each, so a message each.
    const sent = Array.from({ length: 2_000 }, () => someCall())
    for (const call of sent) bus.publishCall(call)
    const last = someCall()
    sent.push(last)
    bus.publishCall(last)
    // The last of them wait a moment for company.
    const before = bus.stats().spansDropped
    await until('the last of them', () => bus.stats().spansDropped > before)
    const { spansDropped, spillBytes } = bus.stats()
    expect(spillBytes).toBeLessThanOrEqual(200_000)
    expect(spansDropped).toBeGreaterThan(500)
    await nats.restart()
    const ids = collect(bus)
    await until('the rest', () => ids.size === sent.length - spansDropped / 2, 20_000)
    expect(ids.has(sent[0]?.event.opened.id ?? '')).toBe(false)
    expect(ids.has(sent.at(-1)?.event.opened.id ?? '')).toBe(true)
    await bus.close()
  }, 120_000)

  test('what is left when the program ends is sent by the next one', async () => {
    await nats.kill()
    const program = `
      import { openBus } from ${JSON.stringify(join(import.meta.dir, '../../src/bus/bus.ts'))}
      import { someCall } from ${JSON.stringify(join(import.meta.dir, '../support/nats.ts'))}
      import { testWorld } from ${JSON.stringify(join(import.meta.dir, '../support/world.ts'))}
      const bus = openBus({ url: process.argv[2], world: testWorld(), spillDir: process.argv[3] })
      for (let index = 0; index < 30; index++) bus.publishCall(someCall())
      await bus.close(50)
      process.exit(0)`
    const path = join(dir, 'program.ts')
    writeFileSync(path, program)
    const spool = join(dir, 'spool')
    expect(await Bun.spawn([process.execPath, path, nats.url, spool]).exited).toBe(0)
    expect(filesBelow(spool).length).toBe(30)
    await nats.restart()
    const bus = openBus({ url: nats.url, world, spillDir: spool })
    const ids = collect(bus)
    await until('every span', () => ids.size === 30, 20_000)
    await until('an empty directory', () => filesBelow(spool).length === 0)
    await bus.close()
  }, 120_000)
})

describe('the directory of spilled messages', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'sluice-spool-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  const open = (): Spill => openSpill({ dir, bytesMax: 10_000, log: silentLog, onDrop: () => {} })

  test('a living process keeps its messages', () => {
    mkdirSync(join(dir, `${process.ppid}`))
    writeFileSync(join(dir, `${process.ppid}`, '1-000000000-1'), '{"subject":"a","id":"b"}\nx')
    expect(open().next()).toBeUndefined()
    expect(filesBelow(dir)).toHaveLength(1)
  })

  test('a half-written file is thrown away, the next one is read', () => {
    mkdirSync(join(dir, `${process.pid}`))
    writeFileSync(join(dir, `${process.pid}`, '1-000000000-1'), '{"subj')
    writeFileSync(join(dir, `${process.pid}`, '2-000000001-7'), '{"subject":"a","id":"b"}\nxy')
    const message = open().next()
    expect(message).toMatchObject({ subject: 'a', id: 'b', events: 7 })
    expect(new TextDecoder().decode(message?.bytes)).toBe('xy')
    message?.release?.()
    expect(filesBelow(dir)).toEqual([])
  })

  test('a disk that takes nothing means dropped, not broken', () => {
    writeFileSync(join(dir, 'file'), '')
    const spill = openSpill({
      dir: join(dir, 'file', 'below'),
      bytesMax: 10_000,
      log: silentLog,
      onDrop: () => {},
    })
    const bytes = new Uint8Array(10)
    expect(spill.put({ subject: 'a', id: 'b', bytes, events: 1 })).toBe(false)
  })
})
