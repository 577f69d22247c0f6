import { token } from './token.ts'

/** Credentials of Google: API keys, OAuth access and refresh tokens, client secrets and ids, service accounts. */
export const google = [
  token('gcp-api-key', 'AIza', '[A-Za-z0-9_\\-]{35}', { disguises: true }),
  token('google-oauth-access-token', 'ya29.', '[A-Za-z0-9_\\-.]{20}', { tail: 'A-Za-z0-9_.\\-' }),
  token('google-oauth-refresh-token', '1//0', '[A-Za-z0-9_\\-]{30}'),
  token('google-oauth-code', '4/0A', '[A-Za-z0-9_\\-]{30}'),
  token('google-oauth-client-secret', 'GOCSPX-', '[A-Za-z0-9_\\-]{20}', { disguises: true }),
  token('google-agent-key', 'AQ.', 'Ab[A-Za-z0-9_\\-]{30}'),
]
