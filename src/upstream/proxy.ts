/** Environment as handed in, usually `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A proxy that the environment names; credentials in it are never shown. */
export interface Proxies {
  /** True when calls to `url` go through a proxy. */
  applies(url: URL): boolean
  /** Host and port of each proxy in use, for the start log and `/readyz`. */
  readonly shown: readonly string[]
}

/**
 * Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY (lower case wins, as for curl). NO_PROXY: `*`, hosts, domain
 * suffixes with or without a leading dot, each with an optional port.
 */
export function readProxies(env: Environment): Proxies {
  const named = (name: string): string | undefined =>
    env[name.toLowerCase()]?.trim() || env[name]?.trim() || undefined
  const byScheme: Readonly<Record<string, string | undefined>> = {
    'http:': named('HTTP_PROXY'),
    'https:': named('HTTPS_PROXY'),
  }
  const exceptions = (named('NO_PROXY') ?? '')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
  const shown = new Set<string>()
  for (const text of Object.values(byScheme))
    if (text !== undefined) shown.add(URL.parse(text)?.host ?? 'unreadable proxy address')
  return {
    applies: (url) =>
      byScheme[url.protocol] !== undefined && !exceptions.some((entry) => exempts(entry, url)),
    shown: [...shown],
  }
}

function exempts(entry: string, url: URL): boolean {
  if (entry === '*') return true
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  const [, name = entry, wanted] = /^\[?([^\]]+?)\]?(?::(\d+))?$/.exec(entry) ?? []
  if (wanted !== undefined && wanted !== port && !name.includes(':')) return false
  const bare = name.replace(/^\*?\./, '')
  return host === bare || host.endsWith(`.${bare}`)
}
