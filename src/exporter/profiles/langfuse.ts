import type { Attributes, AttributeValue, SpanRecord } from '../../base/span.ts'
import { ATTRIBUTES as A } from '../../telemetry/gen-ai.ts'
import type { Profile } from '../profile.ts'

/**
 * Langfuse: reads the GenAI names, subtracts cache reads and writes from the input and reasoning from the output by itself, and
 * knows cache writes only as `cache_creation`. Cost, first chunk and level have names of its own.
 * Source: its OpenTelemetry page and the attribute names its ingestion reads, 2026-11.
 */
export const langfuse: Profile = {
  name: 'langfuse',
  defaultEndpoint: 'https://cloud.langfuse.com/api/public/otel',
  path: '/v1/traces',
  headers: ({ publicKey, secretKey }) => ({
    ...(publicKey === undefined || secretKey === undefined
      ? {}
      : { authorization: `Basic ${btoa(`${publicKey}:${secretKey}`)}` }),
    'x-langfuse-ingestion-version': '4',
  }),
  resource: () => ({}),
  attributes,
}

function attributes(span: SpanRecord): Attributes {
  const from = span.attributes
  const bag: Record<string, AttributeValue> = {
    'langfuse.observation.type': span.kind === 'client' ? 'generation' : 'span',
  }
  for (const [name, value] of Object.entries(from))
    if (name.startsWith('gateway.'))
      bag[`langfuse.observation.metadata.${underscored(name)}`] = value
    else bag[name] = value
  const session = from[A.conversation]
  if (session !== undefined) bag['session.id'] = session
  const cost = from[A.costUsd]
  if (span.kind === 'client' && typeof cost === 'string')
    bag['langfuse.observation.cost_details'] = `{"total":${cost}}`
  // The server span shows the same amount: counted twice it would double the trace's cost.
  const wait = from[A.timeToFirstChunk]
  if (typeof wait === 'number')
    bag['langfuse.observation.completion_start_time'] = new Date(
      span.startMs + wait * 1_000,
    ).toISOString()
  if (span.status === 'error') {
    bag['langfuse.observation.level'] = 'ERROR'
    if (span.statusMessage !== undefined)
      bag['langfuse.observation.status_message'] = span.statusMessage
  }
  if (span.kind === 'server') {
    bag['langfuse.trace.name'] = span.name
    const violated = from[A.policyViolatedNames]
    const tags = [`outcome:${String(from[A.outcome] ?? '')}`]
    if (Array.isArray(violated)) tags.push(...violated.map((each) => `blocked-by:${each}`))
    bag['langfuse.trace.tags'] = tags
  }
  return bag
}

/** Dots would make Langfuse nest metadata; one flat key is easier to filter on. */
function underscored(name: string): string {
  return name.replaceAll('.', '_')
}
