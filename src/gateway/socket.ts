import { asFailure, Failure } from '../base/failure.ts'
import { LIMITS } from '../base/limits.ts'
import type { Principal } from '../base/permission.ts'
import type { Provider } from '../providers/provider.ts'
import { type Vault, vault } from '../redaction/vault.ts'
import { authenticate, mayStillCall } from './authenticate.ts'
import { checkPolicies, type Plan } from './check-policies.ts'
import type { GatewayDeps } from './deps.ts'
import { type Exchange, open } from './exchange.ts'
import { type ExchangeGuard, guardScope, openGuard } from './guard.ts'
import { requestHeaders } from './headers.ts'
import { reportRefusal } from './report.ts'
import { reserve } from './reserve.ts'
import { type Candidate, resolveRoute } from './resolve-route.ts'
import { refusalResponse } from './respond.ts'
import type { Running, RunningCalls } from './running.ts'
import { closedOf, settle } from './settle.ts'
import { dialSocket, type SocketLink, type SocketMessage, sendableCode } from './socket-link.ts'
import { openTurns, type Turns } from './socket-turns.ts'

/** The caller's end, as the server drives it. */
export interface SocketSession {
  open(end: CallerEnd): void
  message(message: SocketMessage): void
  closed(code: number, reason: string): void
}

/** What the session may do to the caller. `send` is false when the caller is gone or too slow. */
export interface CallerEnd {
  send(message: SocketMessage): boolean
  close(code: number, reason: string): void
}

/** Turns the request into a socket; false when it cannot be. */
export type Upgrade = (session: SocketSession, headers: Record<string, string>) => boolean

/** Socket routes below each provider's prefix; every other upgrade is answered 426. */
const ROUTES: Readonly<Partial<Record<Provider['name'], RegExp>>> = {
  openai: /^\/v1\/(responses|realtime)$/,
  gemini: /^\/ws\/google\.ai\.generativelanguage\.v1(alpha|beta)?\.GenerativeService\.\w+$/,
}

/** How a socket is accounted for: by its turns, or as one call that the gateway cannot meter. */
interface Account {
  readonly turns: Turns | undefined
  /** The socket is gone, or never came to be (`sent` false). Counts once. */
  end(outcome: 'ok' | 'aborted' | 'failed', failure: Failure | undefined, sent: boolean): void
}

/**
 * A WebSocket through the gateway: the same authentication, secret and trace as a call. Gives a response when it
 * is refused, undefined when the socket stands.
 */
export async function handleSocket(
  request: Request,
  door: Provider,
  calls: RunningCalls,
  deps: GatewayDeps,
  upgrade: Upgrade,
): Promise<Response | undefined> {
  const exchange = open(request, door, deps, 'POST')
  let account: Account | undefined
  try {
    if (!ROUTES[door.name]?.test(exchange.path)) throw new Failure('upgrade_required')
    const asked = protocolsOf(request.headers)
    const query = exchange.url.searchParams
    const caller = await authenticate(request, query, deps)
    exchange.principal = caller
    exchange.timings.authenticatedMs = exchange.elapsedMs()
    const candidate = await resolveRoute(exchange.path, exchange.url.search, door, caller, deps)
    account = await openAccount(exchange, caller, candidate, deps)
    const headers = requestHeaders(request.headers)
    if (candidate.secret) candidate.provider.authorize(headers, candidate.secret)
    const { clock } = deps.world
    const link = await dialSocket({ url: candidate.url, headers, protocols: asked, clock })
    const session = pump({ account, link, caller, request, calls, deps })
    const chosen = link.protocol === '' ? {} : { 'sec-websocket-protocol': link.protocol }
    if (upgrade(session, { ...chosen, 'x-gateway-request-id': exchange.id })) return undefined
    link.close(1011, 'the caller is gone')
    throw new Failure('upgrade_required')
  } catch (cause) {
    const failure = asFailure(cause)
    if (account) account.end('failed', failure, false)
    if (!account || account.turns) reportRefusal(exchange, failure, deps)
    return refusalResponse(exchange, failure)
  }
}

/**
 * Responses sockets are metered turn by turn. Others (Realtime, Live) cannot be read: under a cap or a data policy
 * they are refused unless the policy lets them pass, and otherwise they are one unmetered call.
 */
