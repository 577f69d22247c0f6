import type { CallRecord, CallTimings } from '../base/call.ts'
import { exchangeText } from '../base/exchange-json.ts'

/** Calls of one organisation as a message of the bus stream of calls. */
export interface CallMessage {
  readonly organizationId: string
  readonly bytes: Uint8Array
  readonly spans: number
}

/** The timings in the order in which they travel. */
export const TIMES = [
  'authenticatedMs',
  'readMs',
  'admittedMs',
  'forwardedMs',
  'headMs',
  'firstByteMs',
  'endedMs',
] as const satisfies readonly (keyof CallTimings)[]

/**
 * Bytes of a message: some 70 calls. A message costs as much as ten calls in it, so that more gain little; and a consumer
 * holds many messages in memory. Far below NATS' default bound of 1 MiB; one call alone may be larger.
 */
const MESSAGE_BYTES_MAX = 64 * 1024
/** A UTF-16 unit has at most three bytes in UTF-8. */
const BYTES_PER_UNIT_MAX = 3
const HEAD = '{"version":2,"calls":['
const TAIL = ']}'

/** Written into again and again: fresh memory for each message costs more than what is written into it (measured). */
let scratch = Buffer.alloc(0)

/** Calls as messages, each of one organisation, in the order of their first calls. Texts made for the outbox are used as they are. */
export function encodeCalls(calls: readonly CallRecord[]): CallMessage[] {
  const byOrganization = new Map<string, CallRecord[]>()
  for (const call of calls) {
    const { organizationId } = call.event.opened
    const known = byOrganization.get(organizationId)
    if (known) known.push(call)
    else byOrganization.set(organizationId, [call])
  }
  const messages: CallMessage[] = []
  for (const [organizationId, own] of byOrganization)
    for (let from = 0; from < own.length; ) {
      const message = encodeSome(own, from)
      messages.push({ organizationId, bytes: message.bytes, spans: message.spans })
      from = message.until
    }
  return messages
}

/** As many calls as one message takes, one at the least. */
function encodeSome(calls: readonly CallRecord[], from: number) {
  if (scratch.length === 0) scratch = Buffer.allocUnsafeSlow(MESSAGE_BYTES_MAX)
  let into = scratch
  let at = into.write(HEAD, 0, 'latin1')
  let spans = 0
  let until = from
  for (; until < calls.length; until++) {
    const call = calls[until]
    if (call === undefined) break
    const event = exchangeText(call.event)
    const start = until === from ? '{"event":' : ',{"event":'
    const rest = restOf(call)
    const most = start.length + event.length * BYTES_PER_UNIT_MAX + rest.length + TAIL.length
    if (at + most > into.length) {
      if (until > from) break
      const larger = Buffer.allocUnsafeSlow(at + most)
      into.copy(larger, 0, 0, at)
      into = larger
    }
    at += into.write(start, at, 'latin1')
    at += into.write(event, at)
    at += into.write(rest, at, 'latin1')
    spans += spansIn(call)
  }
  at += into.write(TAIL, at, 'latin1')
  return { bytes: new Uint8Array(into.subarray(0, at)), spans, until }
}

/** What follows the event; plain ASCII. */
function restOf({ timings: t, detail }: CallRecord): string {
  return `,"times":[${t.authenticatedMs ?? null},${t.readMs ?? null},${t.admittedMs ?? null},${t.forwardedMs ?? null},${t.headMs ?? null},${t.firstByteMs ?? null},${t.endedMs ?? null}],"detail":"${detail}"}`
}

/** How many spans a call is at the least: its own, and that of the provider's when it got that far. */
function spansIn({ timings }: CallRecord): number {
  return timings.forwardedMs === undefined ? 1 : 2
}
