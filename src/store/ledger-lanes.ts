import { Failure } from '../base/failure.ts'
import { LIMITS } from '../base/limits.ts'
import { nanos } from '../base/money.ts'
import type { World } from '../base/world.ts'
import type {
  Extension,
  LedgerPort,
  Reservation,
  ReserveAnswer,
  SettleAnswer,
  Settlement,
} from '../policies/ledger-port.ts'
import { groupCommit } from './group-commit.ts'

/** The two lanes to the database: admissions in one, endings in the other, so that neither waits for the other. */
export interface Lanes {
  /** Rejects with `ledger_unavailable` by the admission deadline; the hold is then void, whatever became of it. */
  reserve(reservation: Reservation): Promise<ReserveAnswer>
  extend(extension: Extension): Promise<ReserveAnswer>
  /** Keeps trying while the store is away. */
  settle(settlement: Settlement): Promise<SettleAnswer>
  /** Endings not yet committed. */
  pending(): number
}

/** A batch of five hundred takes some milliseconds; a larger one only makes the next wait. */
const BATCH_MAX = 500
/**
 * While the database works on one full batch, this process makes the next one ready: more would only queue up for the
 * same rows.
 */
const BATCHES_MAX = 2
/** Endings kept while the store is away, about 2 kB each. Half of it stops admissions, so that it is never full. */
const ENDINGS_MAX = 100_000
const RETRY_AFTER_MS = 1_000
const RESERVE_RETRY_MS_MAX = 200
const SETTLE_RETRY_MS_MAX = 1_000

/** Nobody waits for an ending: a held amount is counted until then. So endings share commits also under little load. */
const SETTLE_GATHER_MS = 25

/** Opens both lanes over a port. */
export function openLanes(port: LedgerPort, world: World): Lanes {
  const backOff = (most: number) => (attempt: number) =>
    Math.min(10 * 2 ** Math.min(attempt, 10), most) * (0.5 + world.dice.fraction() / 2)

  const reservations = groupCommit<Reservation, ReserveAnswer>({
    world,
    commit: (batch, again) => port.reserve(batch, again),
    batchMax: BATCH_MAX,
    batchesMax: BATCHES_MAX,
    queueMax: LIMITS.admissionQueueMax,
    deadlineMs: LIMITS.admissionMs,
    retryMs: backOff(RESERVE_RETRY_MS_MAX),
    failure: 'ledger_unavailable',
    rejection(reservation, cause, tried) {
      // It may stand or may yet be placed: a void ends it in either case.
      if (tried) settle(voidOf(reservation)).catch(() => {})
      return unavailable(cause)
    },
  })
  const extensions = groupCommit<Extension, ReserveAnswer>({
    world,
    commit: (batch) => port.extend(batch),
    batchMax: BATCH_MAX,
    queueMax: LIMITS.admissionQueueMax,
    deadlineMs: LIMITS.admissionMs,
    retryMs: backOff(RESERVE_RETRY_MS_MAX),
    failure: 'ledger_unavailable',
    rejection: (_, cause) => unavailable(cause),
  })
  const endings = groupCommit<Settlement, SettleAnswer>({
    world,
    commit: (batch) => port.settle(batch),
    batchMax: BATCH_MAX,
    queueMax: ENDINGS_MAX,
    gatherMs: SETTLE_GATHER_MS,
    retryMs: backOff(SETTLE_RETRY_MS_MAX),
    failure: 'ledger_unavailable',
  })

  const settle = async (settlement: Settlement): Promise<SettleAnswer> => {
    try {
      return await endings.add(settlement)
    } catch (cause) {
      world.log.error('hold_not_ended', { id: settlement.id, cause: String(cause) })
      throw cause
    }
  }

  return {
    reserve(reservation) {
      if (endings.pending() > ENDINGS_MAX / 2)
        return Promise.reject(unavailable('too many endings wait'))
      return reservations.add(reservation)
    },
    extend: (extension) => extensions.add(extension),
    settle,
    pending: () => endings.pending(),
  }
}

function voidOf(reservation: Reservation): Settlement {
  return {
    id: reservation.id,
    organizationId: reservation.subject.organizationId,
    processId: reservation.processId,
    how: 'void',
    nanos: nanos(0),
    tokens: 0,
    basis: undefined,
    event: undefined,
  }
}

function unavailable(cause: unknown): Failure {
  return new Failure('ledger_unavailable', { inside: cause, retryAfterMs: RETRY_AFTER_MS })
}
