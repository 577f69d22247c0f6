import { createHash } from 'node:crypto'
import { unitClass } from '../automaton/classes.ts'
import type { Reader } from '../detector.ts'

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
/** Units of base 58. */
export const BASE58 = unitClass('1-9A-HJ-NP-Za-km-z')

/** Bytes of an address: version, hash of 20, checksum. Source: Bitcoin, Base58Check. */
const ADDRESS_BYTES = 25
const CHECKED_BYTES = 21
const DIGITS_A_BYTE = 8 / Math.log2(58)

const VALUES = new Uint8Array(128)
for (let at = 0; at < ALPHABET.length; at++) VALUES[ALPHABET.charCodeAt(at)] = at

/** Enough limbs of 32 bits for an address, with one to spare for what is too large. */
const limbs = new Uint32Array(8)
const bytes = Buffer.alloc(limbs.byteLength)

/**
 * True when the units of `[start, end)`, all in {@link BASE58}, write an address whose checksum (double SHA-256) is right. What could
 * not be an address at all, by its size and its leading zeros, costs no hash.
 */
export function isBase58Address(text: Reader, start: number, end: number): boolean {
  // Every leading `1` is a byte of zeros.
  let zeros = 0
  while (start + zeros < end && text.at(start + zeros) === 0x31) zeros++
  const digits = end - start - zeros
  if (digits <= (ADDRESS_BYTES - zeros - 1) * DIGITS_A_BYTE) return false
  if (digits >= (ADDRESS_BYTES - zeros) * DIGITS_A_BYTE + 1) return false
  limbs.fill(0)
  for (let at = start + zeros; at < end; at++) {
    let carry = VALUES[text.at(at)] ?? 0
    for (let limb = limbs.length - 1; limb >= 0; limb--) {
      const product = (limbs[limb] ?? 0) * 58 + carry
      limbs[limb] = product
      carry = Math.floor(product / 2 ** 32)
    }
    if (carry > 0) return false
  }
  for (let limb = 0; limb < limbs.length; limb++) bytes.writeUInt32BE(limbs[limb] ?? 0, limb * 4)
  let first = 0
  while (first < bytes.length && bytes[first] === 0) first++
  if (bytes.length - first + zeros !== ADDRESS_BYTES) return false
  const address = bytes.subarray(bytes.length - ADDRESS_BYTES)
  const once = createHash('sha256').update(address.subarray(0, CHECKED_BYTES)).digest()
  const sum = createHash('sha256').update(once).digest()
  return sum.subarray(0, ADDRESS_BYTES - CHECKED_BYTES).equals(address.subarray(CHECKED_BYTES))
}
