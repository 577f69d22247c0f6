import type { UpstreamRequest } from './upstream.ts'

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const TARGET = /^\/[\x21-\x7e]*$/
const HOST = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const BODY_EXPECTED = new Set(['POST', 'PUT', 'PATCH'])

/** Said by the dialler itself, or meant for one hop only. `expect` would make the provider wait for us. */
const OWN = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'expect',
])

/** The request's header names the dialler leaves out, lower case. */
export function isOwnHeader(name: string): boolean {
  return OWN.has(name)
}

/** How the body of `request` is framed: its length, `chunked`, or `none`. */
export function requestFraming(request: UpstreamRequest): number | 'chunked' | 'none' {
  const { body, contentLength } = request
  if (body === undefined) return BODY_EXPECTED.has(request.method) ? 0 : 'none'
  if (body instanceof Uint8Array) return body.length
  return contentLength ?? 'chunked'
}

/**
 * The head of `request` as bytes, blank line included. An `Error` says what has no place in a head: checked
 * here, right before the wire, so that no caller can smuggle a second request through a header.
 */
export function writeHead(request: UpstreamRequest): Buffer | Error {
  const { method, url } = request
  const target = url.pathname + url.search
  if (!METHOD.test(method)) return new Error('method outside the grammar')
  if (!TARGET.test(target)) return new Error('request target outside the grammar')
  if (!HOST.test(url.host)) return new Error('host outside the grammar')
  const { contentLength } = request
  if (contentLength !== undefined && !(Number.isSafeInteger(contentLength) && contentLength >= 0))
    return new Error('content length is no whole number')
  let text = `${method} ${target} HTTP/1.1\r\nhost: ${url.host}\r\n`
  for (const [name, value] of request.headers) {
    if (OWN.has(name)) continue
    if (!NAME.test(name) || !VALUE.test(value)) return new Error('header outside the grammar')
    text += `${name}: ${value}\r\n`
  }
  const framing = requestFraming(request)
  if (framing === 'chunked') text += 'transfer-encoding: chunked\r\n'
  else if (framing !== 'none') text += `content-length: ${framing}\r\n`
  return Buffer.from(`${text}\r\n`, 'latin1')
}
