import {
  DiscardPolicy,
  type JetStreamManager,
  type NatsConnection,
  NatsError,
  nanos,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from 'nats'
import type { LogFields } from '../base/world.ts'
import { BUS_STREAMS, type BusKind } from './events.ts'

/** What the server keeps, and where. */
export interface StreamOptions {
  /** Copies of each bus stream in a NATS cluster; default 1. */
  readonly replicas?: number | undefined
  /** Bound of each bus stream on the server's disk. */
  readonly streamBytesMax?: Partial<Record<BusKind, number>> | undefined
}

/** A request to the server that is not answered by then has failed. */
export const ANSWER_MS = 5_000
/** Messages that no sink can take, moved aside. */
export const PARKED = { name: 'SLUICE_PARKED', subject: 'parked.>', bytesMax: 32 * 1024 ** 2 }

/** JetStream drops repeats of an id within this window; later ones are dropped by the trace store. */
const DUPLICATE_WINDOW_MS = 120_000
const STREAM_BYTES: Record<BusKind, number> = {
  calls: 512 * 1024 ** 2,
  usage: 256 * 1024 ** 2,
  contents: 256 * 1024 ** 2,
}
/** How long replay reaches back, where the bytes allow it. */
const KEPT_MS = 7 * 24 * 3_600_000
/** Error codes of a bus stream or a server without room: the answer comes at once. */
const NO_ROOM = new Set([10077, 10047, 10023])

/**
 * Makes the bus streams that are missing. `discard: new` answers at once when a bus stream is full, where a full disk
 * would make the server fall silent. Throws `NatsError`.
 */
export async function ensureStreams(nc: NatsConnection, options: StreamOptions): Promise<void> {
  const manager = await nc.jetstreamManager({ timeout: ANSWER_MS, checkAPI: false })
  for (const kind of ['calls', 'usage', 'contents'] as const)
    await ensureStream(manager, options.replicas ?? 1, {
      ...BUS_STREAMS[kind],
      bytesMax: options.streamBytesMax?.[kind] ?? STREAM_BYTES[kind],
      discard: DiscardPolicy.New,
    })
  await ensureStream(manager, options.replicas ?? 1, { ...PARKED, discard: DiscardPolicy.Old })
}

interface StreamWish {
  readonly name: string
  readonly subject: string
  readonly bytesMax: number
  readonly discard: DiscardPolicy
}

async function ensureStream(
  manager: JetStreamManager,
  replicas: number,
  wish: StreamWish,
): Promise<void> {
  const found = await findStream(manager, wish.name)
  if (found !== undefined) {
    if (found.config.num_replicas !== replicas)
      await manager.streams.update(wish.name, { num_replicas: replicas })
    return
  }
  for (let bytesMax = wish.bytesMax; ; bytesMax = Math.floor(bytesMax / 2)) {
    try {
      await manager.streams.add({
        name: wish.name,
        subjects: [wish.subject],
        retention: RetentionPolicy.Limits,
        storage: StorageType.File,
        discard: wish.discard,
        max_bytes: bytesMax,
        max_age: nanos(KEPT_MS),
        num_replicas: replicas,
        duplicate_window: nanos(DUPLICATE_WINDOW_MS),
      })
      return
    } catch (cause) {
      // The server reserves the whole bound on disk: a small disk gets a small stream rather than none.
      if (!NO_ROOM.has(apiCode(cause)) || bytesMax <= 8 * 1024 ** 2) throw cause
    }
  }
}

async function findStream(
  manager: JetStreamManager,
  name: string,
): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(name)
  } catch (cause) {
    if (isMissingStream(cause)) return undefined
    throw cause
  }
}

/**
 * Makes room, oldest first: once a bus stream is half full, what every consumer has acknowledged goes; once it is four fifths full
 * also what only consumers other than the `essential` ones still want. Without it a bus stream that refuses new messages
 * would fill up with delivered ones, or with those of a destination that is away for good.
 */
export async function trimStreams(
  nc: NatsConnection,
  essential: readonly string[],
): Promise<readonly Trimmed[]> {
  const manager = await nc.jetstreamManager({ timeout: ANSWER_MS, checkAPI: false })
  const trimmed: Trimmed[] = []
  for (const { name } of Object.values(BUS_STREAMS)) {
    const found = await findStream(manager, name)
    if (found === undefined || found.state.bytes < found.config.max_bytes / 2) continue
    const { first_seq: first, last_seq: last, bytes } = found.state
    const isTight = bytes > found.config.max_bytes * 0.8
    const surplus = 1 - found.config.max_bytes / 4 / bytes
    let until = first + Math.floor((last - first) * surplus)
    const behind: string[] = []
    for await (const consumer of manager.consumers.list(name)) {
      const floor = consumer.ack_floor.stream_seq
      if (essential.includes(consumer.name) || !isTight) until = Math.min(until, floor)
      else if (floor < until) behind.push(consumer.name)
    }
    if (until < first) continue
    const { purged } = await manager.streams.purge(name, { seq: until + 1 })
    trimmed.push({ stream: name, messages: purged, behind })
  }
  return trimmed
}

/** What trimming took away. */
export interface Trimmed {
  readonly stream: string
  readonly messages: number
  /** Consumers that had not yet taken all of it. */
  readonly behind: readonly string[]
}

/** Codes with which a server says that the bus stream, or JetStream itself, is not there: its own, and nobody listens. */
export const MISSING_STREAM: ReadonlySet<number> = new Set([10059, 503])

/** True when the server answered that the bus stream, or JetStream itself, is not there. */
export function isMissingStream(cause: unknown): boolean {
  return MISSING_STREAM.has(apiCode(cause)) || (cause instanceof NatsError && cause.code === '503')
}

/** The facts of a failure, fit for a log line. */
export function describeFault(cause: unknown): LogFields {
  if (cause instanceof NatsError)
    return { reason: cause.message, code: apiCode(cause) || cause.code }
  return { reason: String(cause) }
}

function apiCode(cause: unknown): number {
  return cause instanceof NatsError ? (cause.api_error?.err_code ?? 0) : 0
}
