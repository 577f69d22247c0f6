import type { ExchangeEvent, ExchangeOpened } from '../../src/base/exchange.ts'
import type { LedgerSubject, Settlement } from '../../src/policies/ledger-port.ts'
import type { BookHold } from './books.ts'
import { closedWith } from './events.ts'

/** A void of a hold that is not there yet: whoever places it later finds it ended. */
export function tombstone(each: Settlement, at: number): BookHold {
  const subject: LedgerSubject = {
    organizationId: '',
    workspaceId: '',
    userId: undefined,
    keyId: '',
    provider: '',
    model: '',
    requestModel: '',
    custom: [],
  }
  return {
    id: each.id,
    subject,
    processId: each.processId,
    reservedAt: at,
    meters: [],
    expiresAt: at,
    held: 0n,
    posted: 0n,
    state: 'void',
    endings: [],
  }
}

/** The end that the sweeper writes for a call whose process died: its cost is its hold. */
export function interrupted(opened: ExchangeOpened, held: bigint, at: number): ExchangeEvent {
  return {
    version: 1,
    opened,
    closed: closedWith(opened.id, 'interrupted', held, held > 0n ? 'ceiling' : undefined, at),
  }
}
