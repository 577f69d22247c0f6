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

/** A batch of a thousand takes about ten milliseconds; a larger one only makes the next wait. */
const BATCH_MAX = 1_000
/** Endings kept while the store is away, about 2 kB each. Half of it stops admissions, so that it is never full. */
const ENDINGS_MAX = 100_000
const RETRY_AFTER_MS = 1_000
const RESERVE_RETRY_MS_MAX = 200
const SETTLE_RETRY_MS_MAX = 1_000

/** Nobody waits for an ending: a held amount is counted until then. So endings share commits also under little load. */
const SETTLE_GATHER_MS = 25

/** Opens both lanes over a port. */
export function openLanes(port: LedgerPort, world: World): Lanes {
  /** Callers still waiting for an answer, by hold. */
  const waiting = new Set<string>()
  /** Holds that were in a batch whose outcome is not known. */
  const attempted = new Set<string>()
  const backOff = (most: number) => (attempt: number) =>
    Math.min(10 * 2 ** Math.min(attempt, 10), most) * (0.5 + world.dice.fraction() / 2)

  const reservations = groupCommit<Reservation, ReserveAnswer>({
    world,
    async commit(batch) {
      // Who gave up meanwhile is void by now; placing it would only be undone again.
      const still = batch.filter(({ id }) => waiting.has(id))
      if (still.length === 0) return batch.map(() => ({ kind: 'ended' }))
      const again = still.some(({ id }) => attempted.has(id))
      for (const { id } of still) attempted.add(id)
      const given = await port.reserve(still, again)
      if (still.length === batch.length) return given
      const byId = new Map(still.map(({ id }, index) => [id, given[index]]))
      return batch.map(({ id }) => byId.get(id) ?? { kind: 'ended' })
    },
    batchMax: BATCH_MAX,
    queueMax: LIMITS.admissionQueueMax,
    deadlineMs: LIMITS.admissionMs,
    retryMs: backOff(RESERVE_RETRY_MS_MAX),
    failure: 'ledger_unavailable',
  })
  const extensions = groupCommit<Extension, ReserveAnswer>({
    world,
    commit: (batch) => port.extend(batch),
    batchMax: BATCH_MAX,
    queueMax: LIMITS.admissionQueueMax,
    deadlineMs: LIMITS.admissionMs,
    retryMs: backOff(RESERVE_RETRY_MS_MAX),
    failure: 'ledger_unavailable',
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
    async reserve(reservation) {
      const { id } = reservation
      if (endings.pending() > ENDINGS_MAX / 2) throw unavailable('too many endings wait')
      waiting.add(id)
      try {
        return await reservations.add(reservation)
      } catch (cause) {
        // It may stand or may yet be placed: a void ends it in either case.
        if (attempted.has(id)) settle(voidOf(reservation)).catch(() => {})
        throw unavailable(cause)
      } finally {
        waiting.delete(id)
        attempted.delete(id)
      }
    },
    async extend(extension) {
      try {
        return await extensions.add(extension)
      } catch (cause) {
        throw unavailable(cause)
      }
    },
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
