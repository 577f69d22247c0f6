import type { ExchangeEvent, ExchangeOpened } from '../../src/base/exchange.ts'
import { nanos } from '../../src/base/money.ts'
import { windowStart } from '../../src/base/window.ts'
import type {
  LedgerSubject,
  NoRoom,
  Reservation,
  ReserveAnswer,
  SettleAnswer,
  Settlement,
} from '../../src/policies/ledger-port.ts'
import { matches } from '../../src/policies/match.ts'
import type { Policy } from '../../src/policies/policy.ts'
import type { PolicySet } from '../../src/policies/policy-set.ts'
import { policySet } from '../../src/policies/policy-set.ts'
import { interrupted, tombstone } from './book-rows.ts'
import type { Mutant } from './mutants.ts'

const HOUR_MS = 3_600_000

export interface BookHold {
  readonly id: string
  readonly subject: LedgerSubject
  readonly processId: string
  readonly reservedAt: number
  meters: readonly number[]
  expiresAt: number
  held: bigint
  posted: bigint
  state: 'live' | 'expired' | 'settled' | 'void'
  /** Ends after the first: a correction of an expired hold is the only one allowed. */
  endings: string[]
}

export interface BookAccount {
  posted: bigint
  overage: bigint
  pending: bigint
  expired: bigint
}

interface BookExchange {
  readonly opened: ExchangeOpened
  event: ExchangeEvent | undefined
}

/** The database's content and its atomic functions, as the SQL ones say them. One organisation. */
export interface Books {
  readonly policies: Policy[]
  version: number
  readonly holds: Map<string, BookHold>
  readonly accounts: Map<string, BookAccount>
  readonly exchanges: Map<string, BookExchange>
  readonly outbox: Map<
    string,
    { readonly event: ExchangeEvent; readonly at: number; takenAt: number }
  >
  readonly runs: Map<string, ExchangeEvent>
  set(): PolicySet
  reserve(batch: readonly Reservation[]): readonly ReserveAnswer[]
  /** Places without looking: only the check-then-add mutant does that. */
  force(each: Reservation): void
  settle(batch: readonly Settlement[]): readonly SettleAnswer[]
  renew(ids: readonly string[], ttlMs: number): void
  expire(): number
  /** Makes, changes or deletes the cap of this id. */
  saveCap(id: string, cap: Omit<Policy, 'meters' | 'id'> & { readonly limit: bigint }): void
  deleteCap(id: string): void
  record(event: ExchangeEvent): void
  /** Closes the open calls of dead processes at their holds. */
  interrupt(isDead: (processId: string) => boolean): void
}

