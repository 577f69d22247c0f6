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
  /** The plain text, also of what another accepted key sealed. Throws when the envelope, its key or its context was changed. */
  open(sealed: Sealed, context: string): string
  /** The same envelope with its data key wrapped by the master key. Throws as `open` does. */
  rewrap(sealed: Sealed, context: string): Sealed
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
const PREVIOUS_FILE = 'master.key.previous'

/**
 * The keyring of this installation: from the configured master key, else from `<dataDir>/master.key`, which is
 * made at the first start. A previous key, configured or in `master.key.previous`, opens only. Throws with a fix when a
 * file is unreadable or is no key: a new one in its place would make every stored secret unreadable for good.
 */
export function openKeyring(
  options: {
    dataDir: string
    masterKey: Secret | undefined
    previousMasterKey?: Secret | undefined
  },
  world: Pick<World, 'dice'>,
): Keyring {
  const { dataDir, masterKey, previousMasterKey } = options
  const previous = previousMasterKey
    ? decode(previousMasterKey.reveal(), 'SLUICE_MASTER_KEY_PREVIOUS')
    : readKeyFile(join(dataDir, PREVIOUS_FILE))
  const others = previous ? [previous] : []
  if (masterKey) return keyringOf(decode(masterKey.reveal(), 'SLUICE_MASTER_KEY'), others)
  const path = join(dataDir, FILE)
  const found = readKeyFile(path)
  if (found) return keyringOf(found, others)
  create(dataDir, path, world)
  return keyringOf(decode(readFileSync(path, 'utf8').trim(), path), others)
}

function readKeyFile(path: string): Uint8Array | undefined {
  const existing = statSync(path, { throwIfNoEntry: false })
  if (!existing) return undefined
  if ((existing.mode & 0o077) !== 0)
    throw new Error(`${path} can be read by others.\nFix: chmod 600 ${path}`)
  return decode(readFileSync(path, 'utf8').trim(), path)
}

/** A keyring over 32 bytes, which also opens what the `others` sealed. */
export function keyringOf(master: Uint8Array, others: readonly Uint8Array[] = []): Keyring {
  const keys = new Map([master, ...others].map((each) => [idOf(each), each]))
  const id = idOf(master)
  const dataKeyOf = ({ masterKeyId, wrappedKey }: Sealed, context: string): Uint8Array => {
    const key = keys.get(masterKeyId)
    if (!key) throw new Error(`sealed with another master key (${masterKeyId})`)
    return decrypt(key, wrappedKey, `key|${context}`)
  }
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
    open: (envelope, context) =>
      decrypt(dataKeyOf(envelope, context), envelope.sealed, `text|${context}`).toString('utf8'),
    rewrap(envelope, context) {
      const dataKey = dataKeyOf(envelope, context)
      // An envelope that does not open must not look as if it were in order.
      decrypt(dataKey, envelope.sealed, `text|${context}`)
      return {
        masterKeyId: id,
        wrappedKey: encrypt(master, dataKey, `key|${context}`),
        sealed: envelope.sealed,
      }
    },
  }
}

function idOf(master: Uint8Array): string {
  if (master.length !== KEY_BYTES) throw new Error('a master key has 32 bytes')
  return createHash('sha256').update('sluice master key').update(master).digest('hex').slice(0, 16)
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
