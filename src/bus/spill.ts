import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../base/world.ts'
import type { SpoolMessage } from './spool.ts'

export interface SpillOptions {
  /** Shared by the processes of one data directory; each has a folder of its own below. */
  readonly dir: string
  readonly bytesMax: number
  readonly log: Log
  /** Told how many events were given up for want of room. */
  onDrop(events: number): void
}

/** Messages on disk that found no room in memory. Only touched while the bus is away or slow. */
export interface Spill {
  /** Writes one message; false when the disk does not take it. */
  put(message: SpoolMessage): boolean
  /** The oldest message that is not yet out; its file goes with `release`. */
  next(): SpoolMessage | undefined
  bytes(): number
}

interface Entry {
  readonly path: string
  readonly bytes: number
  readonly events: number
}

/**
 * Opens this process' folder and takes over what dead processes left: their folders carry their pid. Nothing is written until
 * the first message comes.
 */
export function openSpill(options: SpillOptions): Spill {
  const { dir, log } = options
  const own = join(dir, `${process.pid}`)
  const entries: Entry[] = []
  let total = 0
  let counter = 0
  const note = (entry: Entry): void => {
    entries.push(entry)
    total += entry.bytes
  }
  adopt(dir, own, log)
  for (const name of list(own)) {
    const path = join(own, name)
    const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    note({ path, bytes, events: Number(name.split('-')[2]) || 1 })
  }

  function makeRoom(bytes: number): void {
    while (total + bytes > options.bytesMax) {
      const oldest = entries.shift()
      if (oldest === undefined) return
      total -= oldest.bytes
      rmSync(oldest.path, { force: true })
      options.onDrop(oldest.events)
    }
  }

  return {
    bytes: () => total,
    put(message) {
      const head = JSON.stringify({ subject: message.subject, id: message.id })
      const body = Buffer.concat([Buffer.from(`${head}\n`), message.bytes])
      if (body.length > options.bytesMax) return false
      makeRoom(body.length)
      const name = `${Date.now()}-${String(counter++).padStart(9, '0')}-${message.events}`
      try {
        mkdirSync(own, { recursive: true, mode: 0o700 })
        writeFileSync(join(own, name), body, { mode: 0o600 })
      } catch (cause) {
        // What half stands there is thrown away when it is read.
        log.warn('bus.spill_failed', { reason: String(cause) })
        return false
      }
      note({ path: join(own, name), bytes: body.length, events: message.events })
      return true
    },
    next() {
      for (let entry = entries.shift(); entry !== undefined; entry = entries.shift()) {
        const taken = entry
        total -= taken.bytes
        const message = read(taken)
        if (message === undefined) continue
        return { ...message, release: () => rmSync(taken.path, { force: true }) }
      }
      return undefined
    },
  }
}

function read(entry: Entry): SpoolMessage | undefined {
  try {
    const whole = readFileSync(entry.path)
    const line = whole.indexOf(10)
    const head: unknown = JSON.parse(whole.subarray(0, line).toString())
    if (typeof head !== 'object' || head === null || !('subject' in head && 'id' in head))
      return undefined
    const bytes = new Uint8Array(whole.subarray(line + 1))
    return { subject: String(head.subject), id: String(head.id), bytes, events: entry.events }
  } catch {
    // Half-written by a process that died: its spans are in no one's hands any more.
    rmSync(entry.path, { force: true })
    return undefined
  }
}

/** Moves files of processes that are gone into `own`. Renaming is atomic: of two heirs one gets each file. */
function adopt(dir: string, own: string, log: Log): void {
  for (const name of list(dir)) {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid || isAlive(pid)) continue
    for (const file of list(join(dir, name))) {
      try {
        mkdirSync(own, { recursive: true, mode: 0o700 })
        renameSync(join(dir, name, file), join(own, file))
      } catch {
        // Another heir was quicker.
      }
    }
    rmSync(join(dir, name), { recursive: true, force: true })
    log.info('bus.spill_adopted', { from: pid })
  }
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir).toSorted()
  } catch {
    return []
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
}
