import type { Attributes, AttributeValue, SpanRecord } from '../../base/span.ts'
import { ATTRIBUTES as A } from '../../telemetry/gen-ai.ts'
import type { Profile } from '../profile.ts'

const METADATA = 'langsmith.metadata.'

/** Ours → the names under which it shows them; what is not listed and begins with `gateway.` goes below `metadata`. */
const METADATA_NAMES: Readonly<Record<string, string>> = {
  [A.costUsd]: 'gateway.cost_usd',
  [A.costBasis]: 'gateway.cost_basis',
  [A.organizationId]: 'organization_id',
  [A.workspaceId]: 'workspace_id',
  [A.keyId]: 'api_key_id',
  [A.keyShort]: 'api_key_short',
  [A.userId]: 'user_id',
  [A.userAgent]: 'user_agent',
  [A.cacheReadTokens]: 'gateway.usage.cache_read',
  [A.cacheWriteTokens]: 'gateway.usage.cache_creation',
  [A.timeToFirstChunk]: 'gateway.time_to_first_chunk',
}

/**
 * LangSmith's OTLP endpoint. It wants the span's kind in its own words, `gen_ai.system` for the provider, a total of tokens, and
 * keeps what it does not know only below `langsmith.metadata.`. Source: its OpenTelemetry page, 2026-11.
 */
export const langsmith: Profile = {
  name: 'langsmith',
  defaultEndpoint: 'https://api.smith.langchain.com/otel',
  path: '/v1/traces',
  headers: ({ apiKey, project }) => ({
    ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
    'langsmith-project': project,
  }),
  resource: () => ({}),
  attributes,
}

function attributes(span: SpanRecord): Attributes {
  const from = span.attributes
  const bag: Record<string, AttributeValue> = {
    'langsmith.span.kind': span.kind === 'client' ? 'llm' : 'chain',
    'langsmith.trace.name': span.name,
  }
  for (const [name, value] of Object.entries(from)) {
    const isOurs = name.startsWith('gateway.')
    if (!isOurs) bag[name] = value
    if (name.startsWith(`${A.guardPrefix}.`)) continue
    const shown = METADATA_NAMES[name] ?? (isOurs ? name : undefined)
    if (shown !== undefined) bag[METADATA + shown] = value
  }
  const rules = guardCounts(from)
  if (rules !== undefined) bag[`${METADATA}policy.matched_rules`] = rules
  const provider = from[A.provider]
  if (provider !== undefined) bag['gen_ai.system'] = provider
  const session = from[A.conversation]
  if (session !== undefined) bag['langsmith.trace.session_id'] = session
  const [input, output] = [from[A.inputTokens], from[A.outputTokens]]
  if (typeof input === 'number' && typeof output === 'number')
    bag['gen_ai.usage.total_tokens'] = input + output
  const reasoning = from[A.reasoningTokens]
  if (reasoning !== undefined) bag['gen_ai.usage.details.reasoning_tokens'] = reasoning
  return bag
}

/** Guard rule → count over both directions, as JSON text. */
function guardCounts(from: Attributes): string | undefined {
  const counts = new Map<string, number>()
  for (const [name, value] of Object.entries(from)) {
    const match = /^gateway\.guard\.(?:request|response)\.(.+)$/.exec(name)
    if (match?.[1] === undefined || typeof value !== 'number') continue
    counts.set(match[1], (counts.get(match[1]) ?? 0) + value)
  }
  return counts.size === 0 ? undefined : JSON.stringify(Object.fromEntries(counts))
}
