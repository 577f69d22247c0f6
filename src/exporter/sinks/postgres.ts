import type { World } from '../../base/world.ts'
import { storeContents } from '../../store/contents.ts'
import type { Database } from '../../store/database.ts'
import { park } from '../../store/outbox.ts'
import { storeRuns, storeSpans } from '../../store/runs.ts'
import type { Sink } from '../sink.ts'
import { patiently } from '../store-away.ts'

/** Rows of one statement: some megabytes, and done well before the store's deadline on a busy machine. */
const SPANS_MAX = 2_000

/**
 * Our own trace store. A run and the confirmation of its outbox row are one transaction, and both runs and spans are
 * stored by id, so however often an event comes it is here exactly once.
 */
export function postgresSink(database: Database, world: World): Sink {
  return {
    name: 'postgres',
    essential: true,
    async storeUsage(events) {
      await patiently(() => storeRuns(database, world, events))
    },
    async storeSpans(spans) {
      for (let start = 0; start < spans.length; start += SPANS_MAX)
        await patiently(() => storeSpans(database, spans.slice(start, start + SPANS_MAX)))
    },
    async storeContents(contents) {
      await patiently(() => storeContents(database, contents))
    },
    onParked: (exchangeId, reason) => park(database, exchangeId, reason),
  }
}
