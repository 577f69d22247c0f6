import type { CallTimings, TraceDetail } from '../base/call.ts'
import type { ExchangeClosed, ExchangeEvent, ExchangeOpened, PolicyName } from '../base/exchange.ts'
import { formatUsd } from '../base/money.ts'
import type { AttributeValue, SpanKindName, SpanRecord } from '../base/span.ts'
import { ATTRIBUTES as A, genAiOperation, genAiProvider } from './gen-ai.ts'

/**
 * One ended call as spans: the SERVER span of the call, one CLIENT span for the attempt upstream when there was one, and
 * with `full` the steps. Ids depend on the exchange alone, so a repeat gives the same spans.
 */
export function spansOf(
  event: ExchangeEvent,
  timings: CallTimings,
  detail: TraceDetail = 'calls',
): SpanRecord[] {
  const { opened, closed } = event
  const server = spanIdOf(opened.id, 'server')
  const spans = [
    record(event, {
      spanId: server,
      parentSpanId: opened.parentSpanId,
      name: `${opened.method} /${opened.provider}${routeOf(opened.path)}`,
      kind: 'server',
      fromMs: 0,
      toMs: undefined,
      attributes: serverAttributes(opened, closed),
      // A refusal is the gateway doing its work: only 5xx marks the server span (HTTP conventions).
      failed: closed.status >= 500 || closed.outcome === 'interrupted',
    }),
  ]
  if (timings.forwardedMs !== undefined)
    spans.push(
      record(event, {
        spanId: spanIdOf(opened.id, 'attempt:1'),
        parentSpanId: server,
        name: `${genAiOperation(opened.operation)} ${opened.requestModel ?? opened.provider}`,
        kind: 'client',
        fromMs: timings.forwardedMs,
        toMs: timings.endedMs,
        attributes: clientAttributes(opened, closed, timings),
        failed: closed.outcome === 'failed' || (closed.upstreamStatus ?? 0) >= 400,
      }),
    )
  return detail === 'full' ? [...spans, ...steps(event, timings, server)] : spans
}

/** Sixteen hex digits for one part of a call: `server`, `attempt:<n>`, `step:<name>`. Never all zero in practice. */
export function spanIdOf(exchangeId: string, part: string): string {
  return Bun.SHA256.hash(`${exchangeId}/${part}`, 'hex').slice(0, 16)
}

/** A path with ids taken out, so that span names stay few: `/v1/responses/{id}`, `/v1beta/models/{model}:generateContent`. */
export function routeOf(path: string): string {
  const known = routes.get(path)
  if (known !== undefined) return known
  const route = shortened(path)
  if (routes.size >= ROUTES_MAX) routes.clear()
  routes.set(path, route)
  return route
}

/** Most calls go to a handful of paths, and each is asked for twice a call. */
const routes = new Map<string, string>()
/** Paths of at most 512 units each: about half a megabyte. */
const ROUTES_MAX = 500

function shortened(path: string): string {
  return path
    .split('/')
    .map((segment, index, all) => {
      const [head = '', action] = segment.split(':', 2)
      if (all[index - 1] === 'models' && head !== '')
        return action === undefined ? '{model}' : `{model}:${action}`
      return /\d.*\d.*\d|^.{33,}$/.test(segment) ? '{id}' : segment
    })
    .join('/')
    .slice(0, 200)
}

interface Part {
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: SpanKindName
  /** Milliseconds since arrival. */
  readonly fromMs: number
  readonly toMs: number | undefined
  readonly attributes: Bag
  readonly failed: boolean
}

type Bag = Record<string, AttributeValue>

function record(event: ExchangeEvent, part: Part): SpanRecord {
  const { opened, closed } = event
  const endMs =
    part.toMs === undefined
      ? Math.max(closed.endedAtMs, opened.startedAtMs)
      : opened.startedAtMs + part.toMs
  return {
    traceId: opened.traceId,
    spanId: part.spanId,
    parentSpanId: part.parentSpanId,
    exchangeId: opened.id,
    organizationId: opened.organizationId,
    workspaceId: opened.workspaceId,
    name: part.name,
    kind: part.kind,
    startMs: opened.startedAtMs + part.fromMs,
    endMs,
    attributes: part.attributes,
    status: part.failed ? 'error' : 'unset',
    statusMessage: part.failed ? (closed.errorCode ?? closed.outcome) : undefined,
  }
}

