import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { CallRecord } from '../base/call.ts'
import { pause } from '../base/clock.ts'
import { newId } from '../base/id.ts'
import { LIMITS } from '../base/limits.ts'
import type { World } from '../base/world.ts'
import { encodeCalls } from './call-messages.ts'
import { type BusKind, encodeContent, encodeUsage, subjectOf } from './events.ts'
import { openGather } from './gather.ts'
import type {
  Bus,
  BusMessage,
  ConsumeOptions,
  Consuming,
  ParkedMessage,
  ParkedPart,
} from './port.ts'

export interface FolderBusOptions {
  /** A private directory that gateways and exporter of one machine share; made when missing. */
  readonly dir: string
  readonly world: World
  /** Bound of the files waiting, per kind; past it the oldest go. */
  readonly bytesMax?: number | undefined
}

/** How often the exporter looks for new files. */
const LOOK_MS = 50
/** The folder's size is read every so many files: reading it each time would cost more than writing. */
const FILES_PER_CHECK = 256
const PARKED_MAX = 1_000
const KINDS = ['calls', 'usage', 'contents'] as const satisfies readonly BusKind[]

/**
 * The bus for a machine without NATS: one file per message. A consumer's own directory holds hard links to what it has
 * not yet acknowledged, so consumers go at their own speed and a crash loses and repeats nothing but the batch at hand.
 */
export function openFolderBus(options: FolderBusOptions): Bus {
  const { world, dir } = options
  const bytesMax = options.bytesMax ?? LIMITS.spanSpoolBytesMax
  const count = { usageAcked: 0, spansAcked: 0, spansDropped: 0, contentsDropped: 0 }
  let written = 0
  for (const kind of KINDS) mkdirSync(join(dir, kind, 'in'), { recursive: true, mode: 0o700 })
  mkdirSync(join(dir, 'parked'), { recursive: true, mode: 0o700 })
  const calls = openGather<CallRecord>({
    clock: world.clock,
    handle(some) {
      for (const { bytes, spans } of encodeCalls(some))
        if (write('calls', newId(world), bytes)) count.spansAcked += spans
        else count.spansDropped += spans
    },
  })

  function write(kind: BusKind, id: string, bytes: Uint8Array): boolean {
    const inbox = join(dir, kind, 'in')
    try {
      if (written++ % FILES_PER_CHECK === 0) makeRoom(inbox)
      writeFileSync(join(inbox, `.${id}`), bytes, { mode: 0o600 })
      // Consumers only see whole files.
      renameSync(join(inbox, `.${id}`), join(inbox, id))
      return true
    } catch (cause) {
      world.log.warn('bus.folder_failed', { kind, reason: String(cause) })
      return false
    }
  }

  function makeRoom(inbox: string): void {
    const files = readdirSync(inbox).toSorted()
    const sizes = files.map((name) => statSync(join(inbox, name), { throwIfNoEntry: false })?.size)
    let total = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
    for (const [index, name] of files.entries()) {
      if (total <= bytesMax) return
      rmSync(join(inbox, name), { force: true })
      total -= sizes[index] ?? 0
      world.log.warn('bus.folder_full', { dropped: name })
    }
  }

  return {
    way: 'folder',
    publishCall: (call) => calls.add(call),
    publishContent(content) {
      if (!write('contents', content.exchangeId, encodeContent(content))) count.contentsDropped++
    },
    async sendUsage(events) {
      const sent = events.filter((event) => write('usage', event.opened.id, encodeUsage(event)))
      count.usageAcked += sent.length
      return sent.map((event) => event.opened.id)
    },
    consume: (wanted) => consumeFolder(wanted, dir, world),
    lags: async () => folderLags(dir),
    async parked(limit) {
      const names = readdirSync(join(dir, 'parked')).toSorted().reverse().slice(0, limit)
      return names.map((name) => readParkedFile(dir, name))
    },
    async replayParked(ids) {
      const names = new Set(readdirSync(join(dir, 'parked')))
      let replayed = 0
      for (const id of ids) {
        if (!names.has(id)) continue
        const { subject, bytes } = readParkedFile(dir, id)
        const kind = KINDS.find((each) => each === subject.split('.', 1)[0])
        if (kind === undefined || !write(kind, newId(world), bytes)) continue
        rmSync(join(dir, 'parked', id), { force: true })
        replayed++
      }
      return replayed
    },
    async trim() {
      const names = readdirSync(join(dir, 'parked')).toSorted()
      for (const name of names.slice(0, Math.max(0, names.length - PARKED_MAX)))
        rmSync(join(dir, 'parked', name), { force: true })
    },
    stats: () => ({
      connected: true,
      spoolBytes: 0,
      spillBytes: 0,
      oldestMs: 0,
      ...count,
    }),
    async close() {
      calls.flush()
    },
  }
}

