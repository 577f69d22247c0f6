import type { Attributes, AttributeValue, SpanRecord } from '../../base/span.ts'
import { ATTRIBUTES as A } from '../../telemetry/gen-ai.ts'
import type { Profile } from '../profile.ts'

/** Ours → OpenInference. */
const NAMES: Readonly<Record<string, string>> = {
  [A.requestModel]: 'llm.model_name',
  [A.inputTokens]: 'llm.token_count.prompt',
  [A.outputTokens]: 'llm.token_count.completion',
  [A.cacheReadTokens]: 'llm.token_count.prompt_details.cache_read',
  [A.cacheWriteTokens]: 'llm.token_count.prompt_details.cache_write',
  [A.reasoningTokens]: 'llm.token_count.completion_details.reasoning',
  [A.userId]: 'user.id',
  [A.conversation]: 'session.id',
}

/**
 * Phoenix and Arize: OpenInference names beside the GenAI ones, the rest as one JSON text `metadata`.
 * Source: OpenInference semantic conventions, 2026-11.
 */
export const phoenix: Profile = {
  name: 'phoenix',
  defaultEndpoint: undefined,
  path: '/v1/traces',
  headers: ({ apiKey }) => (apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  resource: ({ project }) => ({ 'openinference.project.name': project }),
  attributes,
}

function attributes(span: SpanRecord): Attributes {
  const from = span.attributes
  const bag: Record<string, AttributeValue> = {
    'openinference.span.kind': span.kind === 'client' ? 'LLM' : 'CHAIN',
  }
  const metadata: Record<string, AttributeValue> = {}
  for (const [name, value] of Object.entries(from)) {
    if (name.startsWith('gateway.')) metadata[name] = value
    else bag[name] = value
    const theirs = NAMES[name]
    if (theirs !== undefined) bag[theirs] = value
  }
  const answered = from[A.responseModel]
  if (answered !== undefined) bag['llm.model_name'] = answered
  const provider = from[A.provider]
  if (typeof provider === 'string') {
    bag['llm.provider'] = PROVIDERS[provider] ?? provider
    bag['llm.system'] = SYSTEMS[provider] ?? provider
  }
  const [input, output] = [from[A.inputTokens], from[A.outputTokens]]
  if (typeof input === 'number' && typeof output === 'number')
    bag['llm.token_count.total'] = input + output
  const cost = from[A.costUsd]
  // Their type is a float; the exact amount stays in the metadata.
  if (span.kind === 'client' && typeof cost === 'string') bag['llm.cost.total'] = Number(cost)
  const wait = from[A.timeToFirstChunk]
  if (wait !== undefined) metadata.time_to_first_chunk = wait
  if (Object.keys(metadata).length > 0) bag.metadata = JSON.stringify(metadata)
  return bag
}

/** Who runs the model, in their words. */
const PROVIDERS: Readonly<Record<string, string>> = { 'gcp.gemini': 'google' }
/** Whose model it is, in their words. */
const SYSTEMS: Readonly<Record<string, string>> = { 'gcp.gemini': 'vertexai' }
