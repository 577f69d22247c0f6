import type { Provider } from './provider.ts'

/** Anthropic: `x-api-key`. The `anthropic-version` header is the caller's own and never written here. */
export const anthropic: Provider = {
  name: 'anthropic',
  prefix: 'anthropic',
  secretName: 'ANTHROPIC_API_KEY',
  authorize(headers, secret) {
    headers.set('x-api-key', secret.reveal())
  },
  serves: (path) => path === '/v1' || path.startsWith('/v1/'),
  isAdministrative: (path) => /^\/v1\/organizations?(\/|$)/i.test(path),
}
