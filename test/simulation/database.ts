import type { ExchangeEvent } from '../../src/base/exchange.ts'
import type { Outbox } from '../../src/exporter/relay.ts'
import type { LedgerPort, Settlement } from '../../src/policies/ledger-port.ts'
import type { PolicySet } from '../../src/policies/policy-set.ts'
import type { Books } from './books.ts'
import type { Mutant } from './mutants.ts'
import type { Time } from './time.ts'
import { away } from './time.ts'

/** A database that is slow, refuses, loses answers after it committed, and is away at times. */
export interface SimDatabase {
  /** The ledger's port as one process sees it. */
  port(owner: string): LedgerPort
  policies(owner: string): Promise<PolicySet>
  outbox(owner: string): Outbox
  storeRuns(owner: string, events: readonly ExchangeEvent[]): Promise<void>
  /** A call that was refused: its row, written whole or closed. */
  record(owner: string, event: ExchangeEvent): Promise<void>
  interrupt(owner: string, isDead: (processId: string) => boolean): Promise<void>
}

export interface Faults {
  /** No fault from this moment on. */
  readonly untilMs: number
  readonly refused: number
  readonly lost: number
  /** Done in time, answered seconds later. */
  readonly slow: number
  /** Spans of time in which nothing is answered. */
  readonly down: readonly (readonly [number, number])[]
}

/** Rows taken come due again after this. */
const TAKEN_MS = 5_000
/** What a query may take before its caller is told that the store is away. */
const DEADLINE_MS = 5_000

export function simulatedDatabase(
  time: Time,
  books: Books,
  faults: Faults,
  mutant: Mutant | undefined,
  afterCommit: () => void,
): SimDatabase {
  const isDown = () => faults.down.some(([from, to]) => time.now() >= from && time.now() < to)

  /** One atomic function: it runs whole or not at all, and its caller may not learn which. */
  const call = <T>(owner: string, run: () => T): Promise<T> => {
    if (time.isDead(owner)) return new Promise(() => {})
    const faulty = time.now() < faults.untilMs
    const refused = faulty && time.chance(faults.refused)
    const lost = faulty && time.chance(faults.lost)
    const slow = faulty && time.chance(faults.slow)
    return new Promise((resolve, reject) => {
      const answer = (delayMs: number, give: () => void) => time.after(delayMs, owner, give)
      time.after(time.between(0, 3), 'database', () => {
        if (isDown()) return answer(time.chance(0.5) ? 1 : DEADLINE_MS, () => reject(away()))
        if (refused) return answer(1, () => reject(away()))
        const result = run()
        afterCommit()
        return answer(slow ? time.between(500, 4_500) : time.between(0, 3), () =>
          lost ? reject(away()) : resolve(result),
        )
      })
    })
  }

  return {
    port: (owner) => ({
      reserve(batch) {
        if (mutant !== 'check_then_add') return call(owner, () => books.reserve(batch))
        return call(owner, () => {
          const verdicts = batch.map((each) => peek(books, each))
          for (const [index, each] of batch.entries())
            if (verdicts[index]?.kind === 'held' && !books.holds.has(each.id))
              time.after(time.between(0, 1), 'database', () => {
                books.force(each)
                afterCommit()
              })
          return verdicts
        })
      },
      extend: () => Promise.reject(new Error('no sliced holds here')),
      settle(batch) {
        const kept =
          mutant === 'unknown_reservations_are_never_ended' ? batch.filter(isKnown) : batch
        const done = call(owner, () => books.settle(kept))
        const answers = batch.map(() => 'ended' as const)
        if (mutant === 'settle_not_retried')
          return done.then(
            () => answers,
            () => answers,
          )
        return done.then((given) => (given.length === batch.length ? given : answers))
      },
      renew: (ids, ttlMs) => call(owner, () => books.renew(ids, ttlMs)),
      expire: () => call(owner, () => books.expire()),
    }),
    policies: (owner) => call(owner, () => books.set()),
    outbox: (owner) => ({
      takeDue: ({ limit, olderThanMs }) =>
        call(owner, () => {
          const due = [...books.outbox].filter(
            ([, row]) =>
              time.wall() - row.at >= olderThanMs && time.wall() - row.takenAt >= TAKEN_MS,
          )
          return due.slice(0, limit).map(([exchangeId, row]) => {
            row.takenAt = time.wall()
            if (mutant === 'outbox_closed_at_publish') books.outbox.delete(exchangeId)
            return { exchangeId, event: row.event }
          })
        }),
      park: () => Promise.resolve(),
    }),
    storeRuns: (owner, events) =>
      call(owner, () => {
        for (const event of events) {
          books.runs.set(event.opened.id, event)
          // What was stored may be older than what waits: a corrected end comes again.
          if (books.outbox.get(event.opened.id)?.event.closed.outcome === event.closed.outcome)
            books.outbox.delete(event.opened.id)
        }
      }),
    record: (owner, event) => call(owner, () => books.record(event)),
    interrupt: (owner, isDead) => call(owner, () => books.interrupt(isDead)),
  }
}

/** The endings that calls ask for themselves; those of unknown reservations carry no row. */
function isKnown(settlement: Settlement): boolean {
  return settlement.event !== undefined
}

/** What would be answered, without doing it. */
function peek(books: Books, each: Parameters<Books['force']>[0]) {
  const stands = books.holds.has(each.id)
  const accounts = structuredClone([...books.accounts])
  const [verdict] = books.reserve([each])
  if (!stands) books.holds.delete(each.id)
  books.accounts.clear()
  for (const [key, account] of accounts) books.accounts.set(key, account)
  return verdict ?? { kind: 'ended' as const }
}