/** A consumer's own directory begins with it. */
const FOR = 'for-'

function consumeFolder(wanted: ConsumeOptions, dir: string, world: World): Consuming {
  const inbox = join(dir, wanted.kind, 'in')
  const own = join(dir, wanted.kind, `${FOR}${wanted.durable}`)
  mkdirSync(own, { recursive: true, mode: 0o700 })
  // In memory on purpose: after a crash a poison message has as many tries again.
  const deliveries = new Map<string, number>()
  const notBefore = new Map<string, number>()
  let closed = false

  function take(): BusMessage[] {
    distribute(dir, wanted.kind)
    const now = world.clock.monotonic()
    return readdirSync(own)
      .filter((name) => (notBefore.get(name) ?? 0) <= now)
      .toSorted()
      .slice(0, wanted.batchMax)
      .flatMap((name) => open(name) ?? [])
  }

  function open(name: string): BusMessage | undefined {
    const path = join(own, name)
    const tries = (deliveries.get(name) ?? 0) + 1
    deliveries.set(name, tries)
    const forget = (): void => {
      rmSync(path, { force: true })
      deliveries.delete(name)
      notBefore.delete(name)
    }
    const setAside = (reason: string, { subject, bytes }: ParkedPart, suffix: string): void => {
      const about = JSON.stringify({ subject, reason: reason.slice(0, 500) })
      const body = Buffer.concat([Buffer.from(`${about}\n`), bytes])
      const file = join(dir, 'parked', `${name}-${wanted.durable}${suffix}`)
      writeFileSync(file, body, { mode: 0o600 })
    }
    try {
      return {
        bytes: readFileSync(path),
        sequence: 0,
        storedAtMs: statSync(path).mtimeMs,
        deliveries: tries,
        ack: forget,
        retry: (delayMs) => notBefore.set(name, world.clock.monotonic() + delayMs),
        async park(reason) {
          const bytes = readFileSync(path)
          setAside(reason, { subject: subjectIn(wanted.kind, bytes), bytes }, '')
          forget()
        },
        async parkParts(reason, parts) {
          for (const [index, part] of parts.entries()) setAside(reason, part, `-${index}`)
          forget()
        },
      }
    } catch {
      return undefined
    }
  }

  async function loop(): Promise<void> {
    while (!closed) {
      const messages = take()
      if (messages.length > 0) await wanted.handle(messages)
      else await pause(world.clock, LOOK_MS)
    }
  }

  const ended = loop().catch((cause: unknown) =>
    world.log.error('bus.consumer_lost', { inbox, reason: String(cause) }),
  )
  return {
    lag: async () => readdirSync(own).length,
    async close() {
      closed = true
      await ended
    },
  }
}

/** Files that wait for each consumer. */
function folderLags(dir: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const kind of KINDS)
    for (const name of readdirSync(join(dir, kind)))
      if (name.startsWith(FOR)) {
        const waiting = readdirSync(join(dir, kind, name)).length
        const durable = name.slice(FOR.length)
        found.set(durable, (found.get(durable) ?? 0) + waiting)
      }
  return found
}

/** Links every new file into each consumer's directory, then takes it out of the inbox; repeats do no harm. */
function distribute(dir: string, kind: BusKind): void {
  const base = join(dir, kind)
  const consumers = readdirSync(base).filter((name) => name.startsWith(FOR))
  for (const name of readdirSync(join(base, 'in'))) {
    if (name.startsWith('.')) continue
    for (const consumer of consumers) {
      try {
        linkSync(join(base, 'in', name), join(base, consumer, name))
      } catch {
        // There already: a crash came between the link and the removal.
      }
    }
    rmSync(join(base, 'in', name), { force: true })
  }
}

/** A file has no subject; what it holds names the organisation, if it can be read at all. */
function subjectIn(kind: BusKind, bytes: Uint8Array): string {
  const found = /"organizationId":"([0-9a-f-]{36})"/.exec(Buffer.from(bytes).toString())
  return found?.[1] === undefined ? kind : subjectOf(kind, found[1])
}

function readParkedFile(dir: string, name: string): ParkedMessage {
  const path = join(dir, 'parked', name)
  const whole = readFileSync(path)
  const line = whole.indexOf(10)
  const about: unknown = JSON.parse(whole.subarray(0, line).toString())
  const field = (name: 'subject' | 'reason'): string =>
    typeof about === 'object' && about !== null && name in about
      ? String((about as Record<string, unknown>)[name])
      : ''
  return {
    id: name,
    subject: field('subject'),
    reason: field('reason'),
    parkedAtMs: statSync(path).mtimeMs,
    bytes: whole.subarray(line + 1),
  }
}
