import type { CallRecord, CapturedText, ContentRecord } from '../base/call.ts'
import type { ExchangeEvent } from '../base/exchange.ts'
import { exchangeFromJson, exchangeText } from '../base/exchange-json.ts'
import { isJsonObject, member, numberMember, textMember } from '../base/json.ts'
import type { Attributes, AttributeValue, SpanRecord } from '../base/span.ts'
import { TIMES } from './call-messages.ts'

/** What travels: one call's usage, calls in batches for their spans, or what one call said. */
export type BusKind = 'usage' | 'spans' | 'contents'

/** The bus streams (JetStream), each fed by one subject per organisation. */
export const BUS_STREAMS = {
  usage: { name: 'SLUICE_USAGE', subject: 'usage.>' },
  spans: { name: 'SLUICE_SPANS', subject: 'spans.>' },
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

/** What one message of the bus stream of spans holds. Version 1, from gateways of before, held finished spans. */
export interface SpanMessage {
  readonly calls: readonly CallRecord[]
  readonly spans: readonly SpanRecord[]
}

/** Reads `encodeCalls`'s bytes, and those of version 1; throws `TypeError` or `SyntaxError` for anything else. */
export function decodeSpanMessage(bytes: Uint8Array): SpanMessage {
  const batch: unknown = JSON.parse(decoder.decode(bytes))
  const version = numberMember(batch, 'version')
  const items = member(batch, version === 1 ? 'spans' : 'calls')
  if ((version !== 1 && version !== 2) || !Array.isArray(items))
    throw new TypeError('not a batch of spans of version 1 or 2')
  return version === 1
    ? { calls: [], spans: items.map(readSpan) }
    : { calls: items.map(readCall), spans: [] }
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

function readSpan(value: unknown): SpanRecord {
  const kind = textMember(value, 'kind')
  const status = textMember(value, 'status')
  if (kind !== 'server' && kind !== 'client' && kind !== 'internal')
    throw new TypeError('span kind is unknown')
  if (status !== 'unset' && status !== 'ok' && status !== 'error')
    throw new TypeError('span status is unknown')
  return {
    traceId: needed(value, 'traceId', /^[0-9a-f]{32}$/),
    spanId: needed(value, 'spanId', /^[0-9a-f]{16}$/),
    parentSpanId: textMember(value, 'parentSpanId'),
    exchangeId: needed(value, 'exchangeId'),
    organizationId: needed(value, 'organizationId'),
    workspaceId: needed(value, 'workspaceId'),
    name: needed(value, 'name'),
    kind,
    startMs: time(value, 'startMs'),
    endMs: time(value, 'endMs'),
    attributes: readAttributes(member(value, 'attributes')),
    status,
    statusMessage: textMember(value, 'statusMessage'),
  }
}

/** Names that reach into an object's prototype: an attribute named so is an attack, not a fact. */
const HOSTILE = new Set(['__proto__', 'constructor', 'prototype'])

function readAttributes(value: unknown): Attributes {
  const attributes: Record<string, AttributeValue> = Object.create(null)
  if (!isJsonObject(value)) return attributes
  for (const [name, found] of Object.entries(value)) {
    if (HOSTILE.has(name)) continue
    if (Array.isArray(found)) attributes[name] = found.filter((each) => typeof each === 'string')
    else if (typeof found === 'string' || typeof found === 'boolean') attributes[name] = found
    else if (typeof found === 'number' && Number.isFinite(found)) attributes[name] = found
  }
  return attributes
}

function needed(value: unknown, name: string, shape?: RegExp): string {
  const found = textMember(value, name)
  if (found === undefined || (shape && !shape.test(found)))
    throw new TypeError(`span field ${name} is missing or wrong`)
  return found
}

function time(value: unknown, name: string): number {
  const found = numberMember(value, name)
  if (found === undefined) throw new TypeError(`span field ${name} is missing or wrong`)
  return found
}
