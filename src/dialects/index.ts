import { anthropicCountTokens, anthropicMessages } from './anthropic-messages.ts'
import type { Dialect, Framing } from './dialect.ts'
import { geminiEmbed } from './gemini-embed.ts'
import { geminiCountTokens, geminiGenerate } from './gemini-generate.ts'
import { openAiChat } from './openai-chat.ts'
import { openAiCompletions } from './openai-completions.ts'
import { openAiEmbeddings } from './openai-embeddings.ts'
import { openAiResponses } from './openai-responses.ts'
import { anthropicPassthrough, geminiPassthrough, openAiPassthrough } from './passthrough.ts'

/** Every dialect, in alphabetical order of their ids. */
export const DIALECTS: readonly Dialect[] = [
  anthropicCountTokens,
  anthropicMessages,
  anthropicPassthrough,
  geminiCountTokens,
  geminiEmbed,
  geminiGenerate,
  geminiPassthrough,
  openAiChat,
  openAiCompletions,
  openAiEmbeddings,
  openAiPassthrough,
  openAiResponses,
]

/** A dialect and how its answer will be framed if it is streamed. */
export interface Spoken {
  readonly dialect: Dialect
  /** `array` for Gemini's streamed JSON array; the answer's content type has the last word. */
  readonly framingHint: Framing
}

interface Route {
  readonly path: RegExp
  readonly dialect: Dialect
  readonly framing: Framing
}

/** OpenAI's protocols; `/v1/…` below its own prefix, and again below providers that speak them too. */
const OPENAI: readonly Route[] = [
  route(/^\/chat\/completions$/, openAiChat, 'sse'),
  route(/^\/completions$/, openAiCompletions, 'sse'),
  route(/^\/embeddings$/, openAiEmbeddings, 'json'),
  route(/^\/responses(?:\/compact)?$/, openAiResponses, 'sse'),
]

/** Below Anthropic's `/v1`. */
const ANTHROPIC: readonly Route[] = [
  route(/^\/messages$/, anthropicMessages, 'sse'),
  route(/^\/messages\/count_tokens$/, anthropicCountTokens, 'json'),
]

/** Below Gemini's version segment. */
const GEMINI: readonly Route[] = [
  route(/^\/.+:(?:embedContent|batchEmbedContents)$/, geminiEmbed, 'json'),
  route(/^\/.+:countTokens$/, geminiCountTokens, 'json'),
  route(/^\/.+:generateContent$/, geminiGenerate, 'json'),
  route(/^\/.+:streamGenerateContent$/, geminiGenerate, 'array'),
]

const ROOT = /^\/v1(?=\/)/
const GEMINI_OPENAI = /^\/v1(?:beta|alpha)?\/openai(?=\/)/
const GEMINI_ROOT = /^\/v1(?:beta|alpha)?(?=\/)/

/**
 * The dialect of a route. `prefix` is the provider's (`openai`, `anthropic`, `gemini`, `demo`), `path` what
 * follows it, without query. Routes nobody reads get the provider's passthrough; undefined when the prefix
 * belongs to no provider.
 */
export function dialectFor(
  prefix: string,
  method: string,
  path: string,
  query: URLSearchParams,
): Spoken | undefined {
  const find = (routes: readonly Route[], root: RegExp) =>
    method === 'POST' && root.test(path) ? match(routes, path.replace(root, ''), query) : undefined
  switch (prefix) {
    case 'openai':
    case 'demo':
      return find(OPENAI, ROOT) ?? unread(openAiPassthrough)
    case 'anthropic':
      return find(ANTHROPIC, ROOT) ?? find(OPENAI, ROOT) ?? unread(anthropicPassthrough)
    case 'gemini':
      return find(GEMINI, GEMINI_ROOT) ?? find(OPENAI, GEMINI_OPENAI) ?? unread(geminiPassthrough)
    default:
      return undefined
  }
}

function match(routes: readonly Route[], path: string, query: URLSearchParams): Spoken | undefined {
  const found = routes.find((one) => one.path.test(path))
  if (!found) return undefined
  const asked = found.framing === 'array' && query.get('alt') === 'sse' ? 'sse' : found.framing
  return { dialect: found.dialect, framingHint: asked }
}

function unread(dialect: Dialect): Spoken {
  return { dialect, framingHint: 'opaque' }
}

function route(path: RegExp, dialect: Dialect, framing: Framing): Route {
  return { path, dialect, framing }
}
