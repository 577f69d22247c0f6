/** What the page was opened with behind `#`: a one-time link, or word of a sign-in that failed. */
interface Opened {
  token: string | undefined
  passwordToken: string | undefined
  readonly failed: string | undefined
}

/** Read before anything navigates, and gone from the address and the history at once. */
const opened = read()

/** True while the one-time link that the page was opened with has not been used. */
export function hasLink(): boolean {
  return opened.token !== undefined || opened.passwordToken !== undefined
}

/** The token of the link, once: it is good for one request. */
export function takeLink(): string | undefined {
  const taken = opened.token
  opened.token = undefined
  return taken
}

/** The token of a link that lets its holder set a password; until {@link spendPasswordLink}. */
export function passwordLink(): string | undefined {
  return opened.passwordToken
}

/** The link has done what it was for. */
export function spendPasswordLink(): void {
  opened.passwordToken = undefined
}

/** The failure code of a sign-in at the identity provider that led back here. */
export function failedSignIn(): string | undefined {
  return opened.failed
}

function read(): Opened {
  const said = new URLSearchParams(location.hash.slice(1))
  const token = said.get('token') ?? undefined
  const passwordToken = said.get('password-token') ?? undefined
  const failed = said.get('sign-in-failed') ?? undefined
  if (token !== undefined || passwordToken !== undefined || failed !== undefined)
    history.replaceState(null, '', location.pathname + location.search)
  return { token, passwordToken, failed }
}
