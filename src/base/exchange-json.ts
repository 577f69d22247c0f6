import type {
  ExchangeClosed,
  ExchangeEvent,
  ExchangeOpened,
  FindingCount,
  Outcome,
  PolicyName,
} from './exchange.ts'
import { isJsonObject, type Json, type JsonObject, numberMember, textMember } from './json.ts'
import { nanos } from './money.ts'
import type { CostBasis, Usage } from './usage.ts'

const OUTCOMES: readonly Outcome[] = ['ok', 'refused', 'failed', 'aborted', 'interrupted']
const BASES: readonly CostBasis[] = ['measured', 'counted', 'ceiling']

/** The usage event as JSON, for the outbox row and the bus: the amount is a decimal string, absent fields are left out. */
export function exchangeToJson(event: ExchangeEvent): JsonObject {
  // A round through text drops the undefined fields, which neither jsonb nor the bus can hold.
  return JSON.parse(exchangeText(event)) as JsonObject
}

/** The text of each ending: it goes to the outbox and to the bus, and is written once. */
const texts = new WeakMap<ExchangeClosed, string>()

/** {@link exchangeToJson} as text; the same text at every call for the same ending. */
export function exchangeText(event: ExchangeEvent): string {
  const known = texts.get(event.closed)
  if (known !== undefined) return known
  const { version, opened, closed } = event
  const { costNanos } = closed
  const told = costNanos === undefined ? closed : { ...closed, costNanos: costNanos.toString() }
  const text = JSON.stringify({ version, opened, closed: told })
  texts.set(closed, text)
  return text
}

/** Reads what {@link exchangeToJson} wrote. Throws `TypeError` naming the first field that is missing or wrong. */
export function exchangeFromJson(value: unknown): ExchangeEvent {
  if (!isJsonObject(value) || value.version !== 1) throw new TypeError('event version is not 1')
  return { version: 1, opened: readOpened(value.opened), closed: readClosed(value.closed) }
}

function readOpened(value: Json | undefined): ExchangeOpened {
  return {
    id: text(value, 'id'),
    organizationId: text(value, 'organizationId'),
    workspaceId: text(value, 'workspaceId'),
    keyId: text(value, 'keyId'),
    keyShort: text(value, 'keyShort'),
    userId: textMember(value, 'userId'),
    processId: text(value, 'processId'),
    startedAtMs: number(value, 'startedAtMs'),
    provider: text(value, 'provider'),
    dialect: text(value, 'dialect'),
    operation: text(value, 'operation'),
    method: text(value, 'method'),
    path: text(value, 'path'),
    requestModel: textMember(value, 'requestModel'),
    stream: flag(value, 'stream'),
    traceId: text(value, 'traceId'),
    parentSpanId: textMember(value, 'parentSpanId'),
    traceState: textMember(value, 'traceState'),
    ...(isJsonObject(value) && value.unsampled === true ? { unsampled: true } : {}),
    sessionId: textMember(value, 'sessionId'),
    userAgent: textMember(value, 'userAgent'),
  }
}

function readClosed(value: Json | undefined): ExchangeClosed {
  const policies = isJsonObject(value) ? value.policies : undefined
  const amount = textMember(value, 'costNanos')
  if (amount !== undefined && !/^\d{1,30}$/.test(amount)) throw new TypeError('costNanos is wrong')
  const basis = textMember(value, 'costBasis')
  return {
    id: text(value, 'id'),
    endedAtMs: number(value, 'endedAtMs'),
    outcome: oneOf(OUTCOMES, text(value, 'outcome'), 'outcome'),
    status: number(value, 'status'),
    errorCode: textMember(value, 'errorCode'),
    upstreamStatus: numberMember(value, 'upstreamStatus'),
    upstreamRequestId: textMember(value, 'upstreamRequestId'),
    responseModel: textMember(value, 'responseModel'),
    responseId: textMember(value, 'responseId'),
    finishReasons: list(value, 'finishReasons').filter((each) => typeof each === 'string'),
    usage: readUsage(isJsonObject(value) ? value.usage : undefined),
    costNanos: amount === undefined ? undefined : nanos(BigInt(amount)),
    costBasis: basis === undefined ? undefined : oneOf(BASES, basis, 'costBasis'),
    firstByteMs: numberMember(value, 'firstByteMs'),
    overheadMs: numberMember(value, 'overheadMs'),
    policies: {
      matched: list(policies, 'matched').map(readPolicy),
      violated: list(policies, 'violated').map(readPolicy),
    },
    findings: list(value, 'findings').map(readFinding),
  }
}

function readUsage(value: Json | undefined): Usage | undefined {
  if (!isJsonObject(value)) return undefined
  const counts: Record<string, number> = {}
  for (const [name, count] of Object.entries(value))
    if (typeof count === 'number' && USAGE_FIELDS.has(name)) counts[name] = count
  const uses: Record<string, number> = Object.create(null)
  const tools = value.toolUses
  if (isJsonObject(tools))
    for (const [tool, count] of Object.entries(tools))
      if (typeof count === 'number') uses[tool] = count
  return {
    ...counts,
    inputTokens: number(value, 'inputTokens'),
    outputTokens: number(value, 'outputTokens'),
    ...(isJsonObject(tools) ? { toolUses: { ...uses } } : {}),
  }
}

const USAGE_FIELDS: ReadonlySet<string> = new Set<keyof Usage>([
  'cacheReadTokens',
  'cacheWriteTokens',
  'cacheWrite1hTokens',
  'reasoningTokens',
  'inputAudioTokens',
  'outputAudioTokens',
  'cacheReadAudioTokens',
  'inputImageTokens',
  'outputImageTokens',
])

function readPolicy(value: Json): PolicyName {
  return { id: text(value, 'id'), name: text(value, 'name') }
}

function readFinding(value: Json): FindingCount {
  return {
    detector: text(value, 'detector'),
    entity: text(value, 'entity'),
    direction: oneOf(['request', 'response'] as const, text(value, 'direction'), 'direction'),
    count: number(value, 'count'),
  }
}

function text(value: Json | undefined, name: string): string {
  const found = textMember(value, name)
  if (found === undefined) throw new TypeError(`${name} is missing`)
  return found
}

function number(value: Json | undefined, name: string): number {
  const found = numberMember(value, name)
  if (found === undefined) throw new TypeError(`${name} is missing`)
  return found
}

function flag(value: Json | undefined, name: string): boolean {
  const found = isJsonObject(value) ? value[name] : undefined
  if (typeof found !== 'boolean') throw new TypeError(`${name} is missing`)
  return found
}

function list(value: Json | undefined, name: string): Json[] {
  const found = isJsonObject(value) ? value[name] : undefined
  return Array.isArray(found) ? found : []
}

function oneOf<T extends string>(all: readonly T[], found: string, name: string): T {
  const known = all.find((each) => each === found)
  if (known === undefined) throw new TypeError(`${name} is unknown`)
  return known
}
