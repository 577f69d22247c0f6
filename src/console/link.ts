/** Read before anything navigates, and gone from the address and the history at once. */
let token = readToken()

/** True while the one-time link that the page was opened with has not been used. */
export function hasLink(): boolean {
  return token !== undefined
}

/** The token of the link, once: it is good for one request. */
export function takeLink(): string | undefined {
  const taken = token
  token = undefined
  return taken
}

function readToken(): string | undefined {
  const found = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined
  if (found !== undefined) history.replaceState(null, '', location.pathname + location.search)
  return found
}
