import type { ExchangeEvent } from '../base/exchange.ts'
import { exchangeFromJson, exchangeText } from '../base/exchange-json.ts'
import { isJsonObject, member, numberMember, textMember } from '../base/json.ts'
import type { Attributes, AttributeValue, SpanRecord } from '../base/span.ts'

/** What travels: one call's usage, or finished spans in batches. */
export type BusKind = 'usage' | 'spans'

/** The bus streams (JetStream), each fed by one subject per organisation. */
export const BUS_STREAMS = {
  usage: { name: 'SLUICE_USAGE', subject: 'usage.>' },
  spans: { name: 'SLUICE_SPANS', subject: 'spans.>' },
} as const satisfies Record<BusKind, { name: string; subject: string }>

/** `usage.<organisation id>` or `spans.<organisation id>`; ids are UUIDs, so no wildcard can slip in. */
export function subjectOf(kind: BusKind, organizationId: string): string {
  return `${kind}.${organizationId.replace(/[^0-9A-Za-z-]/g, '_')}`
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** One usage event as message bytes. */
export function encodeUsage(event: ExchangeEvent): Uint8Array {
  return Buffer.from(exchangeText(event))
}

/** Reads {@link encodeUsage}'s bytes; throws `TypeError` or `SyntaxError` for anything else. */
export function decodeUsage(bytes: Uint8Array): ExchangeEvent {
  return exchangeFromJson(JSON.parse(decoder.decode(bytes)))
}

/** One span as JSON text: batches are joined from these, so that each span is written once. */
export function encodeSpan(span: SpanRecord): string {
  return JSON.stringify(span)
}

/** A batch of spans, each already JSON text, as message bytes. */
export function encodeSpanBatch(spans: readonly string[]): Uint8Array {
  return encoder.encode(`{"version":1,"spans":[${spans.join(',')}]}`)
}

/** Reads {@link encodeSpanBatch}'s bytes; throws `TypeError` or `SyntaxError` for anything else. */
export function decodeSpans(bytes: Uint8Array): SpanRecord[] {
  const batch: unknown = JSON.parse(decoder.decode(bytes))
  const spans = member(batch, 'spans')
  if (numberMember(batch, 'version') !== 1 || !Array.isArray(spans))
    throw new TypeError('not a batch of spans of version 1')
  return spans.map(readSpan)
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
