import type { ExchangeEvent, ExchangeOpened } from '../base/exchange.ts'
import { Failure } from '../base/failure.ts'
import { newId } from '../base/id.ts'
import { LIMITS } from '../base/limits.ts'
import type { Nanos } from '../base/money.ts'
import { nanos } from '../base/money.ts'
import type { CostBasis } from '../base/usage.ts'
import type { Timer, World } from '../base/world.ts'
import type { Terms } from '../policies/admission.ts'
import type {
  LedgerPort,
  LedgerSubject,
  NoRoom,
  Reservation,
  Rooms,
} from '../policies/ledger-port.ts'
import type { Subject } from '../policies/match.ts'
import { refusalOf } from '../policies/refusal.ts'
import type { Lanes } from './ledger-lanes.ts'
import { openLanes } from './ledger-lanes.ts'

/** The spend ledger as a gateway process uses it. */
export interface Ledger {
  /**
   * Opens the call's row and places its hold in one commit; a call without policies takes the same path with no legs.
   * Throws `spend_limit_reached`, `spend_reserved`, `rate_limit_reached`, `ledger_unavailable`, or what `terms` throws.
   */
  reserve(call: ReserveCall): Promise<Hold>
  /** Endings not yet committed. */
  pending(): number
  /** Waits until nothing is pending, at most `deadlineMs`. */
  drain(deadlineMs: number): Promise<void>
  /** Stops renewing the holds of this process. */
  close(): void
}

export interface ReserveCall {
  /** The exchange's id, or a new one for each further hold of it. */
  readonly id: string
  readonly subject: Subject
  /** The call's row; undefined for a further hold. */
  readonly opened: ExchangeOpened | undefined
  /**
   * The terms by the policies as this process knows them; with `again` by policies read anew, because those it knew
   * have changed. May throw a `Failure`.
   */
  terms(again: boolean): Terms | Promise<Terms>
}

/** Reserved money of one call. It is ended once: the first `settle` or `void` counts. */
export interface Hold {
  readonly id: string
  readonly terms: Terms
  /** What is held now, with extensions. */
  readonly nanos: Nanos
  /** How the meters stood when it was placed. */
  readonly rooms: Rooms | undefined
  /** Posts the bill and gives the rest back. Returns at once and never throws: the commit follows by itself. */
  settle(bill: Bill, event: ExchangeEvent | undefined): void
  /** Ends a hold of a call of which no byte was sent; nothing is posted. */
  void(event: ExchangeEvent | undefined): void
  /** Raises a sliced hold. Undefined when it is raised, else the refusal with which the stream must end. */
  extend(totalNanos: Nanos): Promise<Failure | undefined>
  /** Resolves when the ending is committed. */
  readonly ended: Promise<void>
}

export interface Bill {
  readonly nanos: Nanos
  readonly tokens: number
  readonly basis: CostBasis | undefined
}

export interface LedgerOptions {
  readonly port: LedgerPort
  readonly world: World
  readonly processId: string
  /** How long a hold lives without being renewed. */
  readonly ttlMs?: number
}

/** Long enough that a short outage of the store expires nothing, short enough that a dead process is seen soon. */
export const HOLD_TTL_MS = 120_000
/** Each renewal leaves time for two more tries. */
const RENEWALS_PER_LIFE = 3
/** Holds of one renewal statement. */
const RENEW_MAX = 2_000
const DRAIN_POLL_MS = 5

/**
 * An ended call gives its place back a commit later. Who comes right after it waits that long at most, so that a client
 * that calls one by one is never refused by a limit of one.
 */
const PLACE_WAIT_MS = 1_000
const PLACE_POLL_MS = 20

/** Opens the ledger of one process over a port. */
export function openLedger(options: LedgerOptions): Ledger {
  const { port, world, processId } = options
  const ttlMs = options.ttlMs ?? HOLD_TTL_MS
  const lanes = openLanes(port, world)
  const live = new Set<string>()
  const stopRenewing = keepAlive(live, ttlMs, port, world)

  const place = async (call: ReserveCall): Promise<Hold> => {
    const until = world.clock.monotonic() + LIMITS.admissionMs
    const placesUntil = world.clock.monotonic() + PLACE_WAIT_MS
    let again = false
    do {
      const terms = await call.terms(again)
      const reservation = reservationOf(call, terms, processId, ttlMs, world)
      const answer = await lanes.reserve(reservation)
      if (answer.kind === 'held') {
        live.add(call.id)
        return holdOf(reservation, call, terms, lanes, live, answer.rooms)
      }
      if (answer.kind === 'refused') {
        if (await mayComeFree(answer.noRoom, terms, placesUntil, world)) continue
        throw await refused(answer.noRoom, call, terms, terms.nanos)
      }
      if (answer.kind === 'ended') break
      again = true
      // Policies changed between the decision and the commit: decide anew, for as long as an admission may take.
    } while (world.clock.monotonic() < until)
    throw new Failure('ledger_unavailable', { retryAfterMs: 1_000 })
  }

  return {
    reserve: place,
    pending: () => lanes.pending(),
    async drain(deadlineMs) {
      const until = world.clock.monotonic() + deadlineMs
      while (lanes.pending() > 0 && world.clock.monotonic() < until)
        await new Promise<void>((resolve) => world.clock.after(DRAIN_POLL_MS, resolve))
    },
    close: stopRenewing,
  }
}

