import type { ExchangeClosed, Outcome } from '../base/exchange.ts'
import type { Failure } from '../base/failure.ts'
import { nanos } from '../base/money.ts'
import type { AnswerSummary } from '../dialects/dialect.ts'
import type { Terms } from '../policies/admission.ts'
import { type Bill, billOf } from '../pricing/bill.ts'
import { servedMultiplier } from '../pricing/facts.ts'
import type { GatewayDeps } from './deps.ts'
import type { Exchange } from './exchange.ts'
import type { Admitted } from './reserve.ts'
import { noteTier } from './tier-memory.ts'

/** How a forwarded call ended, as the relay saw it. */
export interface Ending {
  readonly outcome: Outcome
  /** What the caller saw. */
  readonly status: number
  readonly failure: Failure | undefined
  readonly upstreamStatus: number | undefined
  readonly upstreamRequestId: string | undefined
  readonly summary: AnswerSummary | undefined
  /** False when no byte of the call can have reached the provider. */
  readonly sent: boolean
}

/** What is known of a call once it is over: usage, its price, and how both are known. */
export function closedOf(
  exchange: Exchange,
  { opened, hold }: Admitted,
  ending: Ending,
  deps: GatewayDeps,
): ExchangeClosed {
  const { summary } = ending
  const bill = billed(ending, hold.terms)
  const { price } = hold.terms
  if (price) noteTier(exchange.read?.ask, price, opened.workspaceId, summary?.tier)
  const { timings } = exchange
  timings.endedMs = exchange.elapsedMs()
  return {
    id: exchange.id,
    endedAtMs: deps.world.clock.now(),
    outcome: ending.outcome,
    status: ending.status,
    errorCode: ending.failure?.code ?? summary?.error?.type,
    upstreamStatus: ending.upstreamStatus,
    upstreamRequestId: ending.upstreamRequestId,
    responseModel: summary?.model,
    responseId: summary?.id,
    finishReasons: summary?.finishReasons ?? [],
    usage: summary?.usage ?? summary?.usageSoFar,
    costNanos: bill?.costNanos,
    costBasis: bill?.basis,
    firstByteMs: timings.firstByteMs,
    overheadMs: timings.forwardedMs,
    policies: exchange.policies,
    findings: exchange.guard?.findings() ?? [],
  }
}

/** The bill of a call by the one rule for every ending; undefined when it was not sent or has no price. */
function billed(ending: Ending, terms: Terms): Bill | undefined {
  const { summary } = ending
  if (!ending.sent || !terms.price) return undefined
  const usage = summary?.usage ?? summary?.usageSoFar
  const { provider, model } = terms.price
  return billOf({
    price: terms.price,
    multiplier: servedMultiplier(provider, model, terms.multiplier, summary?.tier),
    ceiling: terms.ceiling,
    usage,
    usageSuspect: summary?.usageSuspect ?? false,
    complete: summary?.usage !== undefined && (summary.complete || ending.outcome === 'ok'),
    refusedByProvider: (ending.upstreamStatus ?? 0) >= 400 && usage === undefined,
    outputBytes: summary?.outputBytes ?? 0,
    mayHideOutput: terms.mayHideOutput,
  })
}

/**
 * Ends the call's hold and row. Never awaited by the answer: the caller's last byte does not wait for the
 * database, and the ledger keeps trying while the store is away.
 */
export function settle(
  exchange: Exchange,
  { opened, hold }: Admitted,
  closed: ExchangeClosed,
  sent: boolean,
  deps: GatewayDeps,
): void {
  const event = { version: 1, opened, closed } as const
  const { usage } = closed
  if (sent)
    hold.settle(
      {
        nanos: closed.costNanos ?? nanos(0),
        tokens: usage ? usage.inputTokens + usage.outputTokens : 0,
        basis: closed.costBasis,
      },
      event,
    )
  else hold.void(event)
  hold.ended.then(() => deps.reporter.ended(opened, closed, exchange.timings))
}
