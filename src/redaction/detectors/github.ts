import { token } from './token.ts'

const body = '[A-Za-z0-9]{36}'

/** Tokens of GitHub: classic, fine-grained, OAuth, app (user, server, refresh). Source: GitHub docs on token formats. */
export const github = [
  token('github-pat', 'ghp_', body, { disguises: true }),
  token('github-fine-grained-pat', 'github_pat_', '[A-Za-z0-9_]{36}', { disguises: true }),
  token('github-oauth-token', 'gho_', body, { disguises: true }),
  token('github-app-token', 'ghu_ ghs_', '[A-Za-z0-9]{36}|[0-9]{1,12}_[A-Za-z0-9_.\\-]{30}', {
    tail: 'A-Za-z0-9_.\\-',
    disguises: true,
  }),
  token('github-refresh-token', 'ghr_', body, { disguises: true }),
]
