import { asFailure, Failure } from '../base/failure.ts'
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
import type { SocketMessage } from './socket-link.ts'

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
  fromCaller(message: SocketMessage): Promise<{ forward?: SocketMessage; refuse?: string }>
  /** What goes on to the caller. Throws the refusal that a data policy asks for. */
  fromProvider(message: SocketMessage): readonly SocketMessage[]
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
  // The turn begun last, for messages that belong to none.
  let last: Turn | undefined

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
      last = { exchange, admitted, reader, filters }
      open.push(last)
      return outgoing.text ?? text
    } catch (cause) {
      const failure = asFailure(cause)
      reportRefusal(exchange, failure, deps)
      throw failure
    }
  }

  /** Any other message of the caller's: nobody's turn, but its text is looked through as a turn's is. */
  async function lookedThrough(
    text: string | undefined,
    body: JsonObject | undefined,
  ): Promise<string | undefined> {
    const exchange = turnOf(socket, deps)
    const read = readTurn(text ?? '', body ?? {}, exchange)
    const model = read.ask.model ?? last?.exchange.read?.ask.model
    const asked = { ...read, ask: { ...read.ask, model } }
    exchange.read = asked
    try {
      const plan = await checkPolicies(exchange, asked, caller, candidate, deps)
      const guard = options.guardFor(plan)
      exchange.guard = guard
      if (!guard?.looksAtRequests) return text
      if (text !== undefined && body !== undefined) {
        const scan = { clock: deps.world.clock, analyzer: deps.analyzer }
        return (await redactRequest(read, 'POST', exchange.dialect, guard, scan)).text ?? text
      }
      if (guard.merged.unscannable === 'block') throw new Failure('unscannable_body')
      return text
    } catch (cause) {
      const failure = asFailure(cause)
      reportRefusal(exchange, failure, deps)
      throw failure
    }
  }

  return {
    async fromCaller(message) {
      const text = textOf(message)
      const body = text === undefined ? undefined : parsed(text)
      const isCreate = body !== undefined && textMember(body, 'type') === 'response.create'
      try {
        const sent =
          text !== undefined && isCreate ? await begin(text, body) : await lookedThrough(text, body)
        if (text === undefined || sent === undefined) return { forward: message }
        const [forward = message] = asCame([sent], text, message)
        return { forward }
      } catch (cause) {
        return { refuse: refusalFrame(asFailure(cause), socket) }
      }
    },
    fromProvider(message) {
      const text = textOf(message)
      const [turn] = open
      const known = turn ?? last
      if (text === undefined || !known) {
        if (known?.filters) throw new Failure('upstream_broke', { inside: 'unreadable message' })
        return [message]
      }
      if (!turn) return between(known, text, message)
      turn.exchange.timings.firstByteMs ??= turn.exchange.elapsedMs()
      const event = eventOf(text)
      const { frames, done } = passed(turn, text, event)
      const error = turn.reader.summary().error
      if (done || error || event === 'error') {
        open.shift()
        end(turn, error || event === 'error' ? 'failed' : 'ok', 200)
      }
      return asCame(frames, text, message)
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
  const frames = framesOf(filters.close(reading.closes), reader)
  // What the filters could not look into does not leave.
  if (!reading.drop) frames.push(applySplices(text, filters.splices(text, reading)))
  return { frames, done: reading.done }
}

/** A message after the turns that were asked for: looked into by itself. */
function between(
  { exchange, filters: acts }: Turn,
  text: string,
  message: SocketMessage,
): readonly SocketMessage[] {
  if (!acts || !exchange.guard || !exchange.read) return [message]
  const reader = exchange.dialect.openAnswer(exchange.read.ask)
  const filters = slotFilters(exchange.guard)
  const reading = reader.read(text, eventOf(text))
  if (reading.drop) return []
  const sent = applySplices(text, filters.splices(text, reading))
  return asCame([sent, ...framesOf(filters.close('all'), reader)], text, message)
}

/** Bytes stay bytes, and what did not change goes on as it came. */
function asCame(
  frames: readonly string[],
  text: string,
  message: SocketMessage,
): readonly SocketMessage[] {
  if (frames.length === 1 && frames[0] === text) return [message]
  return typeof message === 'string' ? frames : frames.map((frame) => encoder.encode(frame))
}

function framesOf(tails: ReturnType<SlotFilters['close']>, reader: AnswerReader): string[] {
  return tails.flatMap(({ slot, text }) => reader.writeText(slot, text)?.data ?? [])
}

function eventOf(text: string): string | undefined {
  return /"type"\s*:\s*"([^"\\]+)"/.exec(text)?.[1]
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A message as text; undefined for bytes that are none. */
function textOf(message: SocketMessage): string | undefined {
  if (typeof message === 'string') return message
  try {
    return decoder.decode(message)
  } catch {
    return undefined
  }
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
