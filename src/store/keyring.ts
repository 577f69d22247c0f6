import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Secret } from '../base/secret.ts'
import type { World } from '../base/world.ts'

/** Seals and opens with the master key. It never gives the key out. */
export interface Keyring {
  /** Names the master key without telling anything about it: 16 hex digits. */
  readonly id: string
  /** 32 secret bytes for another use of the master key; different for every `purpose`. */
  derive(purpose: string): Uint8Array
  /** AES-256-GCM under a fresh data key, which the master key wraps. `context` must be the same when opening. */
  seal(plain: string, context: string): Sealed
  /** The plain text. Throws when the envelope, its key or its context was changed. */
  open(sealed: Sealed, context: string): string
}

/** An envelope: a data key wrapped by the master key, and the text sealed by the data key. */
export interface Sealed {
  readonly masterKeyId: string
  readonly wrappedKey: Uint8Array
  readonly sealed: Uint8Array
}

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const FILE = 'master.key'

/**
 * The keyring of this installation: from the configured master key, else from `<dataDir>/master.key`, which is
 * made at the first start. Throws with a fix when the file is unreadable or is no key: a new one in its place
 * would make every stored secret unreadable for good.
 */
export function openKeyring(
  options: { dataDir: string; masterKey: Secret | undefined },
  world: Pick<World, 'dice'>,
): Keyring {
  if (options.masterKey) return keyringOf(decode(options.masterKey.reveal(), 'SLUICE_MASTER_KEY'))
  const path = join(options.dataDir, FILE)
  const existing = statSync(path, { throwIfNoEntry: false })
  if (!existing) create(options.dataDir, path, world)
  else if ((existing.mode & 0o077) !== 0)
    throw new Error(`${path} can be read by others.\nFix: chmod 600 ${path}`)
  return keyringOf(decode(readFileSync(path, 'utf8').trim(), path))
}

/** A keyring over 32 bytes. */
export function keyringOf(master: Uint8Array): Keyring {
  if (master.length !== KEY_BYTES) throw new Error('a master key has 32 bytes')
  const id = createHash('sha256')
    .update('sluice master key')
    .update(master)
    .digest('hex')
    .slice(0, 16)
  return {
    id,
    derive: (purpose) => createHmac('sha256', master).update(`sluice ${purpose}`).digest(),
    seal(plain, context) {
      const dataKey = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
      return {
        masterKeyId: id,
        wrappedKey: encrypt(master, dataKey, `key|${context}`),
        sealed: encrypt(dataKey, Buffer.from(plain), `text|${context}`),
      }
    },
    open({ masterKeyId, wrappedKey, sealed }, context) {
      if (masterKeyId !== id) throw new Error(`sealed with another master key (${masterKeyId})`)
      const dataKey = decrypt(master, wrappedKey, `key|${context}`)
      return decrypt(dataKey, sealed, `text|${context}`).toString('utf8')
    },
  }
}

/** Nonce, cipher text, tag. The nonce is random: a data key seals once, a master key far below 2³² times. */
function encrypt(key: Uint8Array, plain: Uint8Array, context: string): Uint8Array {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Uint8Array, box: Uint8Array, context: string): Buffer {
  if (box.length < NONCE_BYTES + TAG_BYTES) throw new Error('the envelope is cut short')
  const tagAt = box.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(context))
    .setAuthTag(box.subarray(tagAt))
  return Buffer.concat([decipher.update(box.subarray(NONCE_BYTES, tagAt)), decipher.final()])
}

function create(dataDir: string, path: string, world: Pick<World, 'dice'>): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const text = `${Buffer.from(world.dice.bytes(KEY_BYTES)).toString('base64')}\n`
  try {
    // Exclusive, so that of two first starts one wins and the other reads; on disk before anything is sealed.
    const file = openSync(path, 'wx', 0o600)
    writeSync(file, text)
    fsyncSync(file)
    closeSync(file)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
  }
}

function decode(text: string, where: string): Uint8Array {
  const bytes = /^[0-9a-f]{64}$/i.test(text)
    ? Buffer.from(text, 'hex')
    : Buffer.from(text, 'base64')
  if (bytes.length === KEY_BYTES) return bytes
  throw new Error(
    `${where} is not a master key (32 bytes in base64 or hex).\n` +
      'Fix: restore it from your backup; without it the stored provider secrets cannot be read',
  )
}
