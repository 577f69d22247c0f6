import type { CallRecord, ContentRecord } from '../base/call.ts'
import type { ExchangeEvent } from '../base/exchange.ts'
import type { BusKind } from './events.ts'

/** One delivered message. Exactly one of `ack` and `park` ends it; without either it is delivered again. */
export interface BusMessage {
  readonly bytes: Uint8Array
  /** Position in the bus stream; grows with time. */
  readonly sequence: number
  /** When the bus stored it, epoch milliseconds. */
  readonly storedAtMs: number
  /** 1 at the first delivery. */
  readonly deliveries: number
  /** The effect is durable: never deliver again. */
  ack(): void
  /** Hands it back; it comes again after `delayMs`. */
  retry(delayMs: number): void
  /** Poison: moved aside with a reason, never delivered again. */
  park(reason: string): Promise<void>
  /** The same where only some of what it holds is poison: these are moved aside, the rest counts as acknowledged. */
  parkParts(reason: string, parts: readonly ParkedPart[]): Promise<void>
}

/** Something out of a message, as a message of its own. */
export interface ParkedPart {
  readonly subject: string
  readonly bytes: Uint8Array
}

export interface ConsumeOptions {
  readonly kind: BusKind
  /** Durable name: consumers of one name share the messages, each name has a cursor of its own. */
  readonly durable: string
  /** Messages handed over at once. */
  readonly batchMax: number
  /** Batches handled at the same time; default 1. Order between them is nobody's. */
  readonly concurrency?: number | undefined
  /** Messages in this process, waiting and being handled: bounds its memory; at least `batchMax`. */
  readonly pendingMax: number
  /** New consumers start here (epoch milliseconds); default: the oldest message kept. */
  readonly sinceMs?: number | undefined
  /** A cursor that nobody uses for this long is forgotten by the server; default: never. */
  readonly forgetAfterMs?: number | undefined
  /**
   * Must not throw, and may take as long as it must: the messages stay this consumer's meanwhile.
   */
  handle(messages: readonly BusMessage[]): Promise<void>
}

/** A running consumer. */
export interface Consuming {
  /** Messages of the bus stream that this consumer has not acknowledged; undefined while the bus is away. */
  lag(): Promise<number | undefined>
  /** Stops taking messages and waits for the batch at hand. */
  close(): Promise<void>
}

export interface BusStats {
  readonly connected: boolean
  /** Bytes waiting for an acknowledgement, in memory. */
  readonly spoolBytes: number
  /** Bytes of spans on disk, because memory had no room for them. */
  readonly spillBytes: number
  /** Single usage events, from the outbox. */
  readonly usageAcked: number
  readonly spansAcked: number
  readonly spansDropped: number
  readonly contentsDropped: number
  /** Age of the oldest message waiting, milliseconds. */
  readonly oldestMs: number
}

/** One message that was moved aside. */
export interface ParkedMessage {
  /** Names it for a replay, as long as it is there. */
  readonly id: string
  /** `calls`, `usage` or `contents`, then a dot and the organisation where that is known. */
  readonly subject: string
  /** The destination that could not take it, a colon, and why. */
  readonly reason: string
  readonly parkedAtMs: number
  readonly bytes: Uint8Array
}

/** The way from the gateways to the exporter. Publishing never waits, never throws, never grows without bound. */
export interface Bus {
  /** `nats`, or `folder` when no server is to be had. */
  readonly way: 'nats' | 'folder'
  /** An ended call: its usage and what its spans are made of. */
  publishCall(call: CallRecord): void
  /** Kept only while there is room for it in memory. */
  publishContent(content: ContentRecord): void
  /** Publishes and waits for the answers; gives the ids of exchanges that the bus has stored. Never throws. */
  sendUsage(events: readonly ExchangeEvent[]): Promise<string[]>
  consume(options: ConsumeOptions): Consuming
  /**
   * Messages that each consumer has not acknowledged, by its durable name, of all kinds together; also of consumers in other
   * processes. Undefined while the bus is away.
   */
  lags(): Promise<ReadonlyMap<string, number> | undefined>
  /** The newest parked messages, at most `limit`. */
  parked(limit: number): Promise<ParkedMessage[]>
  /**
   * Gives parked messages to every destination again; those that have them already know it by their ids. Gives how many were
   * found. Rejects when the bus is away.
   */
  replayParked(ids: readonly string[]): Promise<number>
  /**
   * Lets go of messages that every consumer has, once a bus stream is half full; when it is nearly full only the `essential`
   * consumers are waited for. For the exporter, every few seconds.
   */
  trim(essential: readonly string[]): Promise<void>
  stats(): BusStats
  /** Sends what waits within the deadline, then closes. */
  close(deadlineMs?: number): Promise<void>
}
