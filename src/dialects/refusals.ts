import type { FailureCode, FailureKind } from '../base/failure.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { Refusal } from './dialect.ts'

interface Words {
  /** OpenAI's `error.type`. */
  readonly openai: string
  /** Anthropic's `error.type`. */
  readonly anthropic: string
  /** Google's canonical status. */
  readonly gemini: string
}

/**
 * The three protocols' words for each kind of failure. Sources: OpenAI and Anthropic API error pages, Google's
 * `google.rpc.Code`, 2026-11.
 */
const WORDS: Readonly<Record<FailureKind, Words>> = {
  authentication: words('authentication_error', 'authentication_error', 'UNAUTHENTICATED'),
  permission: words('permission_error', 'permission_error', 'PERMISSION_DENIED'),
  invalid: words('invalid_request_error', 'invalid_request_error', 'INVALID_ARGUMENT'),
  not_found: words('invalid_request_error', 'not_found_error', 'NOT_FOUND'),
  too_large: words('invalid_request_error', 'request_too_large', 'INVALID_ARGUMENT'),
  billing: words('insufficient_quota', 'billing_error', 'FAILED_PRECONDITION'),
  rate: words('rate_limit_error', 'rate_limit_error', 'RESOURCE_EXHAUSTED'),
  content: words('invalid_request_error', 'invalid_request_error', 'INVALID_ARGUMENT'),
  upstream: words('api_error', 'api_error', 'UNAVAILABLE'),
  timeout: words('api_error', 'timeout_error', 'UNAVAILABLE'),
  unavailable: words('api_error', 'api_error', 'UNAVAILABLE'),
  internal: words('api_error', 'api_error', 'INTERNAL'),
}

/** Codes that OpenAI's clients know by another name than ours. */
const OPENAI_CODES: Partial<Record<FailureCode, string>> = {
  unauthenticated: 'invalid_api_key',
  key_revoked: 'invalid_api_key',
  permission_missing: 'forbidden',
  spend_limit_reached: 'budget_exceeded',
  spend_reserved: 'budget_reserved',
  rate_limit_reached: 'rate_limit_exceeded',
  content_blocked: 'content_policy',
  ledger_unavailable: 'policy_unavailable',
  scanner_unavailable: 'policy_unavailable',
  store_unavailable: 'policy_unavailable',
}

/** OpenAI's error object; the details stand inside it. */
export function openAiError(refusal: Refusal): JsonObject {
  return {
    message: refusal.says,
    type: WORDS[refusal.kind].openai,
    param: null,
    code: OPENAI_CODES[refusal.code] ?? refusal.code,
    ...(refusal.details ? { details: refusal.details } : {}),
  }
}

/** `{"type":"error","error":{…},"request_id"}` as OpenAI's SDKs read it. */
export function openAiRefusal(refusal: Refusal): JsonObject {
  return { type: 'error', error: openAiError(refusal), request_id: refusal.requestId }
}

/** `{"type":"error","error":{"type","message"},"request_id"}`; the details stand beside the error. */
export function anthropicRefusal(refusal: Refusal): JsonObject {
  const full = refusal.code === 'overloaded' || refusal.code === 'draining'
  return {
    type: 'error',
    error: {
      type: full ? 'overloaded_error' : WORDS[refusal.kind].anthropic,
      message: refusal.says,
    },
    request_id: refusal.requestId,
    details: { code: refusal.code, ...refusal.details },
  }
}

/** `{"type":"error","error":{"code","message","status","details"}}`; the details are an `ErrorInfo`. */
export function geminiRefusal(refusal: Refusal): JsonObject {
  const metadata: JsonObject = {}
  // `ErrorInfo.metadata` is a map of text to text.
  for (const [key, value] of Object.entries(refusal.details ?? {})) metadata[key] = asText(value)
  return {
    type: 'error',
    error: {
      code: refusal.status,
      message: refusal.says,
      status: WORDS[refusal.kind].gemini,
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: refusal.code.toUpperCase(),
          domain: 'sluice',
          metadata,
        },
        {
          '@type': 'type.googleapis.com/google.rpc.RequestInfo',
          requestId: refusal.requestId,
        },
      ],
    },
  }
}

/** A refusal's body with its content type. */
export function asBody(body: JsonObject): { readonly contentType: string; readonly body: string } {
  return { contentType: 'application/json', body: JSON.stringify(body) }
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function words(openai: string, anthropic: string, gemini: string): Words {
  return { openai, anthropic, gemini }
}