export function openBooks(wall: () => number, mutant: Mutant | undefined): Books {
  let nextMeter = 1
  const books: Books = {
    policies: [],
    version: 1,
    holds: new Map(),
    accounts: new Map(),
    exchanges: new Map(),
    outbox: new Map(),
    runs: new Map(),
    set: () => policySet(books.version, books.policies),
    reserve: (batch) =>
      batch.map((each) => {
        const known = books.holds.get(each.id)
        if (known && mutant === 'repeated_reserve_counts_twice' && known.state === 'live') {
          for (const meter of known.meters) account(meter, known.reservedAt).pending += known.held
          return { kind: 'held' }
        }
        if (known)
          return { kind: known.state === 'live' || known.state === 'expired' ? 'held' : 'ended' }
        return place(each)
      }),
    force: (each) => void admit(each),
    settle: (batch) => batch.map(end),
    renew(ids, ttlMs) {
      for (const id of ids) {
        const hold = books.holds.get(id)
        if (hold?.state === 'live') hold.expiresAt = wall() + ttlMs
      }
    },
    expire() {
      let count = 0
      for (const hold of books.holds.values()) {
        if (hold.expiresAt > wall()) continue
        const recorded = books.exchanges.get(hold.id)?.event
        const heals = mutant !== 'unknown_reservations_are_never_ended'
        if (
          heals &&
          recorded?.closed.outcome === 'refused' &&
          (hold.state === 'live' || hold.state === 'expired')
        ) {
          end({
            id: hold.id,
            organizationId: '',
            processId: hold.processId,
            how: 'void',
            nanos: nanos(0),
            tokens: 0,
            basis: undefined,
            event: undefined,
          })
          continue
        }
        if (hold.state !== 'live') continue
        hold.state = 'expired'
        count++
        for (const meter of hold.meters) {
          const found = account(meter, hold.reservedAt)
          found.pending -= hold.held
          if (mutant !== 'expiry_gives_back') found.expired += hold.held
        }
      }
      return count
    },
    saveCap(id, { limit, ...policy }) {
      books.version++
      const at = books.policies.findIndex((each) => each.id === id)
      const before = books.policies[at]?.meters[0]
      const meter = {
        id: before?.id ?? nextMeter++,
        metric: 'nanos',
        window: 'hour',
        limit,
      } as const
      const saved: Policy = { ...policy, id, meters: [meter] }
      if (at >= 0) books.policies[at] = saved
      else {
        books.policies.push(saved)
        backfill(saved, meter.id)
      }
    },
    deleteCap(id) {
      books.version++
      const at = books.policies.findIndex((each) => each.id === id)
      if (at >= 0) books.policies.splice(at, 1)
    },
    record: (event) => close(event),
    interrupt(isDead) {
      for (const [id, exchange] of books.exchanges)
        if (!exchange.event && isDead(exchange.opened.processId)) {
          const hold = books.holds.get(id)
          close(
            interrupted(exchange.opened, hold && hold.state !== 'void' ? hold.held : 0n, wall()),
          )
        }
    },
  }

  const account = (meter: number, at: number): BookAccount => {
    const key = `${meter}@${windowStart('hour', at)}`
    const found = books.accounts.get(key) ?? { posted: 0n, overage: 0n, pending: 0n, expired: 0n }
    books.accounts.set(key, found)
    return found
  }

  const place = (each: Reservation): ReserveAnswer => {
    if (each.policyVersion !== books.version && mutant !== 'stale_policies_believed')
      return { kind: 'stale' }
    const noRoom: NoRoom[] = []
    for (const { meter } of each.legs) {
      const limit = limitOf(meter)
      const { posted, overage, pending, expired } = account(meter, wall())
      const spent = posted + overage + expired
      const resetsAtMs = windowStart('hour', wall()) + HOUR_MS
      if (limit !== undefined && spent + pending + each.nanos > limit)
        noRoom.push({ meter, limit, spent, held: pending, resetsAtMs, nowMs: wall() })
    }
    const enough = mutant === 'one_roomy_leg_is_enough' ? each.legs.length : 1
    return noRoom.length > 0 && noRoom.length >= enough ? refuse(each, noRoom) : admit(each)
  }

  /** All legs or none; the mutant leaves the first one held. */
  const refuse = (each: Reservation, noRoom: readonly NoRoom[]): ReserveAnswer => {
    const [first] = each.legs
    if (mutant === 'refused_legs_stay_held' && first)
      account(first.meter, wall()).pending += each.nanos
    return { kind: 'refused', noRoom }
  }

  const admit = (each: Reservation): ReserveAnswer => {
    for (const { meter } of each.legs) account(meter, wall()).pending += each.nanos
    books.holds.set(each.id, {
      id: each.id,
      subject: each.subject,
      processId: each.processId,
      reservedAt: wall(),
      meters: each.legs.map(({ meter }) => meter),
      expiresAt: wall() + each.ttlMs,
      held: each.nanos,
      posted: 0n,
      state: 'live',
      endings: [],
    })
    if (each.exchange && !books.exchanges.has(each.id))
      books.exchanges.set(each.id, { opened: each.exchange, event: undefined })
    return { kind: 'held' }
  }

  const end = (each: Settlement): SettleAnswer => {
    if (each.event) close(each.event)
    const hold = books.holds.get(each.id)
    if (!hold) {
      if (each.how === 'void') books.holds.set(each.id, tombstone(each, wall()))
      return 'before'
    }
    const { state } = hold
    if (state !== 'live' && state !== 'expired' && mutant !== 'settle_not_fenced') return 'before'
    if (state === 'expired' && mutant === 'late_settle_ignored') return 'before'
    const actual = each.how === 'void' ? 0n : each.nanos
    const at = mutant === 'settled_in_the_window_of_its_end' ? wall() : hold.reservedAt
    for (const meter of hold.meters) {
      const found = account(meter, at)
      if (state === 'expired') found.expired -= hold.held
      else found.pending -= hold.held
      found.posted += actual < hold.held ? actual : hold.held
      found.overage += actual > hold.held ? actual - hold.held : 0n
    }
    hold.endings.push(state === 'expired' ? 'correct' : each.how)
    hold.state = each.how === 'void' ? 'void' : 'settled'
    hold.posted = actual
    return state === 'expired' ? 'corrected' : 'ended'
  }

  const close = (event: ExchangeEvent): void => {
    const { id } = event.opened
    const exchange = books.exchanges.get(id)
    const open = !exchange?.event || exchange.event.closed.outcome === 'interrupted'
    if (!open) return
    books.exchanges.set(id, { opened: event.opened, event })
    if (mutant !== 'no_outbox')
      books.outbox.set(id, { event, at: wall(), takenAt: Number.NEGATIVE_INFINITY })
  }

  const backfill = (policy: Policy, meter: number): void => {
    if (mutant === 'new_cap_starts_at_zero') return
    const found = account(meter, wall())
    for (const hold of books.holds.values()) {
      if (windowStart('hour', hold.reservedAt) !== windowStart('hour', wall())) continue
      if (!isAbout(policy, hold.subject)) continue
      if (hold.state === 'live') found.pending += hold.held
      else if (hold.state === 'expired') found.expired += hold.held
      else found.posted += hold.posted
      const unresolved = hold.state === 'live' || hold.state === 'expired'
      if (unresolved && mutant !== 'live_holds_do_not_join_a_new_cap')
        hold.meters = [...hold.meters, meter]
    }
  }

  const limitOf = (meter: number): bigint | undefined => {
    const policy = books.policies.find((each) => each.meters.some(({ id }) => id === meter))
    return policy?.enabled ? policy.meters[0]?.limit : undefined
  }

  return books
}

/** What was found out about a subject: neither matchers nor subjects ever change, and every check asks again. */
const known = new WeakMap<LedgerSubject, Map<Policy['matchers'], boolean>>()

/** True when a policy is about a stored subject. */
export function isAbout({ matchers }: Policy, subject: LedgerSubject): boolean {
  const answers = known.get(subject) ?? new Map<Policy['matchers'], boolean>()
  known.set(subject, answers)
  let answer = answers.get(matchers)
  if (answer === undefined) {
    answer = matches(matchers, { ...subject, custom: new Map(subject.custom) })
    answers.set(matchers, answer)
  }
  return answer
}