async function openAccount(
  exchange: Exchange,
  caller: Principal,
  candidate: Candidate,
  deps: GatewayDeps,
): Promise<Account> {
  if (exchange.dialect.id === 'openai.responses') {
    const guardFor = guardKeeper(exchange, caller, deps)
    const turns = openTurns({ socket: exchange, caller, candidate, deps, guardFor })
    return {
      turns,
      end(outcome, failure) {
        turns.close(
          outcome === 'aborted' ? 'aborted' : 'failed',
          failure ?? new Failure('upstream_broke'),
        )
      },
    }
  }
  const { path, url, dialect } = exchange
  const ask = dialect.readAsk(undefined, path, url.searchParams)
  const model = ask.model ?? url.searchParams.get('model') ?? undefined
  const read = {
    ask: { ...ask, model, operation: 'realtime', stream: true },
    original: undefined,
    contentLength: undefined,
    json: undefined,
    encoding: undefined,
  }
  exchange.read = read
  const plan = await checkPolicies(exchange, read, caller, candidate, deps)
  if (plan.decision.guard?.unscannable === 'block') throw new Failure('unscannable_body')
  const outgoing = { body: undefined, contentLength: undefined, text: undefined, changed: false }
  const admitted = await reserve(exchange, caller, read, outgoing, plan, deps)
  let ended = false
  return {
    turns: undefined,
    end(outcome, failure, sent) {
      if (ended) return
      ended = true
      const status = failure && !sent ? failure.row.status : 101
      const none = { upstreamStatus: undefined, upstreamRequestId: undefined, summary: undefined }
      const ending = { outcome, status, failure, sent, ...none }
      settle(exchange, admitted, closedOf(exchange, admitted, ending, deps), sent, deps)
    },
  }
}

/**
 * The guard of each turn: what it finds and refuses is the turn's own, the vault is the whole socket's, unless the data
 * policies change while it stands.
 */
function guardKeeper(exchange: Exchange, caller: Principal, deps: GatewayDeps) {
  let kept: { readonly name: string; readonly own: Vault } | undefined
  return ({ decision }: Plan): ExchangeGuard | undefined => {
    if (!decision.guard) return undefined
    const name = JSON.stringify(decision.guard)
    const scope = guardScope(exchange, caller, decision.guard, deps)
    if (kept?.name !== name) kept = { name, own: vault(scope) }
    return openGuard(decision.guard, scope, undefined, kept.own)
  }
}

interface PumpOptions {
  readonly account: Account
  readonly link: SocketLink
  readonly caller: Principal
  readonly request: Request
  readonly calls: RunningCalls
  readonly deps: GatewayDeps
}

/** Moves messages both ways, in order, until one side ends. */
function pump({ account, link, caller, request, calls, deps }: PumpOptions): SocketSession {
  const { turns } = account
  let end: CallerEnd | undefined
  let over = false
  // The caller's messages wait here for their admission, one after the other.
  let queue = Promise.resolve()
  let waiting = 0

  function finish(outcome: 'ok' | 'aborted' | 'failed', failure?: Failure): void {
    if (over) return
    over = true
    calls.remove(running)
    account.end(outcome, failure, true)
  }
  function cut(failure: Failure): void {
    finish('failed', failure)
    end?.close(1008, failure.code)
    link.close(1000, failure.code)
  }
  const running: Running = {
    keyId: caller.keyId,
    mayGoOn: () => mayStillCall(request, new URL(request.url).searchParams, deps),
    stop: (code) => cut(new Failure(code)),
  }
  calls.add(running)

  async function admitted(message: SocketMessage): Promise<void> {
    if (!turns || over) return
    const { forward, refuse } = await turns.fromCaller(message)
    if (over) return
    if (refuse !== undefined) end?.send(refuse)
    if (forward !== undefined && !link.send(forward)) cut(new Failure('overloaded'))
  }
  return {
    open(given) {
      end = given
      link.attach({
        message(message) {
          try {
            const pieces = turns ? turns.fromProvider(message) : [message]
            for (const piece of pieces) if (!given.send(piece)) cut(new Failure('downstream_gone'))
          } catch (cause) {
            cut(asFailure(cause))
          }
        },
        closed(code, reason) {
          const clean = code === 1000 || code === 1001
          finish(clean ? 'ok' : 'failed', clean ? undefined : new Failure('upstream_broke'))
          given.close(sendableCode(code), reason)
        },
      })
    },
    message(message) {
      if (!turns) {
        if (!link.send(message)) cut(new Failure('overloaded'))
        return
      }
      if (++waiting > LIMITS.socketMessagesWaitingMax) {
        cut(new Failure('overloaded'))
        return
      }
      queue = queue.then(() => admitted(message)).finally(() => waiting--)
    },
    closed(code, reason) {
      finish(code === 1000 || code === 1001 ? 'ok' : 'aborted', new Failure('downstream_gone'))
      link.close(code, reason)
    },
  }
}

const KEY_PROTOCOL = 'openai-insecure-api-key.'

/** The sub-protocols the caller offers, without the one in which browsers send a key. */
function protocolsOf(headers: Headers): string[] {
  const offered = (headers.get('sec-websocket-protocol') ?? '')
    .split(',')
    .map((each) => each.trim())
  return offered.filter((each) => each !== '' && !each.startsWith(KEY_PROTOCOL))
}
