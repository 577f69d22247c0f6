import type { Dialect, Framing } from './dialect.ts'
import { openAiChat } from './openai-chat.ts'
import { anthropicPassthrough, geminiPassthrough, openAiPassthrough } from './passthrough.ts'

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
const OPENAI: readonly Route[] = [route(/^\/chat\/completions$/, openAiChat, 'sse')]

/** Below Anthropic's `/v1`. */
const ANTHROPIC: readonly Route[] = []

/** Below Gemini's version segment. */
const GEMINI: readonly Route[] = []

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
