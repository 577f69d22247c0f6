import type { ExchangeEvent, ExchangeOpened } from '../base/exchange.ts'
import { LIMITS } from '../base/limits.ts'
import type { World } from '../base/world.ts'
import type { Database } from './database.ts'
import { closeExchanges, insertOpened } from './exchange-rows.ts'
import { groupCommit } from './group-commit.ts'

/** Writes the rows of calls: two batched statements per call, none of which blocks another call. */
export interface ExchangeWriter {
  /**
   * Resolves when the row is durable. Rejects with `store_unavailable` after the admission deadline, or at once
   * when too many wait.
   */
  open(opened: ExchangeOpened): Promise<void>
  /**
   * Ends a call and writes its outbox row, exactly once by its id. Keeps trying while the store is away, so it
   * resolves late rather than rejects; it rejects only past the bound of what is kept in memory.
   */
  close(event: ExchangeEvent): Promise<void>
  /** A call that was never opened: both at once. A row that was opened meanwhile is closed. */
  record(event: ExchangeEvent): Promise<void>
  /** Endings not yet written. */
  pending(): number
  /** Waits until nothing is pending, at most `deadlineMs`. */
  drain(deadlineMs: number): Promise<void>
}

/** 500 rows are about half a megabyte and ten milliseconds; more only delays the next batch. */
const BATCH_MAX = 500
/** Endings kept while the store is away: about 200 MB at 2 kB each, far above what can be in flight. */
const ENDINGS_MAX = 100_000
const RETRY_MS_MAX = 1_000

/** Makes a writer over a pool; two connections are in use at most. */
export function exchangeWriter(database: Database, world: World): ExchangeWriter {
  const openings = groupCommit<ExchangeOpened, undefined>({
    world,
    commit: async (rows) => {
      await insertOpened(database.sql, rows)
      return rows.map(() => undefined)
    },
    batchMax: BATCH_MAX,
    queueMax: LIMITS.admissionQueueMax,
    deadlineMs: LIMITS.admissionMs,
    failure: 'store_unavailable',
  })
  const endings = groupCommit<ExchangeEvent, undefined>({
    world,
    commit: async (events) => {
      await closeExchanges(database.sql, events)
      return events.map(() => undefined)
    },
    batchMax: BATCH_MAX,
    queueMax: ENDINGS_MAX,
    retryMs: (attempt) =>
      Math.min(20 * 2 ** Math.min(attempt, 10), RETRY_MS_MAX) * (0.5 + world.dice.fraction() / 2),
    failure: 'store_unavailable',
  })
  return {
    open: (opened) => openings.add(opened),
    close: (event) => endings.add(event),
    record: (event) => endings.add(event),
    pending: () => endings.pending(),
    async drain(deadlineMs) {
      const until = world.clock.monotonic() + deadlineMs
      while (endings.pending() > 0 && world.clock.monotonic() < until)
        await new Promise<void>((resolve) => world.clock.after(DRAIN_POLL_MS, resolve))
    },
  }
}

const DRAIN_POLL_MS = 5
