/**
 * Every attribute name the product writes, each with its source. The GenAI names are those of the OpenTelemetry semantic
 * conventions for generative AI as of 2026-11 (repository `semantic-conventions-genai`, all of them in development, no
 * release yet); HTTP, URL and user names are of the core conventions 1.44 (stable).
 */
export const ATTRIBUTES = {
  // OpenTelemetry GenAI, span attributes.
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  requestStream: 'gen_ai.request.stream',
  responseModel: 'gen_ai.response.model',
  responseId: 'gen_ai.response.id',
  finishReasons: 'gen_ai.response.finish_reasons',
  /** Seconds from the request sent upstream to the first chunk. */
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  /** Includes cached tokens. */
  inputTokens: 'gen_ai.usage.input_tokens',
  /** Includes reasoning tokens. */
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  /** Renamed to `cache_write` in the unreleased convention; backends only know this one so far. */
  cacheWriteTokens: 'gen_ai.usage.cache_creation.input_tokens',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  conversation: 'gen_ai.conversation.id',
  // OpenTelemetry core, stable.
  errorType: 'error.type',
  httpMethod: 'http.request.method',
  httpStatus: 'http.response.status_code',
  httpRoute: 'http.route',
  urlPath: 'url.path',
  userAgent: 'user_agent.original',
  userId: 'user.id',
  // Ours.
  requestId: 'gateway.request_id',
  dialect: 'gateway.dialect',
  organizationId: 'gateway.organization_id',
  workspaceId: 'gateway.workspace_id',
  keyId: 'gateway.api_key_id',
  keyShort: 'gateway.api_key_short',
  outcome: 'gateway.outcome',
  upstreamRequestId: 'gateway.upstream_request_id',
  /** Decimal dollars, exact, as text. */
  costUsd: 'gateway.cost.usd',
  /** Nanodollars as text: an OTLP integer has 64 bits, a JavaScript number only 53. */
  costNanos: 'gateway.cost.nanos',
  /** `measured`, `counted` or `ceiling`. */
  costBasis: 'gateway.cost.basis',
  overheadSeconds: 'gateway.overhead',
  policyMatchedIds: 'gateway.policy.matched_ids',
  policyMatchedNames: 'gateway.policy.matched_names',
  policyPassedIds: 'gateway.policy.passed_ids',
  policyPassedNames: 'gateway.policy.passed_names',
  policyViolatedIds: 'gateway.policy.violated_ids',
  policyViolatedNames: 'gateway.policy.violated_names',
  /** Followed by `.<direction>.<detector id>`: a count, never a value. */
  guardPrefix: 'gateway.guard',
} as const

/** Values of `gen_ai.provider.name` where they differ from our own provider names. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = { gemini: 'gcp.gemini' }

/** The registered value of `gen_ai.provider.name` for one of our provider names. */
export function genAiProvider(provider: string): string {
  return PROVIDER_NAMES[provider] ?? provider
}

/** Values of `gen_ai.operation.name`, by our operation; others are passed on as they are. */
const OPERATION_NAMES: Readonly<Record<string, string>> = {
  response: 'chat',
  message: 'chat',
  messages: 'chat',
  completion: 'text_completion',
  generate: 'generate_content',
  embed: 'embeddings',
}

/** The registered value of `gen_ai.operation.name` for one of our operations. */
export function genAiOperation(operation: string): string {
  return OPERATION_NAMES[operation] ?? operation
}
