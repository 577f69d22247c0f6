import type { Provider } from './provider.ts'

/** OpenAI: bearer key, routes below `/v1`. Administrative: `organization/*` (needs an admin key upstream anyway). */
export const openai: Provider = {
  name: 'openai',
  prefix: 'openai',
  secretName: 'OPENAI_API_KEY',
  authorize(headers, secret) {
    headers.set('authorization', `Bearer ${secret.reveal()}`)
  },
  serves: (path) => path === '/v1' || path.startsWith('/v1/'),
  isAdministrative: (path) => /^\/v1\/organizations?(\/|$)/i.test(path),
}
