import { asFailure, type Failure } from '../base/failure.ts'
import { newId } from '../base/id.ts'
import { isJsonObject, type JsonObject, textMember } from '../base/json.ts'
import type { Principal } from '../base/permission.ts'
import type { AnswerReader } from '../dialects/dialect.ts'
import { applySplices } from '../stream/splice.ts'
import { checkPolicies, type Plan } from './check-policies.ts'
import type { GatewayDeps } from './deps.ts'
import type { Exchange } from './exchange.ts'
import { type SlotFilters, slotFilters } from './filter-pipe.ts'
import type { ExchangeGuard } from './guard.ts'
import type { ReadRequest } from './read-request.ts'
import { redactRequest } from './redact-request.ts'
import { reportRefusal } from './report.ts'
import { type Admitted, reserve } from './reserve.ts'
import type { Candidate } from './resolve-route.ts'
import { refusalOf } from './respond.ts'
import { closedOf, settle } from './settle.ts'

/** One response asked for over a socket: an exchange of its own, with its own hold. */
interface Turn {
  readonly exchange: Exchange
  readonly admitted: Admitted
  readonly reader: AnswerReader
  readonly filters: SlotFilters | undefined
}

/** The messages of a Responses socket as the gateway reads them. */
export interface Turns {
  /** What goes on to the provider, or the refusal that goes back to the caller. */
  fromCaller(text: string): Promise<{ readonly forward?: string; readonly refuse?: string }>
  /** What goes on to the caller. Throws the refusal that a data policy asks for. */
  fromProvider(text: string): readonly string[]
  /** The socket is gone: what is open ends with it. */
  close(outcome: 'aborted' | 'failed', failure: Failure): void
}

export interface TurnsOptions {
  readonly socket: Exchange
  readonly caller: Principal
  readonly candidate: Candidate
  readonly deps: GatewayDeps
  /** The data policy of a turn; one vault serves the whole socket. */
  guardFor(plan: Plan): ExchangeGuard | undefined
}

/** No response was asked for yet. */
export function openTurns(options: TurnsOptions): Turns {
  const { socket, caller, candidate, deps } = options
  // In order of asking; the provider answers in that order.
  const open: Turn[] = []

  function end(
    turn: Turn,
    outcome: 'ok' | 'failed' | 'aborted',
    status: number,
    failure?: Failure,
  ): void {
    const summary = turn.reader.summary()
    const ending = {
      outcome,
      status,
      failure,
      upstreamStatus: 200,
      upstreamRequestId: undefined,
      summary,
      sent: true,
    }
    const closed = closedOf(turn.exchange, turn.admitted, ending, deps)
    settle(turn.exchange, turn.admitted, closed, true, deps)
  }

  async function begin(text: string, body: JsonObject): Promise<string> {
    const exchange = turnOf(socket, deps)
    try {
      const read = readTurn(text, body, exchange)
      exchange.read = read
      exchange.timings.readMs = exchange.elapsedMs()
      const plan = await checkPolicies(exchange, read, caller, candidate, deps)
      exchange.guard = options.guardFor(plan)
      const { dialect, guard } = exchange
      const scan = { clock: deps.world.clock, analyzer: deps.analyzer }
      const outgoing = await redactRequest(read, 'POST', dialect, guard, scan)
      const admitted = await reserve(exchange, caller, read, outgoing, plan, deps)
      exchange.timings.forwardedMs = exchange.elapsedMs()
      const reader = exchange.dialect.openAnswer(read.ask)
      const filters = exchange.guard && slotFilters(exchange.guard)
      open.push({ exchange, admitted, reader, filters })
      return outgoing.text ?? text
    } catch (cause) {
      const failure = asFailure(cause)
      reportRefusal(exchange, failure, deps)
      throw failure
    }
  }

  return {
    async fromCaller(text) {
      const body = parsed(text)
      if (!body || textMember(body, 'type') !== 'response.create') return { forward: text }
      try {
        return { forward: await begin(text, body) }
      } catch (cause) {
        return { refuse: refusalFrame(asFailure(cause), socket) }
      }
    },
    fromProvider(text) {
      const [turn] = open
      if (!turn) return [text]
      turn.exchange.timings.firstByteMs ??= turn.exchange.elapsedMs()
      const event = /"type"\s*:\s*"([^"\\]+)"/.exec(text)?.[1]
      const { frames, done } = passed(turn, text, event)
      const error = turn.reader.summary().error
      if (done || error || event === 'error') {
        open.shift()
        end(turn, error || event === 'error' ? 'failed' : 'ok', 200)
      }
      return frames
    },
    close(outcome, failure) {
      for (const turn of open.splice(0)) end(turn, outcome, failure.row.status, failure)
    },
  }
}

function passed(turn: Turn, text: string, event: string | undefined) {
  const { reader, filters } = turn
  if (!filters) return { frames: [text], done: reader.glance(text, event).done }
  const reading = reader.read(text, event)
  const tails = filters.close(reading.closes).flatMap(({ slot, text: tail }) => {
    const frame = reader.writeText(slot, tail)
    return frame ? [frame.data] : []
  })
  const splices = filters.splices(text, reading)
  return { frames: [...tails, applySplices(text, splices)], done: reading.done }
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A turn is an exchange of its own on the socket's trace. */
function turnOf(socket: Exchange, deps: GatewayDeps): Exchange {
  const started = deps.world.clock.monotonic()
  const timings = { ...socket.timings, firstByteMs: undefined, endedMs: undefined }
  return {
    ...socket,
    id: newId(deps.world),
    startedAtMs: deps.world.clock.now(),
    elapsedMs: () => deps.world.clock.monotonic() - started,
    timings,
  }
}

function readTurn(text: string, body: JsonObject, exchange: Exchange): ReadRequest {
  const ask = exchange.dialect.readAsk(body, exchange.path, exchange.url.searchParams)
  return {
    ask: { ...ask, stream: true },
    original: undefined,
    contentLength: undefined,
    json: { text, body },
    encoding: undefined,
  }
}

/** A refusal as this protocol's clients read it on a socket: status and error in one message. */
function refusalFrame(failure: Failure, socket: Exchange): string {
  const { status } = failure.row
  const { body } = socket.dialect.refuse(refusalOf(failure, socket.id))
  return JSON.stringify({ ...JSON.parse(body), type: 'error', status })
}
