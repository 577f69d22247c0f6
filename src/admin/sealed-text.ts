import { createCipheriv, createDecipheriv } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Nonce, cipher text and tag of AES-256-GCM under a key of 32 bytes that seals few texts. */
export function sealText(key: Uint8Array, text: string): Uint8Array {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

/** The text of {@link sealText}. Throws when a byte of it, or the key, is another. */
export function openText(key: Uint8Array, box: Uint8Array): string {
  if (box.length < NONCE_BYTES + TAG_BYTES) throw new Error('the box is cut short')
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE_BYTES))
  decipher.setAuthTag(box.subarray(-TAG_BYTES))
  return Buffer.concat([
    decipher.update(box.subarray(NONCE_BYTES, -TAG_BYTES)),
    decipher.final(),
  ]).toString('utf8')
}
