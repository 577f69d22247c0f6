import type { Dice } from './world.ts'

/** Whose key: a service's, or a person's. */
export type KeyKind = 'service' | 'personal'

/** A key as it is minted: `token` is shown once, `hash` is kept. */
export interface MintedKey {
  readonly token: string
  /** 12 letters and digits: public, for look-up, logs and project names. */
  readonly short: string
  /** SHA-256 of the token. A slow hash adds nothing to 256 random bits. */
  readonly hash: Uint8Array
}

/** What a token says by itself. */
export interface ParsedKey {
  readonly kind: KeyKind
  readonly short: string
}

const PREFIX = 'slu_'
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const SHORT_LENGTH = 12
const SECRET_BYTES = 32
/** 62⁴³ > 2²⁵⁶. */
const SECRET_LENGTH = 43
/** 62⁶ > 2³². */
const CHECKSUM_LENGTH = 6
const FORM = /^slu_(sk|pt)_([0-9A-Za-z]{12})_[0-9A-Za-z]{49}$/
/** The largest multiple of 62 below 256: bytes above it would favour the first letters. */
const FAIR_BELOW = 248

/**
 * A new key of 256 random bits: `slu_<sk|pt>_<short>_<secret><checksum>`. A rotated key keeps its public part, so that
 * whatever names the key goes on naming it.
 */
export function mintKey(
  dice: Dice,
  kind: KeyKind,
  short: string = randomText(dice, SHORT_LENGTH),
): MintedKey {
  const secret = base62(bigintOf(dice.bytes(SECRET_BYTES)), SECRET_LENGTH)
  const body = `${PREFIX}${kind === 'service' ? 'sk' : 'pt'}_${short}_${secret}`
  const token = body + checksum(body)
  return { token, short, hash: hashKey(token) }
}

/** Reads a token's public parts, or gives undefined for anything mistyped or guessed: no database is asked. */
export function parseKey(token: string): ParsedKey | undefined {
  const match = FORM.exec(token)
  if (!match) return undefined
  const cut = token.length - CHECKSUM_LENGTH
  if (checksum(token.slice(0, cut)) !== token.slice(cut)) return undefined
  return { kind: match[1] === 'sk' ? 'service' : 'personal', short: match[2] ?? '' }
}

/** SHA-256 of the whole token: 32 bytes. */
export function hashKey(token: string): Uint8Array {
  const hash = new Uint8Array(32)
  Bun.SHA256.hash(token, hash)
  return hash
}

/** True for text that means to be one of our keys, right or wrong: it must never be forwarded or logged. */
export function looksLikeGatewayKey(text: string): boolean {
  return text.startsWith(PREFIX)
}

/** CRC-32 (of the whole body, as scanners expect) in plain numbers: this runs on every call. */
function checksum(body: string): string {
  let text = ''
  for (let rest = Bun.hash.crc32(body); text.length < CHECKSUM_LENGTH; rest = Math.floor(rest / 62))
    text = (ALPHABET[rest % 62] ?? '') + text
  return text
}

function randomText(dice: Dice, length: number): string {
  let text = ''
  while (text.length < length)
    for (const byte of dice.bytes(length))
      if (byte < FAIR_BELOW && text.length < length) text += ALPHABET[byte % 62]
  return text
}

function bigintOf(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}

function base62(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest /= 62n)
    text = (ALPHABET[Number(rest % 62n)] ?? '') + text
  return text
}
