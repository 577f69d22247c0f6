import type { ExchangeOpened } from '../base/exchange.ts'
import { Failure } from '../base/failure.ts'
import { member, textMember } from '../base/json.ts'
import type { Principal } from '../base/permission.ts'
import { admit, type Terms } from '../policies/admission.ts'
import type { Decision } from '../policies/decide.ts'
import { ceilingFacts } from '../pricing/ceiling-facts.ts'
import type { Hold } from '../store/ledger.ts'
import { isRead, type Plan } from './check-policies.ts'
import type { GatewayDeps } from './deps.ts'
import { type Exchange, sessionIdOf } from './exchange.ts'
import type { ReadRequest } from './read-request.ts'
import type { OutgoingRequest } from './redact-request.ts'
import { withSeenTier } from './tier-memory.ts'

/** A call that may be forwarded: its row is durable and its ceiling is held. */
export interface Admitted {
  readonly opened: ExchangeOpened
  readonly hold: Hold
}

/**
 * Admits the call: one commit opens its row and holds the upper bound of its cost in every matching window, or in
 * none. Only this step decides about amounts. The row is durable before a byte goes upstream, so that every
 * forwarded call is accounted for even when this process dies.
 * Fails with `spend_limit_reached`, `spend_reserved`, `rate_limit_reached`, `model_unpriced`, `cost_unbounded`,
 * `unmetered_route`, `model_not_allowed`, `ledger_unavailable`, `store_unavailable`.
 */
export async function reserve(
  exchange: Exchange,
  caller: Principal,
  read: ReadRequest,
  outgoing: OutgoingRequest,
  plan: Plan,
  deps: GatewayDeps,
): Promise<Admitted> {
  const opened = openedOf(exchange, caller, read, deps)
  const facts = ceilingFacts(outgoing.text ?? '', exchange.door.name)
  const cost = costClassOf(exchange, read)
  const ask = withSeenTier(read.ask, exchange.door.name, caller.workspaceId)
  const termsBy = (decision: Decision): Terms => {
    const terms = admit({ decision, ask, facts, price: plan.price, cost })
    if (terms instanceof Failure) throw terms
    return terms
  }
  try {
    const hold = await deps.ledger.reserve({
      id: exchange.id,
      subject: plan.subject,
      opened,
      terms: async (again) => termsBy(again ? await plan.decideAgain() : plan.decision),
    })
    exchange.timings.admittedMs = exchange.elapsedMs()
    return { opened, hold }
  } catch (cause) {
    if (cause instanceof Failure) noteViolated(exchange, cause)
    throw cause
  }
}

/** What a call can cost as far as the gateway can read it. */
function costClassOf(exchange: Exchange, read: ReadRequest): 'metered' | 'free' | 'unmetered' {
  const { method, headers } = exchange.request
  const isSocket = headers.has('upgrade')
  if (isSocket) return read.json ? 'metered' : 'unmetered'
  if (isRead(method) || method === 'DELETE' || /\/cancel$/.test(exchange.path)) return 'free'
  if (read.ask.operation === 'count_tokens') return 'free'
  return read.json ? 'metered' : 'unmetered'
}

/** The policies that a refusal names stand on the trace as violated. */
export function noteViolated(exchange: Exchange, failure: Failure): void {
  const named = member(failure.details, 'policies')
  if (!Array.isArray(named)) return
  const violated = named.flatMap((each) => {
    const id = textMember(each, 'id')
    const name = textMember(each, 'name')
    return id === undefined || name === undefined ? [] : [{ id, name }]
  })
  exchange.policies = { ...exchange.policies, violated }
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
    ...(exchange.trace.sampled ? {} : { unsampled: true }),
    sessionId: sessionIdOf(headers),
    userAgent: headers.get('user-agent')?.slice(0, USER_AGENT_UNITS_MAX),
  }
}

// Rows stay small whatever a caller sends; real values are far below.
const PATH_UNITS_MAX = 512
const MODEL_UNITS_MAX = 256
const USER_AGENT_UNITS_MAX = 256
