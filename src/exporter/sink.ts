import type { ContentRecord } from '../base/call.ts'
import type { ExchangeEvent } from '../base/exchange.ts'
import type { SpanRecord } from '../base/span.ts'

/**
 * One destination. Each has its own cursor on the bus, so a slow one delays no other.
 *
 * A sink stores all it is given or throws: {@link SinkAway} when the destination cannot take anything now (the same batch
 * comes again after a pause, for ever), anything else when the batch itself is at fault (it is then tried one by one,
 * and what fails alone is parked). Either way the same items may come twice: ids are equal then.
 */
export interface Sink {
  /** Lower-case letters, digits and hyphens; names the cursor, so it must not change. */
  readonly name: string
  /** True for our own trace store alone: messages stay on the bus until it has them, whatever room they take. */
  readonly essential?: boolean | undefined
  /** Calls it likes to get at once, about; default 500. */
  readonly usageBatchMax?: number | undefined
  /** Batches it takes at the same time; default 1. More where each waits for a network. */
  readonly concurrency?: number | undefined
  /** A new cursor begins here (epoch milliseconds); undefined: with the oldest message the bus has kept. */
  readonly sinceMs?: number | undefined
  /** Ended calls, each with its usage. Undefined when the sink does not want them. */
  readonly storeUsage?: ((events: readonly ExchangeEvent[]) => Promise<void>) | undefined
  /** Wants of the spans only the gateway's own steps. */
  readonly stepsOnly?: boolean | undefined
  /** Gets nothing of calls whose caller asked not to export its trace. */
  readonly sampledOnly?: boolean | undefined
  /** Finished spans, after their calls were stored. Undefined when the sink does not want them. */
  readonly storeSpans?: ((spans: readonly SpanRecord[]) => Promise<void>) | undefined
  /** What calls said, redacted. For our own store alone: content goes to no destination outside. */
  readonly storeContents?: ((contents: readonly ContentRecord[]) => Promise<void>) | undefined
  /** Told of a usage event that was parked. */
  readonly onParked?: ((exchangeId: string, reason: string) => Promise<void>) | undefined
  close?(): Promise<void>
}

/** The destination is away or busy; nothing is wrong with the items. */
export class SinkAway extends Error {
  /** Milliseconds it asked to be left alone, when it did. */
  readonly retryAfterMs: number | undefined

  constructor(reason: string, retryAfterMs?: number) {
    super(reason)
    this.name = 'SinkAway'
    this.retryAfterMs = retryAfterMs
  }
}
