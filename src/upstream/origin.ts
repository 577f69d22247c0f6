/** Where connections go: two URLs with equal `key` may share one. */
export interface Origin {
  readonly key: string
  /** Name or address without brackets. */
  readonly host: string
  readonly port: number
  readonly secure: boolean
}

/** The origin of an http(s) URL; `undefined` for other schemes. */
export function originOf(url: URL): Origin | undefined {
  const secure = url.protocol === 'https:'
  if (!secure && url.protocol !== 'http:') return undefined
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  return { key: url.origin, host, port, secure }
}
