import { LIMITS } from '../base/limits.ts'
import { encodeLiteral } from '../stream/json-literal.ts'
import { decodeLiteral, scanJson } from '../stream/json-text.ts'
import { applySplices, type Splice } from '../stream/splice.ts'
import type { Exchange } from './exchange.ts'

/** Makes a provider's absolute URLs come back through the gateway: SDKs go there with the gateway key otherwise. */
export interface PointBack {
  /** Rewrites the headers that hold such a URL, in place. */
  headers(headers: Headers): void
  /** The JSON text with such URLs rewritten; the same text when there are none. Undefined: no body needs it. */
  readonly body: ((text: string) => string) | undefined
}

/** Headers in which providers name where an upload goes on. */
const HEADERS = ['x-goog-upload-url', 'x-goog-upload-control-url', 'location']
/** Members that SDKs dial as they are. Others (file URIs) are names the provider must get back unchanged. */
const MEMBERS = new Set(['results_url'])
/** Routes whose answers hold such members, by provider prefix. */
const ROUTES: Readonly<Record<string, RegExp>> = { anthropic: /^\/v1\/messages\/batches(\/|$)/ }

/** For one call: `origin` is the provider's address as configured. */
export function pointBack(exchange: Exchange, basePath: string, origin: URL): PointBack {
  const theirs = origin.origin + origin.pathname.replace(/\/+$/, '')
  const ours = `${publicOrigin(exchange) + basePath}/${exchange.door.prefix}`
  const back = (url: string): string | undefined =>
    url === theirs || url.startsWith(`${theirs}/`) ? ours + url.slice(theirs.length) : undefined
  return {
    headers(headers) {
      for (const name of HEADERS) {
        const url = headers.get(name)
        const rewritten = url === null ? undefined : back(url)
        if (rewritten !== undefined) headers.set(name, rewritten)
      }
    },
    body: ROUTES[exchange.door.prefix]?.test(exchange.path)
      ? (text) => rewrite(text, back)
      : undefined,
  }
}

/** How the caller reached us; a proxy in front tells the scheme. */
function publicOrigin(exchange: Exchange): string {
  const secure = exchange.request.headers.get('x-forwarded-proto') === 'https'
  return `${secure ? 'https:' : exchange.url.protocol}//${exchange.url.host}`
}

function rewrite(text: string, back: (url: string) => string | undefined): string {
  const splices: Splice[] = []
  scanJson(text, LIMITS.jsonDepthMax, {
    string(path, start, end) {
      if (!MEMBERS.has(String(path[path.length - 1]))) return
      const literal = text.slice(start, end)
      const url = back(decodeLiteral(literal))
      if (url !== undefined) splices.push({ start, end, text: encodeLiteral(url, literal) })
    },
  })
  return splices.length === 0 ? text : applySplices(text, splices)
}
