import type { ExchangeOpened } from '../base/exchange.ts'
import type { Principal } from '../base/permission.ts'
import type { GatewayDeps } from './deps.ts'
import { type Exchange, sessionIdOf } from './exchange.ts'
import type { ReadRequest } from './read-request.ts'

/**
 * Admits the call: its row is durable before a byte goes upstream, so that every forwarded call is accounted
 * for even when this process dies. No hold is placed yet: no spend policy exists.
 * Fails with `store_unavailable`.
 */
export async function reserve(
  exchange: Exchange,
  caller: Principal,
  read: ReadRequest,
  deps: GatewayDeps,
): Promise<ExchangeOpened> {
  const opened = openedOf(exchange, caller, read, deps)
  await deps.ledger.open(opened)
  exchange.timings.admittedMs = exchange.elapsedMs()
  return opened
}

/** The row of a call as it stands before it is forwarded, or when it is refused on the way. */
export function openedOf(
  exchange: Exchange,
  caller: Principal,
  read: ReadRequest | undefined,
  deps: GatewayDeps,
): ExchangeOpened {
  const { headers, method } = exchange.request
  return {
    id: exchange.id,
    organizationId: caller.organizationId,
    workspaceId: caller.workspaceId,
    keyId: caller.keyId,
    keyShort: caller.keyShort,
    userId: caller.userId,
    processId: deps.processId,
    startedAtMs: exchange.startedAtMs,
    provider: exchange.door.name,
    dialect: exchange.dialect.id,
    operation: read?.ask.operation ?? 'passthrough',
    method,
    path: exchange.path.slice(0, PATH_UNITS_MAX),
    requestModel: read?.ask.model?.slice(0, MODEL_UNITS_MAX),
    stream: read?.ask.stream ?? false,
    traceId: exchange.trace.traceId,
    parentSpanId: exchange.trace.parentSpanId,
    traceState: exchange.trace.traceState,
    sessionId: sessionIdOf(headers),
    userAgent: headers.get('user-agent')?.slice(0, USER_AGENT_UNITS_MAX),
  }
}

// Rows stay small whatever a caller sends; real values are far below.
const PATH_UNITS_MAX = 512
const MODEL_UNITS_MAX = 256
const USER_AGENT_UNITS_MAX = 256
