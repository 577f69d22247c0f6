import type { ExchangeEvent, ExchangeOpened } from '../base/exchange.ts'
import type { Nanos } from '../base/money.ts'
import type { CostBasis } from '../base/usage.ts'
import type { Window } from '../base/window.ts'
import type { Matcher, MeterSpec, Metric, PolicyType } from './policy.ts'

/**
 * What the ledger asks of its database: a handful of atomic functions, each one commit. The real one is Postgres; the
 * simulation puts its own in this place and runs the same code above it.
 */
export interface LedgerPort {
  /**
   * Decides every reservation in order, all legs or none, and places the holds, in one commit. Each id is placed once:
   * with `again` (the outcome of an earlier try is unknown) a hold that already stands answers as held.
   */
  reserve(batch: readonly Reservation[], again: boolean): Promise<readonly ReserveAnswer[]>
  /** Raises holds by what they ask, in order, each in full or not at all. Asked for by running total, so it repeats safely. */
  extend(batch: readonly Extension[]): Promise<readonly ReserveAnswer[]>
  /** Ends holds, closes their exchanges and writes their outbox rows in one commit. Repeating it changes nothing. */
  settle(batch: readonly Settlement[]): Promise<readonly SettleAnswer[]>
  /** Moves the end of life of holds that still live to `ttlMs` from now. */
  renew(holdIds: readonly string[], ttlMs: number): Promise<void>
  /** Marks at most `limit` holds whose life is over: they stay counted in full. Gives their number. */
  expire(limit: number): Promise<number>
}

/** One meter that a reservation counts on. */
export interface Leg {
  readonly meter: number
  readonly metric: Metric
  readonly window: Window
  /** Undefined for a disabled policy: counted, never refused. */
  readonly limit: bigint | undefined
}

/** A default policy's child that has to be made before its meters exist. */
export interface FreshChild {
  /** The default it is made from; it names everything the child inherits. */
  readonly parentId: string
  /** The id that the child gets, unless another process was first. */
  readonly childId: string
  readonly type: PolicyType
  readonly name: string
  readonly matchers: readonly Matcher[]
  readonly meters: readonly MeterSpec[]
}

/** Whose spend it is: the smallest set of facts that any matcher can ask for. Stored once per distinct value. */
export interface LedgerSubject {
  readonly organizationId: string
  readonly workspaceId: string
  readonly userId: string | undefined
  readonly keyId: string
  readonly provider: string
  readonly model: string
  readonly requestModel: string
  /** Sorted by key. */
  readonly custom: readonly (readonly [string, string])[]
}

export interface Reservation {
  /** The exchange's id for its first hold; a new id for each further one (one socket, several answers). */
  readonly id: string
  readonly processId: string
  readonly subject: LedgerSubject
  /** The organisation's policy version the legs were decided with; another one now is answered `stale`. */
  readonly policyVersion: number
  readonly legs: readonly Leg[]
  readonly fresh: readonly FreshChild[]
  /** The hold: never less than the bill. */
  readonly nanos: Nanos
  readonly tokens: number
  readonly ttlMs: number
  /** The call's row, opened in the same commit; undefined for a further hold of a call that has one. */
  readonly exchange: ExchangeOpened | undefined
}

export interface Extension {
  readonly id: string
  readonly organizationId: string
  /** The whole hold afterwards, not the difference. */
  readonly totalNanos: Nanos
}

/** A meter that has no room, with everything its refusal must say. */
export interface NoRoom {
  readonly meter: number
  readonly limit: bigint
  /** Final amounts, and expired holds whose truth never came. */
  readonly spent: bigint
  readonly held: bigint
  /** Epoch milliseconds at which the window ends, by the database's clock. */
  readonly resetsAtMs: number
  readonly nowMs: number
}

/** How a meter stands once a batch is placed; `held` includes it. */
export interface Room {
  readonly limit: bigint
  readonly spent: bigint
  readonly held: bigint
}

/** How the meters of a batch stand after it, by the commit that placed it. */
export interface Rooms {
  readonly nowMs: number
  /** Undefined for a meter that refuses nothing. */
  of(meter: number): Room | undefined
}

export type ReserveAnswer =
  /** `rooms` is what the answer's headers say; the simulation's database gives none. */
  | { readonly kind: 'held'; readonly rooms?: Rooms | undefined }
  | { readonly kind: 'stale' }
  | { readonly kind: 'refused'; readonly noRoom: readonly NoRoom[] }
  /** The hold to extend has ended. */
  | { readonly kind: 'ended' }

export interface Settlement {
  readonly id: string
  readonly organizationId: string
  readonly processId: string
  /** `void` ends a hold of a call that was never sent; it counts nothing. */
  readonly how: 'settle' | 'void'
  readonly nanos: Nanos
  readonly tokens: number
  /** Undefined when nothing was billed or the model is unpriced. */
  readonly basis: CostBasis | undefined
  /** The call's end and its outbox row; undefined for a hold that is not the call's last. */
  readonly event: ExchangeEvent | undefined
}

/** `ended` = this settlement did it; `corrected` = it set an expired hold right; `before` = somebody else ended it. */
export type SettleAnswer = 'ended' | 'corrected' | 'before'
