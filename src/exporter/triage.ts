import type { ExchangeEvent, FindingCount } from '../base/exchange.ts'
import type { Sighting } from '../store/issues.ts'

/** Failure codes with which a policy says no, and how bad that is: 0 urgent … 3 low. */
const BLOCKS: Readonly<Record<string, number>> = {
  content_blocked: 1,
  spend_limit_reached: 1,
  model_not_allowed: 2,
  model_unpriced: 2,
  cost_unbounded: 2,
  unmetered_route: 2,
  unscannable_body: 2,
  rate_limit_reached: 3,
  spend_reserved: 3,
}

/** Operations whose answers always tell their usage. */
const METERED = new Set(['chat', 'completion', 'response', 'generate_content', 'embeddings'])

/**
 * What one ended call has to complain about: each policy that blocked it, findings by the kind of secret or fact, a model without a
 * price, usage that nobody knows. Most calls have nothing.
 */
export function sightingsOf(event: ExchangeEvent): Sighting[] {
  return [...blocks(event), ...redactions(event), ...books(event)]
}

function blocks(event: ExchangeEvent): Sighting[] {
  const { errorCode, policies } = event.closed
  const severity = errorCode === undefined ? undefined : BLOCKS[errorCode]
  if (errorCode === undefined || severity === undefined) return []
  return policies.violated.map((policy) => ({ ...seen(event, errorCode, severity), policy }))
}

function redactions(event: ExchangeEvent): Sighting[] {
  const { findings, policies } = event.closed
  if (findings.length === 0) return []
  // A blocked call's findings are told by the block.
  if (policies.violated.length > 0) return []
  const entities = [...new Set(findings.map((finding) => finding.entity))]
  return entities.map((entity) => {
    const some = findings.filter((finding) => finding.entity === entity)
    return seen(event, `redacted:${entity}`, severityOf(some))
  })
}

/** A secret on its way out is worse than one a model made up, and both are worse than a name. */
function severityOf(findings: readonly FindingCount[]): number {
  const isSecret = findings.some((finding) => /key|token|secret|credential/i.test(finding.entity))
  const isOutbound = findings.some((finding) => finding.direction === 'request')
  return isSecret ? (isOutbound ? 1 : 2) : 3
}

function books(event: ExchangeEvent): Sighting[] {
  const { opened, closed } = event
  const model = closed.responseModel ?? opened.requestModel
  if (closed.usage !== undefined && closed.costNanos === undefined && model !== undefined) {
    const subject = `${opened.provider}/${model}`
    return [{ ...seen(event, 'unpriced', 2), subjectKind: 'model', subject }]
  }
  const isAnswered = (closed.upstreamStatus ?? 0) >= 200 && (closed.upstreamStatus ?? 0) < 300
  const isLost = closed.outcome === 'interrupted'
  if (closed.usage === undefined && (isLost || (isAnswered && METERED.has(opened.operation))))
    return [seen(event, 'unaccounted', 2)]
  return []
}

function seen({ opened, closed }: ExchangeEvent, kind: string, severity: number): Sighting {
  return {
    organizationId: opened.organizationId,
    workspaceId: opened.workspaceId,
    kind,
    policy: undefined,
    subjectKind: 'api_key',
    subject: opened.keyId,
    severity,
    runId: opened.id,
    seenAtMs: closed.endedAtMs,
  }
}
