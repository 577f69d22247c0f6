import type { ExchangeClosed } from '../base/exchange.ts'
import { asFailure, Failure } from '../base/failure.ts'
import { LIMITS } from '../base/limits.ts'
import { formatUsd } from '../base/money.ts'
import type { AnswerReader } from '../dialects/dialect.ts'
import { nextTotal } from '../policies/slice.ts'
import type { Hold } from '../store/ledger.ts'
import type { UpstreamRequest, UpstreamTimeouts } from '../upstream/upstream.ts'
import { mayStillCall } from './authenticate.ts'
import { type Capture, openCapture } from './capture.ts'
import type { Plan } from './check-policies.ts'
import { demoUpstream } from './demo.ts'
import type { GatewayDeps } from './deps.ts'
import type { Exchange } from './exchange.ts'
import { guardScope } from './guard.ts'
import { requestHeaders } from './headers.ts'
import { addLimits } from './limit-headers.ts'
import { pointBack } from './point-back.ts'
import type { ReadRequest } from './read-request.ts'
import type { OutgoingRequest } from './redact-request.ts'
import { openRelay, type Relay } from './relay.ts'
import { type Admitted, noteViolated } from './reserve.ts'
import type { Candidate } from './resolve-route.ts'
import { answerHeaders, refusalResponse } from './respond.ts'
import type { Running, RunningCalls } from './running.ts'
import { closedOf, settle } from './settle.ts'

/** A call that was admitted: from here on it ends exactly once. */
export interface AdmittedCall {
  readonly exchange: Exchange
  readonly read: ReadRequest
  readonly plan: Plan
  readonly outgoing: OutgoingRequest
  readonly admitted: Admitted
  readonly calls: RunningCalls
  readonly deps: GatewayDeps
}

/** Deadlines of every provider call. */
const TIMEOUTS: UpstreamTimeouts = {
  connectMs: LIMITS.upstreamConnectMs,
  firstByteMs: LIMITS.upstreamFirstByteMs,
  idleMs: LIMITS.upstreamIdleMs,
  callMs: LIMITS.upstreamCallMs,
}

/**
 * Forwards an admitted call and relays its answer. Resolves when the status is decided: with the provider's
 * own, or with a refusal when no answer began. Never rejects.
 */
export function answer(call: AdmittedCall): Promise<Response> {
  const { exchange, read, plan, outgoing, admitted, calls, deps } = call
  const { signal, method } = exchange.request
  const { hold } = admitted
  const reader = exchange.dialect.openAnswer(read.ask)
  const { door } = exchange
  const back =
    door.name === 'demo' ? undefined : pointBack(exchange, deps.basePath, deps.origins[door.name])
  return new Promise((resolve) => {
    const running: Running = {
      keyId: admitted.opened.keyId,
      mayGoOn: () => mayStillCall(exchange.request, exchange.url.searchParams, deps),
      stop: (code) => relay.stop(new Failure(code)),
    }
    const leave = () => relay.leave()
    const keepAhead = holdKeeper(hold, reader, (refused) => relay.stop(refused))
    let closed: ExchangeClosed | undefined
    const capture = captureOf(call)
    const relay: Relay = openRelay({
      requestId: exchange.id,
      dialect: exchange.dialect,
      reader,
      framing: exchange.framing,
      bodiless: method === 'HEAD',
      filters: exchange.guard,
      editWhole: back?.body,
      secret: plan.candidate.secret,
      progress: hold.terms.hold === 'sliced' ? () => keepAhead() : undefined,
      capture,
      firstByte() {
        exchange.timings.firstByteMs = exchange.elapsedMs()
      },
      ended(ending) {
        signal.removeEventListener('abort', leave)
        calls.remove(running)
        if (ending.failure) noteViolated(exchange, ending.failure)
        closed = closedOf(exchange, admitted, ending, deps)
        settle(exchange, admitted, closed, ending.sent, deps)
        capture?.end(
          (content) => deps.reporter.content?.(content),
          (cause) =>
            deps.world.log.warn('capture.failed', { requestId: exchange.id, cause: String(cause) }),
        )
        // Nobody reads it any more; the server only needs its promise back.
        if (ending.outcome === 'aborted') resolve(new Response(null, { status: 499 }))
      },
      respond(head, body) {
        const headers = answerHeaders(exchange, head.headers)
        back?.headers(headers)
        if (closed?.costNanos !== undefined)
          headers.set('x-gateway-cost-usd', formatUsd(closed.costNanos))
        else if (hold.nanos > 0n)
          headers.set('x-gateway-reserved-usd', formatUsd(admitted.hold.nanos))
        addLimits(headers, exchange.dialect.id, hold, closed)
        resolve(new Response(body, { status: head.status, headers }))
      },
      refuse: (failure) => resolve(refusalResponse(exchange, failure)),
    })
    calls.add(running)
    if (signal.aborted) return relay.leave()
    signal.addEventListener('abort', leave)
    exchange.timings.forwardedMs = exchange.elapsedMs()
    const upstream =
      plan.candidate.provider.name === 'demo' ? demoUpstream(deps.world) : deps.upstream
    const request = forwardedRequest(exchange.request, read, outgoing, plan.candidate)
    relay.attach(upstream.send(request, relay, TIMEOUTS))
  })
}

/** Watches the call when its workspace keeps content and the gateway reads what is asked. */
function captureOf({ exchange, read, outgoing, deps }: AdmittedCall): Capture | undefined {
  const caller = exchange.principal
  if (!caller?.capturesContent || outgoing.text === undefined) return undefined
  const { dialect, guard } = exchange
  return openCapture({
    exchangeId: exchange.id,
    caller,
    dialect,
    guards: guard?.merged,
    scope: guardScope(exchange, caller, guard?.merged, deps),
    request: outgoing.text,
    openAnswer: () => dialect.openAnswer(read.ask),
    clock: deps.world.clock,
  })
}

/**
 * Keeps a sliced hold ahead of the answer: the next slice is asked for while the present one still covers what
 * comes. When there is no room for it the answer ends at the cap.
 */
function holdKeeper(hold: Hold, reader: AnswerReader, refuse: (failure: Failure) => void) {
  const { ceiling } = hold.terms
  let asking = false
  return () => {
    if (asking || ceiling.kind !== 'bounded') return
    const total = nextTotal(ceiling, hold.nanos, reader.summary().outputBytes)
    if (total === undefined) return
    asking = true
    hold.extend(total).then(
      (refused) => {
        asking = false
        if (refused) refuse(refused)
      },
      (cause) => refuse(asFailure(cause)),
    )
  }
}

/** The request as the provider gets it: allow-listed headers, exactly one credential, our address. */
export function forwardedRequest(
  request: Request,
  read: ReadRequest,
  outgoing: OutgoingRequest,
  candidate: Candidate,
): UpstreamRequest {
  const headers = requestHeaders(request.headers)
  if (outgoing.changed) headers.delete('content-encoding')
  // An answer that must be read may not come compressed; one that is not read keeps the caller's choice.
  if (read.json || !headers.has('accept-encoding')) headers.set('accept-encoding', 'identity')
  if (candidate.secret) candidate.provider.authorize(headers, candidate.secret)
  return {
    method: request.method,
    url: candidate.url,
    headers,
    body: outgoing.body,
    ...(outgoing.contentLength === undefined ? {} : { contentLength: outgoing.contentLength }),
  }
}
