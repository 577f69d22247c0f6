import { NO_POLICIES, type PolicyOutcome } from '../base/exchange.ts'
import { Failure } from '../base/failure.ts'
import { newId } from '../base/id.ts'
import type { Principal } from '../base/permission.ts'
import type { Dialect, Framing } from '../dialects/dialect.ts'
import { dialectFor } from '../dialects/index.ts'
import type { Provider } from '../providers/provider.ts'
import { readTraceContext, type TraceContext } from '../telemetry/propagation.ts'
import type { GatewayDeps, Timings } from './deps.ts'
import type { ExchangeGuard } from './guard.ts'
import type { ReadRequest } from './read-request.ts'

/** One call through the gateway, from arrival on. It only collects what the report will say. */
export interface Exchange {
  readonly id: string
  readonly request: Request
  readonly url: URL
  /** Path below the provider's prefix, e.g. `/v1/chat/completions`. */
  readonly path: string
  readonly door: Provider
  readonly trace: TraceContext
  readonly startedAtMs: number
  /** Milliseconds since arrival, on the clock that never jumps. */
  elapsedMs(): number
  readonly timings: Timings
  /** The protocol in which this call is answered, also when it is refused. */
  readonly dialect: Dialect
  /** How a good answer is framed, as far as the request's address tells. */
  readonly framing: Framing
  principal: Principal | undefined
  read: ReadRequest | undefined
  /** Which policies looked at the call and which said no, as far as it came. */
  policies: PolicyOutcome
  /** The data policies at work, when some match. */
  guard: ExchangeGuard | undefined
}

/** Opens the exchange for a request below a provider's prefix. */
export function open(
  request: Request,
  door: Provider,
  deps: GatewayDeps,
  /** Sockets are opened by GET and speak what is otherwise posted. */
  method = request.method,
): Exchange {
  const url = new URL(request.url)
  const path = url.pathname.slice(deps.basePath.length + 1 + door.prefix.length)
  const spoken = dialectFor(door.prefix, method, path, url.searchParams)
  // Every door has a dialect family; only a door without one could get here.
  if (!spoken) throw new Failure('unknown_route')
  const clock = deps.world.clock
  const started = clock.monotonic()
  return {
    id: newId(deps.world),
    request,
    url,
    path,
    door,
    trace: readTraceContext(request.headers, deps.world.dice),
    startedAtMs: clock.now(),
    elapsedMs: () => clock.monotonic() - started,
    timings: {
      authenticatedMs: undefined,
      readMs: undefined,
      admittedMs: undefined,
      forwardedMs: undefined,
      headMs: undefined,
      firstByteMs: undefined,
      endedMs: undefined,
    },
    dialect: spoken.dialect,
    framing: spoken.framingHint,
    principal: undefined,
    read: undefined,
    policies: NO_POLICIES,
    guard: undefined,
  }
}

/** Headers in which agents send their own session or conversation id, in order of trust. */
const SESSION_HEADERS = [
  'x-claude-code-session-id',
  'session-id',
  'session_id',
  'x-session-id',
  'thread-id',
  'conversation_id',
]

/** The agent's session id, when it sent one that is safe to store. */
export function sessionIdOf(headers: Headers): string | undefined {
  for (const name of SESSION_HEADERS) {
    const value = headers.get(name)
    if (value !== null && /^[\w.:-]{1,128}$/.test(value)) return value
  }
  return undefined
}