function reservationOf(
  call: ReserveCall,
  terms: Terms,
  processId: string,
  ttlMs: number,
  world: World,
): Reservation {
  return {
    id: call.id,
    processId,
    subject: ledgerSubject(call.subject),
    policyVersion: terms.decision.policyVersion,
    legs: terms.decision.legs,
    fresh: terms.decision.fresh.map((child) => ({ ...child, childId: newId(world) })),
    nanos: terms.nanos,
    tokens: terms.tokens,
    ttlMs,
    exchange: call.opened,
  }
}

/** Longest model name kept; callers choose it. */
const MODEL_UNITS_MAX = 256

function ledgerSubject(subject: Subject): LedgerSubject {
  return {
    organizationId: subject.organizationId,
    workspaceId: subject.workspaceId,
    userId: subject.userId,
    keyId: subject.keyId,
    provider: subject.provider,
    model: (subject.model ?? subject.requestModel ?? '').slice(0, MODEL_UNITS_MAX),
    requestModel: (subject.requestModel ?? '').slice(0, MODEL_UNITS_MAX),
    custom: [...subject.custom].sort(([a], [b]) => (a < b ? -1 : 1)),
  }
}

/** True, after a pause, when only places stand in the way and there is time left for one to come free. */
async function mayComeFree(
  noRoom: readonly NoRoom[],
  { decision }: Terms,
  untilMs: number,
  { clock }: World,
): Promise<boolean> {
  const isPlace = ({ meter }: NoRoom) =>
    decision.byMeter.get(meter)?.meters.find(({ id }) => id === meter)?.metric === 'concurrency'
  if (clock.monotonic() >= untilMs || !noRoom.every(isPlace)) return false
  await new Promise<void>((resolve) => clock.after(PLACE_POLL_MS, resolve))
  return true
}

/** The refusal by these meters; policies made a moment ago are not among those the call was decided with. */
async function refused(
  noRoom: readonly NoRoom[],
  call: ReserveCall,
  terms: Terms,
  asked: Nanos,
): Promise<Failure> {
  const known = noRoom.every(({ meter }) => terms.decision.byMeter.has(meter))
  const { decision } = known ? terms : await call.terms(true)
  return refusalOf(noRoom, { ...terms, decision, nanos: asked })
}

function holdOf(
  placed: Reservation,
  call: ReserveCall,
  terms: Terms,
  lanes: Lanes,
  live: Set<string>,
  rooms: Rooms | undefined,
): Hold {
  let held = placed.nanos
  let open = true
  const committed = Promise.withResolvers<void>()
  const organizationId = placed.subject.organizationId
  const end = (how: 'settle' | 'void', bill: Bill, event: ExchangeEvent | undefined): void => {
    if (!open) return
    open = false
    live.delete(placed.id)
    const { id, processId } = placed
    lanes.settle({ id, organizationId, processId, how, ...bill, event }).then(
      () => committed.resolve(),
      // Logged by the lane. The hold expires and stays counted in full: never free.
      () => committed.resolve(),
    )
  }
  return {
    id: placed.id,
    terms,
    rooms,
    get nanos() {
      return held
    },
    settle: (bill, event) => end('settle', bill, event),
    void: (event) => end('void', { nanos: nanos(0), tokens: 0, basis: undefined }, event),
    async extend(totalNanos) {
      if (totalNanos <= held) return undefined
      const answer = await lanes.extend({ id: placed.id, organizationId, totalNanos })
      if (answer.kind === 'refused')
        return refused(answer.noRoom, call, terms, nanos(totalNanos - held))
      if (answer.kind === 'ended') return new Failure('ledger_unavailable')
      held = totalNanos
      return undefined
    },
    ended: committed.promise,
  }
}

/** Renews every live hold three times in its life, in batches. */
function keepAlive(
  live: ReadonlySet<string>,
  ttlMs: number,
  port: LedgerPort,
  world: World,
): () => void {
  let timer: Timer | undefined
  let closed = false
  const renew = async (): Promise<void> => {
    const ids = [...live]
    for (let from = 0; from < ids.length; from += RENEW_MAX) {
      try {
        await port.renew(ids.slice(from, from + RENEW_MAX), ttlMs)
      } catch (cause) {
        world.log.warn('holds_not_renewed', { count: ids.length, cause: String(cause) })
        break
      }
    }
    if (!closed) timer = world.clock.after(ttlMs / RENEWALS_PER_LIFE, renew)
  }
  timer = world.clock.after(ttlMs / RENEWALS_PER_LIFE, renew)
  return () => {
    closed = true
    timer?.cancel()
  }
}
