import Anthropic, * as newest from '@anthropic-ai/sdk'
import { VERSION as NEWEST } from '@anthropic-ai/sdk/version'
import AnthropicBefore1, * as before1 from 'anthropic-sdk-0'
import { VERSION as BEFORE_1 } from 'anthropic-sdk-0/version'
import type { Rig } from './rig.ts'

/** A message of the conversation, as both SDKs take it. */
export interface Turn {
  readonly role: 'user' | 'assistant'
  // biome-ignore lint/suspicious/noExplicitAny: what came from an SDK goes back to it as it is
  readonly content: any
}

/** The request as both SDKs take it. */
export interface Ask {
  model: string
  max_tokens: number
  messages: Turn[]
  tools?: { name: string; input_schema: { type: 'object' } }[]
  thinking?: { type: 'enabled'; budget_tokens: number }
}

/** The answer as both SDKs give it. */
export interface Answered {
  readonly content: readonly { readonly type: string }[]
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number }
}

interface Options {
  readonly headers?: Record<string, string>
}

/** What the scenarios use of an Anthropic SDK; the same in every version. */
export interface AnthropicClient {
  readonly messages: {
    create(
      body: Ask,
      options?: Options,
    ): {
      withResponse(): Promise<{
        data: Answered
        response: Response
        request_id: string | null | undefined
      }>
    }
    stream(
      body: Ask,
      options?: Options,
    ): AsyncIterable<{ readonly type: string }> & {
      finalMessage(): Promise<Answered>
      readonly controller: AbortController
    }
    countTokens(body: Omit<Ask, 'max_tokens'>): PromiseLike<{ readonly input_tokens: number }>
  }
  readonly models: {
    list(): PromiseLike<{ readonly data: readonly { readonly id: string }[] }>
  }
}

/** One version of the SDK, with what differs between versions. */
export interface AnthropicSdk {
  readonly version: string
  /** The header in which this version sends its key. */
  readonly credential: 'authorization' | 'x-api-key'
  readonly errors: Pick<
    typeof newest | typeof before1,
    'APIError' | 'AuthenticationError' | 'BadRequestError' | 'RateLimitError'
  >
  open(rig: Rig, options?: { apiKey?: string; maxRetries?: number }): AnthropicClient
}

const settings = (rig: Rig, options: object) => {
  const point = { baseURL: `${rig.url}/anthropic`, apiKey: rig.key, maxRetries: 0 }
  return { ...point, ...options }
}

/** The current SDK: Bearer, and a version header of its own. */
export const anthropicNewest: AnthropicSdk = {
  version: NEWEST,
  credential: 'authorization',
  errors: newest,
  open: (rig, options = {}) => new Anthropic(settings(rig, options)),
}

/** The SDK inside Claude Code and most frameworks: `x-api-key`. */
export const anthropicBefore1: AnthropicSdk = {
  version: BEFORE_1,
  credential: 'x-api-key',
  errors: before1,
  open: (rig, options = {}) => new AnthropicBefore1(settings(rig, options)),
}
