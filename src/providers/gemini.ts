import type { Provider } from './provider.ts'

const VERSIONS = /^\/(?:upload\/|download\/)?v1(?:beta|alpha)?(?:\/|$)/

/** Google Gemini: `x-goog-api-key`; Google refuses two credentials at once, so exactly one is set. */
export const gemini: Provider = {
  name: 'gemini',
  prefix: 'gemini',
  secretName: 'GOOGLE_API_KEY',
  authorize(headers, secret) {
    headers.set('x-goog-api-key', secret.reveal())
  },
  serves: (path) => VERSIONS.test(path) || path.startsWith('/ws/'),
  isAdministrative: () => false,
}
