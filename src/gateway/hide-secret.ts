import type { Secret } from '../base/secret.ts'

/** What stands where a provider repeated the key it was called with. */
const SHOWN = '[provider key]'

/**
 * Takes the provider's key out of a whole error body: some providers and proxies quote the credential that they refuse,
 * and the caller must not learn it. Gives the same bytes when it is not there.
 */
export function hideSecret(
  body: Uint8Array<ArrayBuffer>,
  secret: Secret | undefined,
): Uint8Array<ArrayBuffer> {
  if (!secret) return body
  const view = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (!view.includes(secret.reveal())) return body
  return new Uint8Array(
    Buffer.from(view.toString('latin1').replaceAll(secret.reveal(), SHOWN), 'latin1'),
  )
}