function serverAttributes(opened: ExchangeOpened, closed: ExchangeClosed): Bag {
  const bag: Bag = {
    [A.requestId]: opened.id,
    [A.httpMethod]: opened.method,
    [A.httpStatus]: closed.status,
    [A.httpRoute]: `/${opened.provider}${routeOf(opened.path)}`,
    [A.dialect]: opened.dialect,
    [A.organizationId]: opened.organizationId,
    [A.workspaceId]: opened.workspaceId,
    [A.keyId]: opened.keyId,
    [A.keyShort]: opened.keyShort,
    [A.outcome]: closed.outcome,
  }
  put(bag, A.errorType, closed.errorCode)
  put(bag, A.userId, opened.userId)
  put(bag, A.userAgent, opened.userAgent)
  put(bag, A.conversation, opened.sessionId)
  put(bag, A.overheadSeconds, seconds(closed.overheadMs))
  putCost(bag, closed)
  const violated = new Set(closed.policies.violated.map((policy) => policy.id))
  putPolicies(bag, A.policyMatchedIds, A.policyMatchedNames, closed.policies.matched)
  putPolicies(
    bag,
    A.policyPassedIds,
    A.policyPassedNames,
    closed.policies.matched.filter((policy) => !violated.has(policy.id)),
  )
  putPolicies(bag, A.policyViolatedIds, A.policyViolatedNames, closed.policies.violated)
  for (const finding of closed.findings)
    bag[`${A.guardPrefix}.${finding.direction}.${finding.detector}`] = finding.count
  return bag
}

function clientAttributes(
  opened: ExchangeOpened,
  closed: ExchangeClosed,
  timings: CallTimings,
): Bag {
  const bag: Bag = {
    [A.operation]: genAiOperation(opened.operation),
    [A.provider]: genAiProvider(opened.provider),
    [A.requestStream]: opened.stream,
  }
  put(bag, A.requestModel, opened.requestModel)
  put(bag, A.responseModel, closed.responseModel)
  put(bag, A.responseId, closed.responseId)
  put(bag, A.conversation, opened.sessionId)
  put(bag, A.upstreamRequestId, closed.upstreamRequestId)
  put(bag, A.httpStatus, closed.upstreamStatus)
  if (closed.finishReasons.length > 0) bag[A.finishReasons] = closed.finishReasons
  if (timings.firstByteMs !== undefined && timings.forwardedMs !== undefined)
    put(bag, A.timeToFirstChunk, seconds(timings.firstByteMs - timings.forwardedMs))
  const failure = closed.outcome === 'ok' ? undefined : (closed.errorCode ?? closed.outcome)
  put(bag, A.errorType, (closed.upstreamStatus ?? 0) >= 400 ? `${closed.upstreamStatus}` : failure)
  const usage = closed.usage
  put(bag, A.inputTokens, usage?.inputTokens)
  put(bag, A.outputTokens, usage?.outputTokens)
  put(bag, A.cacheReadTokens, usage?.cacheReadTokens)
  const written = (usage?.cacheWriteTokens ?? 0) + (usage?.cacheWrite1hTokens ?? 0)
  put(bag, A.cacheWriteTokens, written > 0 ? written : undefined)
  put(bag, A.reasoningTokens, usage?.reasoningTokens)
  putCost(bag, closed)
  return bag
}

function steps(event: ExchangeEvent, timings: CallTimings, parentSpanId: string): SpanRecord[] {
  const marks: [string, number | undefined, number | undefined][] = [
    ['authenticate', 0, timings.authenticatedMs],
    ['read request', timings.authenticatedMs, timings.readMs],
    ['admit', timings.readMs, timings.admittedMs],
    ['forward', timings.admittedMs, timings.forwardedMs],
  ]
  return marks.flatMap(([name, fromMs, toMs]) =>
    fromMs === undefined || toMs === undefined
      ? []
      : record(event, {
          spanId: spanIdOf(event.opened.id, `step:${name}`),
          parentSpanId,
          name,
          kind: 'internal',
          fromMs,
          toMs,
          attributes: {},
          failed: false,
        }),
  )
}

function put(bag: Bag, name: string, value: AttributeValue | undefined): void {
  if (value !== undefined) bag[name] = value
}

function putCost(bag: Bag, closed: ExchangeClosed): void {
  if (closed.costNanos === undefined) return
  bag[A.costUsd] = formatUsd(closed.costNanos)
  bag[A.costNanos] = closed.costNanos.toString()
  put(bag, A.costBasis, closed.costBasis)
}

function putPolicies(bag: Bag, ids: string, names: string, policies: readonly PolicyName[]): void {
  if (policies.length === 0) return
  bag[ids] = policies.map((policy) => policy.id)
  bag[names] = policies.map((policy) => policy.name)
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds * 1_000) / 1_000_000
}
