import type { Provider } from './provider.ts'

/** The built-in demonstration model: speaks the OpenAI dialect, needs no key, is served in process. */
export const demo: Provider = {
  name: 'demo',
  prefix: 'demo',
  secretName: undefined,
  authorize() {},
  serves: (path) => path === '/v1' || path.startsWith('/v1/'),
  isAdministrative: () => false,
}
