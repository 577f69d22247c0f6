import type { CallRecord, CapturedText, ContentRecord } from '../base/call.ts'
import type { ExchangeEvent } from '../base/exchange.ts'
import { exchangeFromJson, exchangeText } from '../base/exchange-json.ts'
import { member, numberMember, textMember } from '../base/json.ts'
import { TIMES, unpacked } from './call-messages.ts'

/** What travels: ended calls as gateways send them, single ones from the outbox, or what one call said. */
export type BusKind = 'calls' | 'usage' | 'contents'

/** The bus streams (JetStream), each fed by one subject per organisation. */
export const BUS_STREAMS = {
  calls: { name: 'SLUICE_CALLS', subject: 'calls.>' },
  usage: { name: 'SLUICE_USAGE', subject: 'usage.>' },
  contents: { name: 'SLUICE_CONTENTS', subject: 'contents.>' },
} as const satisfies Record<BusKind, { name: string; subject: string }>

/** `usage.<organisation id>` and so on for each kind; ids are UUIDs, so no wildcard can slip in. */
export function subjectOf(kind: BusKind, organizationId: string): string {
  return `${kind}.${organizationId.replace(/[^0-9A-Za-z-]/g, '_')}`
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** One usage event as message bytes. */
export function encodeUsage(event: ExchangeEvent): Uint8Array {
  return Buffer.from(exchangeText(event))
}

/** Reads {@link encodeUsage}'s bytes; throws `TypeError` or `SyntaxError` for anything else. */
export function decodeUsage(bytes: Uint8Array): ExchangeEvent {
  return exchangeFromJson(JSON.parse(decoder.decode(bytes)))
}

/** Reads `encodeCalls`'s bytes; throws an `Error` for anything else. */
export function decodeCalls(bytes: Uint8Array): CallRecord[] {
  const batch: unknown = JSON.parse(decoder.decode(unpacked(bytes)))
  const calls = member(batch, 'calls')
  if (numberMember(batch, 'version') !== 2 || !Array.isArray(calls))
    throw new TypeError('not calls of version 2')
  return calls.map(readCall)
}

function readCall(value: unknown): CallRecord {
  const times = member(value, 'times')
  if (!Array.isArray(times) || times.length !== TIMES.length) throw new TypeError('times are wrong')
  const time = (index: number): number | undefined => {
    const found: unknown = times[index]
    return typeof found === 'number' ? found : undefined
  }
  const [authenticatedMs, readMs, admittedMs, forwardedMs, headMs, firstByteMs, endedMs] =
    TIMES.map((_, index) => time(index))
  return {
    event: exchangeFromJson(member(value, 'event')),
    timings: { authenticatedMs, readMs, admittedMs, forwardedMs, headMs, firstByteMs, endedMs },
    detail: textMember(value, 'detail') === 'full' ? 'full' : 'calls',
  }
}

/** What a call said, as message bytes. */
export function encodeContent(content: ContentRecord): Uint8Array {
  return Buffer.from(JSON.stringify({ version: 1, ...content }))
}

/** Reads {@link encodeContent}'s bytes; throws `TypeError` or `SyntaxError` for anything else. */
export function decodeContent(bytes: Uint8Array): ContentRecord {
  const value: unknown = JSON.parse(decoder.decode(bytes))
  if (numberMember(value, 'version') !== 1) throw new TypeError('not content of version 1')
  return {
    exchangeId: needed(value, 'exchangeId'),
    organizationId: needed(value, 'organizationId'),
    workspaceId: needed(value, 'workspaceId'),
    request: readCaptured(member(value, 'request')),
    response: readCaptured(member(value, 'response')),
  }
}

function readCaptured(value: unknown): CapturedText | undefined {
  if (value === undefined) return undefined
  const found = textMember(value, 'text')
  const size = numberMember(value, 'bytes')
  if (found === undefined || size === undefined) throw new TypeError('captured text is wrong')
  return { text: found, bytes: size, isCut: member(value, 'isCut') === true }
}

function needed(value: unknown, name: string, shape?: RegExp): string {
  const found = textMember(value, name)
  if (found === undefined || (shape && !shape.test(found)))
    throw new TypeError(`span field ${name} is missing or wrong`)
  return found
}
