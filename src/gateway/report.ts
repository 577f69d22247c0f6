import type { ExchangeClosed } from '../base/exchange.ts'
import type { Failure } from '../base/failure.ts'
import type { Principal } from '../base/permission.ts'
import { openCapture } from './capture.ts'
import type { GatewayDeps } from './deps.ts'
import type { Exchange } from './exchange.ts'
import { guardScope } from './guard.ts'
import { noteViolated, openedOf } from './reserve.ts'

/**
 * A call that was refused before it was forwarded: a row and a trace when its key names a workspace, else a
 * log line and a counter. Never awaited, never throws: a refusal does not wait for its own record.
 */
export function reportRefusal(exchange: Exchange, failure: Failure, deps: GatewayDeps): void {
  const { log } = deps.world
  if (failure.code === 'internal')
    log.error('call.failed', { requestId: exchange.id, cause: causeText(failure.inside) })
  // Refuses call after call when it is no accident, so it must be seen why.
  if (failure.code === 'scanner_unavailable')
    log.warn('scanner.failed', { requestId: exchange.id, cause: placeOf(failure.inside) })
  const caller = exchange.principal
  if (!caller) {
    deps.reporter.turnedAway({
      requestId: exchange.id,
      door: exchange.door.name,
      method: exchange.request.method,
      status: failure.row.status,
      code: failure.code,
      inside: failure.inside,
    })
    return
  }
  noteViolated(exchange, failure)
  const opened = openedOf(exchange, caller, exchange.read, deps)
  const closed = refusedClose(exchange, failure, deps)
  deps.exchanges.record({ version: 1, opened, closed }).then(
    () => {
      deps.reporter.ended(opened, closed, exchange.timings)
      keepContent(exchange, caller, deps)
    },
    (cause) => log.error('refusal.unrecorded', { requestId: exchange.id, cause: String(cause) }),
  )
}

/** What a refused call asked, where its workspace keeps content and the gateway read it. There is no answer. */
function keepContent(exchange: Exchange, caller: Principal, deps: GatewayDeps): void {
  const { read, dialect, guard } = exchange
  if (!caller.capturesContent || read?.json === undefined) return
  const capture = openCapture({
    exchangeId: exchange.id,
    caller,
    dialect,
    guards: guard?.merged,
    scope: guardScope(exchange, caller, guard?.merged, deps),
    request: read.json.text,
    openAnswer: () => dialect.openAnswer(read.ask),
    clock: deps.world.clock,
  })
  capture.end(
    (content) => deps.reporter.content?.(content),
    (cause) =>
      deps.world.log.warn('capture.failed', { requestId: exchange.id, cause: String(cause) }),
  )
}

function refusedClose(exchange: Exchange, failure: Failure, deps: GatewayDeps): ExchangeClosed {
  exchange.timings.endedMs = exchange.elapsedMs()
  const gone = failure.code === 'downstream_gone'
  const ours = failure.row.owner === 'platform' || failure.row.owner === 'upstream'
  return {
    id: exchange.id,
    endedAtMs: deps.world.clock.now(),
    outcome: gone ? 'aborted' : ours ? 'failed' : 'refused',
    status: failure.row.status,
    errorCode: failure.code,
    upstreamStatus: undefined,
    upstreamRequestId: undefined,
    responseModel: undefined,
    responseId: undefined,
    finishReasons: [],
    usage: undefined,
    costNanos: undefined,
    costBasis: undefined,
    firstByteMs: undefined,
    overheadMs: exchange.timings.endedMs,
    policies: exchange.policies,
    findings: exchange.guard?.findings() ?? [],
  }
}

/** A cause for the log: name, message and stack, which hold no content of a call. */
export function causeText(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? `${cause.name}: ${cause.message}`) : String(cause)
}

/** Where something failed, without its message: that may quote the text that was being read. */
function placeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return [cause.name, ...(cause.stack ?? '').split('\n').slice(1, 6)].join('\n')
}
