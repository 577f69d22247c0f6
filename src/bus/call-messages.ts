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

/** Bytes of a message before it is packed: some 140 calls. One call alone may be larger. */
const MESSAGE_BYTES_MAX = 128 * 1024
/** Shorter messages travel as they are: a single call gains little. */
const PACKED_BYTES_MIN = 4 * 1024
/** Unpacked bytes that a reader takes: far above what a gateway writes. */
const UNPACKED_BYTES_MAX = 16 * 1024 ** 2
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
  return { bytes: packed(into.subarray(0, at)), spans, until }
}

/**
 * Calls repeat each other: packed they are a tenth, and packing costs less than it saves in copies, in memory that waits for an
 * acknowledgement and at the socket (measured).
 */
function packed(bytes: Buffer): Uint8Array {
  return bytes.length < PACKED_BYTES_MIN
    ? new Uint8Array(bytes)
    : Bun.zstdCompressSync(bytes, { level: 1 })
}

/** A message as `encodeCalls` wrote it, unpacked. Throws `TypeError` for one that says of itself that it is too large. */
export function unpacked(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 6 || ZSTD.some((each, index) => bytes[index] !== each)) return bytes
  const size = contentSize(bytes)
  if (size === undefined || size > UNPACKED_BYTES_MAX) throw new TypeError('too large unpacked')
  return Bun.zstdDecompressSync(bytes)
}

/** How every frame of Zstandard begins (RFC 8878 §3.1.1). */
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd]

/** The size that a frame declares (§3.1.1.1), bytes; unpacking to another size fails. */
function contentSize(bytes: Uint8Array): number | undefined {
  const descriptor = bytes[4] ?? 0
  const isSingle = (descriptor & 0x20) !== 0
  const width = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  const start = 5 + (isSingle ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0)
  if (width === 0 || bytes.length < start + width) return undefined
  let size = width === 2 ? 256 : 0
  for (let index = 0; index < width; index++) size += (bytes[start + index] ?? 0) * 256 ** index
  return size
}

/** What follows the event; plain ASCII. */
function restOf({ timings: t, detail }: CallRecord): string {
  return `,"times":[${t.authenticatedMs ?? null},${t.readMs ?? null},${t.admittedMs ?? null},${t.forwardedMs ?? null},${t.headMs ?? null},${t.firstByteMs ?? null},${t.endedMs ?? null}],"detail":"${detail}"}`
}

/** How many spans a call is at the least: its own, and that of the provider's when it got that far. */
function spansIn({ timings }: CallRecord): number {
  return timings.forwardedMs === undefined ? 1 : 2
}
