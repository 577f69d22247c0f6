import { isJsonObject, type JsonObject } from '../base/json.ts'
import { LIMITS } from '../base/limits.ts'
import type { Principal } from '../base/permission.ts'
import type { Clock } from '../base/world.ts'
import type { AnswerReader, Dialect, Framing, Reading } from '../dialects/dialect.ts'
import { NAME_SLOT } from '../dialects/locate.ts'
import type { MergedGuard } from '../policies/guard-merge.ts'
import { type Direction, type GuardRules, guardRules } from '../policies/guard-rules.ts'
import type { Guard } from '../policies/policy.ts'
import { jsonArrayFramer } from '../stream/array.ts'
import type { TextFilter } from '../stream/filter.ts'
import { decodeLiteral } from '../stream/json-text.ts'
import { readSse, sseFramer } from '../stream/sse.ts'
import { shortened } from './capture-shorten.ts'
import { type ExchangeGuard, type GuardScope, openGuard } from './guard.ts'
import { redactedJson } from './redact-request.ts'

/** What capturing needs of a call. */
export interface CaptureFacts {
  readonly exchangeId: string
  readonly caller: Principal
  readonly dialect: Dialect
  /** The data policies of the call, when some match. */
  readonly guards: MergedGuard | undefined
  readonly scope: GuardScope
  /** The request's JSON text as it went upstream; undefined when the gateway does not read it. */
  readonly request: string | undefined
  /** A reader of its own for the answer. */
  openAnswer(): AnswerReader
  readonly clock: Clock
}

/** The answer as far as it was kept. */
export interface CapturedAnswer {
  readonly bytes: Uint8Array
  readonly framing: Framing
  readonly isWhole: boolean
}

/** Every built-in detector, for captured copies: what leaves nobody's hands may still be read by many. */
const KEPT: Guard = {
  kind: 'guard',
  pii: true,
  secrets: true,
  operator: 'replace',
  detectors: {},
  direction: 'both',
  except: [],
  custom: [],
  allow: [],
  placeholderScope: 'key',
  timeoutMs: 10_000,
  timeoutAction: 'block',
  failMode: 'closed',
  unscannable: 'allow',
}

/** A side of a call in its redacted form. */
export interface RedactedSide {
  readonly text: string
  /** True when something was left out. */
  readonly isCut: boolean
}

/**
 * The request in its redacted form, of a large one the beginning; undefined when it was not read. Rejects when it cannot be
 * redacted.
 */
export async function redactedRequest(facts: CaptureFacts): Promise<RedactedSide | undefined> {
  const { request } = facts
  if (request === undefined) return undefined
  if (request.length > LIMITS.capturedRequestUnitsMax) return { text: '', isCut: true }
  const isCut = request.length > LIMITS.capturedAnswerBytesMax
  const body = isCut ? parseObject(request) : undefined
  const kept =
    body === undefined ? request : JSON.stringify(shortened(body, LIMITS.capturedBytesMax))
  const text = await redactedText(kept, 'request', facts)
  return text === undefined ? undefined : { text, isCut }
}

/**
 * The answer in its redacted form, never with an original restored: a JSON body as it is, a stream as JSON with the
 * whole text of each slot. Undefined when it cannot be read.
 */
export async function redactedAnswer(
  facts: CaptureFacts,
  answer: CapturedAnswer,
): Promise<string | undefined> {
  const { bytes, framing, isWhole } = answer
  if (framing === 'opaque' || bytes.length === 0) return undefined
  if (framing !== 'json') return slotTexts(facts, answer)
  // Half a JSON text cannot be looked into: only its size is kept.
  return isWhole ? redactedText(decoder.decode(bytes), 'response', facts) : ''
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

async function redactedText(
  text: string,
  direction: Direction,
  facts: CaptureFacts,
): Promise<string | undefined> {
  const body = parseObject(text)
  if (body === undefined) return undefined
  const guard = keeper(facts, direction)
  return redactedJson(text, body, facts.dialect, guard, { clock: facts.clock, analyzer: undefined })
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Bytes read between two turns for others: a few milliseconds of scanning. */
const BYTES_PER_TURN = 64 * 1024

async function slotTexts(
  facts: CaptureFacts,
  { bytes, framing, isWhole }: CapturedAnswer,
): Promise<string> {
  const reader = facts.openAnswer()
  const guard = keeper(facts, 'response')
  const texts = new Map<string, { filter: TextFilter; text: string }>()

  function take(data: string, { slots }: Reading): void {
    for (const { slot, start, end, whole } of slots) {
      if (slot === NAME_SLOT) continue
      const known = texts.get(slot)
      // The same text once more, at the end of the answer.
      if (whole && known) continue
      const open = known ?? { filter: guard.openRequest(), text: '' }
      open.text += open.filter.push(decodeLiteral(data.slice(start, end)))
      texts.set(slot, open)
    }
  }
  const bound = { frameBytesMax: LIMITS.sseFrameBytesMax }
  const framer =
    framing === 'sse'
      ? sseFramer(bound, (frame) => {
          const { data, event } = readSse(frame)
          if (data !== undefined && frame.terminated) take(data, reader.read(data, event))
        })
      : jsonArrayFramer(bound, (piece) => {
          if (!piece.element || piece.broken) return
          const data = decoder.decode(piece.bytes)
          take(data, reader.read(data, undefined))
        })
  for (let at = 0; at < bytes.length; at += BYTES_PER_TURN) {
    framer.push(bytes.subarray(at, at + BYTES_PER_TURN))
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  framer.end()
  // What a filter still holds of a text that was cut may be the beginning of something: it stays out.
  const found = [...texts].map(([slot, { filter, text }]) => [
    filteredWhole(guard.openRequest(), slot),
    isWhole ? text + filter.end() : text,
  ])
  return JSON.stringify(Object.fromEntries(found))
}

/** A slot's name is made of names of members, and these may be anybody's words. */
function filteredWhole(filter: TextFilter, text: string): string {
  return filter.push(text) + filter.end()
}

/**
 * A guard with every built-in detector and those of the call's own data policies, in which nothing is let pass: what these
 * only observe, or would block, is replaced here.
 */
function keeper(facts: CaptureFacts, direction: Direction): ExchangeGuard {
  const guards = [...(facts.guards?.guards ?? []), KEPT]
  const merged: MergedGuard = {
    policies: guards.map(() => ({ id: '', name: 'captured content' })),
    guards,
    placeholderScope: 'key',
    timeoutMs: KEPT.timeoutMs,
    timeoutAction: KEPT.timeoutAction,
    failMode: KEPT.failMode,
    unscannable: KEPT.unscannable,
  }
  return openGuard(merged, facts.scope, () => strict(guardRules(guards, direction)))
}

const strictOnes = new WeakMap<GuardRules, GuardRules>()

function strict(rules: GuardRules | undefined): GuardRules | undefined {
  if (!rules) return undefined
  const known = strictOnes.get(rules)
  if (known) return known
  const made: GuardRules = {
    ...rules,
    operatorFor(detector, entity) {
      const operator = rules.operatorFor(detector, entity)
      return operator === 'observe' || operator === 'block' ? 'replace' : operator
    },
  }
  strictOnes.set(rules, made)
  return made
}
