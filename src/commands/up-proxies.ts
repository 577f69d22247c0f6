type Environment = Readonly<Record<string, string | undefined>>

/** What sends traffic to providers another way than straight. */
const NAMES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy']

/** The proxy variables that are set, with passwords hidden. */
export function proxiesIn(env: Environment): { name: string; value: string }[] {
  return NAMES.flatMap((name) => {
    const value = env[name]?.trim()
    return value ? [{ name, value: withoutPassword(value) }] : []
  })
}

/** A line for the first screen: that provider calls take a detour must not be a surprise. */
export function proxyNotes(env: Environment): string[] {
  const found = proxiesIn(env).filter(({ name }) => !/^no_/i.test(name))
  return found.length === 0
    ? []
    : [`Provider calls go through ${found.map(({ name, value }) => `${name}=${value}`).join(', ')}`]
}

/** A URL as it may be shown: a password, or a lone long credential, is hidden. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/([^:@/]*):[^/]*@/, '//$1:***@').replace(/\/\/[^:@/]{12,}@/, '//***@')
}
