import type { ExchangeClosed, ExchangeOpened, Outcome } from '../base/exchange.ts'
import type { Failure } from '../base/failure.ts'
import type { AnswerSummary } from '../dialects/dialect.ts'
import type { Plan } from './check-policies.ts'
import type { GatewayDeps } from './deps.ts'
import type { Exchange } from './exchange.ts'

/** How a forwarded call ended, as the relay saw it. */
export interface Ending {
  readonly outcome: Outcome
  /** What the caller saw. */
  readonly status: number
  readonly failure: Failure | undefined
  readonly upstreamStatus: number | undefined
  readonly upstreamRequestId: string | undefined
  readonly summary: AnswerSummary | undefined
}

/** What is known of a call once it is over: usage, its price, and how both are known. */
export function closedOf(
  exchange: Exchange,
  opened: ExchangeOpened,
  ending: Ending,
  plan: Plan,
  serviceTier: string | undefined,
  deps: GatewayDeps,
): ExchangeClosed {
  const { summary } = ending
  const usage = summary?.usageSuspect ? undefined : summary?.usage
  const model = summary?.model ?? opened.requestModel
  const price =
    usage && model !== undefined
      ? deps.pricing.cost({
          provider: opened.provider,
          model: opened.requestModel ?? model,
          atMs: opened.startedAtMs,
          usage,
          serviceTier,
        })
      : undefined
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
    usage,
    costNanos: price?.nanos,
    costBasis: price?.basis,
    firstByteMs: timings.firstByteMs,
    overheadMs: timings.forwardedMs,
    policies: plan.policies,
    findings: [],
  }
}

/**
 * Ends the call's row. Never awaited by the answer: the caller's last byte does not wait for the database, and
 * the writer keeps trying while the store is away.
 */
export function settle(
  exchange: Exchange,
  opened: ExchangeOpened,
  closed: ExchangeClosed,
  deps: GatewayDeps,
): void {
  deps.ledger.close({ version: 1, opened, closed }).then(
    () => deps.reporter.ended(opened, closed, exchange.timings),
    (cause) =>
      deps.world.log.error('settle.failed', { requestId: exchange.id, cause: String(cause) }),
  )
}
