import type { Secret } from '../base/secret.ts'

/**
 * The header by which a receiver knows that a body is ours: HMAC with SHA-256 over its exact bytes, hex. Sent under our name
 * and under the one that receivers of the original's webhooks check already. None without a secret.
 */
export function signatureOf(secret: Secret | undefined, body: Uint8Array): Record<string, string> {
  if (secret === undefined) return {}
  const hmac = new Bun.CryptoHasher('sha256', secret.reveal()).update(body).digest('hex')
  return { 'x-sluice-signature': `sha256=${hmac}`, 'x-langsmith-signature': `sha256=${hmac}` }
}
