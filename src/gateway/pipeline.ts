import { asFailure, Failure } from '../base/failure.ts'
import { throttledFailure } from '../base/failure-throttle.ts'
import { LIMITS } from '../base/limits.ts'
import type { Principal } from '../base/permission.ts'
import type { Provider } from '../providers/provider.ts'
import { authenticate } from './authenticate.ts'
import { checkPolicies, type Plan } from './check-policies.ts'
import type { GatewayDeps } from './deps.ts'
import { type Exchange, open } from './exchange.ts'
import { answer } from './forward.ts'
import { guardScope, openGuard } from './guard.ts'
import { readRequest, withoutBody } from './read-request.ts'
import { redactRequest } from './redact-request.ts'
import { reportRefusal } from './report.ts'
import { reserve } from './reserve.ts'
import { resolveRoute } from './resolve-route.ts'
import { refusalResponse } from './respond.ts'
import type { RunningCalls } from './running.ts'

/**
 * One call through the gateway. The order is the product: nobody is read before they are known, nothing is
 * forwarded before it is admitted, and what was admitted ends exactly once.
 */
export async function handle(
  request: Request,
  door: Provider,
  calls: RunningCalls,
  deps: GatewayDeps,
): Promise<Response> {
  const exchange = open(request, door, deps)
  try {
    assertServed(request, calls)
    const caller = await authenticate(request, exchange.url.searchParams, deps)
    exchange.principal = caller
    exchange.timings.authenticatedMs = exchange.elapsedMs()
    const candidate = await resolveRoute(exchange.path, exchange.url.search, door, caller, deps)
    const read = await readRequest(exchange, deps.world.clock)
    exchange.read = read
    exchange.timings.readMs = exchange.elapsedMs()
    const plan = await checkPolicies(exchange, read, caller, candidate, deps)
    exchange.guard = guardOf(exchange, caller, plan, deps)
    const scan = { clock: deps.world.clock, analyzer: deps.analyzer }
    const { dialect, guard } = exchange
    const outgoing = await redactRequest(read, request.method, dialect, guard, scan)
    const left = withoutBody(read, outgoing)
    exchange.read = left
    const admitted = await reserve(exchange, caller, left, outgoing, plan, deps)
    return await answer({ exchange, read: left, plan, outgoing, admitted, calls, deps })
  } catch (cause) {
    const thrown = request.signal.aborted ? new Failure('downstream_gone') : asFailure(cause)
    const failure = throttledFailure(thrown, deps.addressOf?.(request), deps.throttle)
    reportRefusal(exchange, failure, deps)
    return refusalResponse(exchange, failure)
  }
}

/** The data policies of this call; their letters are stable for one key unless a policy wants them unlinkable. */
function guardOf(exchange: Exchange, caller: Principal, { decision }: Plan, deps: GatewayDeps) {
  const { guard } = decision
  if (!guard) return undefined
  return openGuard(guard, guardScope(exchange, caller, guard, deps))
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])

function assertServed(request: Request, calls: RunningCalls): void {
  if (!METHODS.has(request.method)) throw new Failure('method_not_allowed')
  if (calls.size >= LIMITS.callsInFlightMax) throw new Failure('overloaded')
}
