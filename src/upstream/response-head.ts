/** A response head, read. */
export interface ResponseHead {
  readonly status: number
  /** As received but for hop-by-hop ones, which are gone. */
  readonly headers: Headers
  /** How the body ends: a length, `chunked`, or `close` with the connection. */
  readonly framing: number | 'chunked' | 'close'
  /** False when the connection ends with this answer. */
  readonly keepAlive: boolean
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const PADDING = /^[\t ]+|[\t ]+$/g
const LENGTH = /^\d{1,15}$/
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** True for headers that concern one connection only; `name` in lower case. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name)
}

/**
 * Reads a response head without its last blank line (latin1 text). A text says what is wrong with it:
 * folded lines, spaces before the colon, two different lengths, a length beside a transfer coding,
 * a coding other than `chunked` (RFC 9112 §5, §6.3). Repair would be guessing where the body ends.
 */
export function readHead(text: string): ResponseHead | string {
  const lines = text.split('\r\n')
  const status = STATUS_LINE.exec(lines[0] ?? '')
  if (!status) return 'no HTTP/1 status line'
  const modern = status[1] === '1'
  const headers = new Headers()
  let length: string | undefined
  let coding: string | undefined
  let connection = ''
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase()
    const value = line.slice(colon + 1).replace(PADDING, '')
    if (!NAME.test(name) || !VALUE.test(value)) return 'a header line outside the grammar'
    if (name === 'content-length') {
      const single = oneLength(value)
      if (single === undefined || (length !== undefined && length !== single))
        return 'no single content-length'
      if (length === undefined) headers.append(name, single)
      length = single
    } else if (name === 'transfer-encoding') {
      coding = coding === undefined ? value.toLowerCase() : `${coding},${value.toLowerCase()}`
    } else if (name === 'connection') connection += `,${value.toLowerCase()}`
    else if (!HOP_BY_HOP.has(name)) headers.append(name, value)
  }
  if (coding !== undefined && (coding !== 'chunked' || !modern)) return 'an unknown transfer coding'
  if (coding !== undefined && length !== undefined) return 'both a length and a transfer coding'
  const options = connection.split(',').map((option) => option.trim())
  for (const option of options)
    if (option !== 'content-length' && NAME.test(option)) headers.delete(option)
  const framing = coding !== undefined ? 'chunked' : length === undefined ? 'close' : Number(length)
  const keepAlive = modern ? !options.includes('close') : options.includes('keep-alive')
  return { status: Number(status[2]), headers, framing, keepAlive }
}

/** `5, 5` is the same length said twice (RFC 9110 §8.6); `undefined` for anything else than one number. */
function oneLength(value: string): string | undefined {
  const [first = '', ...others] = value.split(',').map((part) => part.trim())
  return LENGTH.test(first) && others.every((other) => other === first) ? first : undefined
}
