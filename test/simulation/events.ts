import type { ExchangeClosed, ExchangeOpened, Outcome } from '../../src/base/exchange.ts'
import { NO_POLICIES } from '../../src/base/exchange.ts'
import { nanos } from '../../src/base/money.ts'
import type { CostBasis } from '../../src/base/usage.ts'
import type { Subject } from '../../src/policies/match.ts'

/** The end of a call, as far as the simulation looks at it. */
export function closedWith(
  id: string,
  outcome: Outcome,
  cost: bigint | undefined,
  basis: CostBasis | undefined,
  at: number,
): ExchangeClosed {
  return {
    id,
    endedAtMs: at,
    outcome,
    status: 200,
    errorCode: undefined,
    upstreamStatus: undefined,
    upstreamRequestId: undefined,
    responseModel: undefined,
    responseId: undefined,
    finishReasons: [],
    usage: undefined,
    costNanos: cost === undefined ? undefined : nanos(cost),
    costBasis: basis,
    firstByteMs: undefined,
    overheadMs: undefined,
    policies: NO_POLICIES,
    findings: [],
  }
}

/** The row of a call. */
export function openedWith(
  id: string,
  subject: Subject,
  processId: string,
  at: number,
): ExchangeOpened {
  return {
    id,
    organizationId: subject.organizationId,
    workspaceId: subject.workspaceId,
    keyId: subject.keyId,
    keyShort: subject.keyId,
    userId: undefined,
    processId,
    startedAtMs: at,
    provider: subject.provider,
    dialect: 'openai.chat',
    operation: 'chat',
    method: 'POST',
    path: '/v1/chat/completions',
    requestModel: subject.requestModel,
    stream: true,
    traceId: '0'.repeat(32),
    parentSpanId: undefined,
    traceState: undefined,
    sessionId: undefined,
    userAgent: undefined,
  }
}
