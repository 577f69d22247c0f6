import { and, asc, eq } from 'drizzle-orm'
import { Failure } from '../base/failure.ts'
import { newId } from '../base/id.ts'
import { type Secret, secret } from '../base/secret.ts'
import type { World } from '../base/world.ts'
import type { Database, Orm } from './database.ts'
import type { Keyring, Sealed } from './keyring.ts'
import { readThrough } from './read-through.ts'
import { providerSecrets } from './tables.ts'

/** A provider secret as it may be shown. */
export interface SecretRow {
  readonly name: string
  readonly lastFour: string
  readonly version: number
  readonly updatedAtMs: number
  /** False when the master key does not open it; undefined where nobody tried. */
  readonly readable: boolean | undefined
}

/** What a secret may be called: an environment variable's name. */
export const SECRET_NAME = /^[A-Z][A-Z0-9_]{0,63}$/

/** Stores a secret, replacing the one of that name; each value gets a version and a data key of its own. */
export async function putSecret(
  orm: Orm,
  keyring: Keyring,
  world: World,
  entry: { workspaceId: string; name: string; value: Secret },
): Promise<void> {
  const { workspaceId, name } = entry
  const [old] = await orm
    .select({ version: providerSecrets.version })
    .from(providerSecrets)
    .where(and(eq(providerSecrets.workspaceId, workspaceId), eq(providerSecrets.name, name)))
    .for('update')
  const version = (old?.version ?? 0) + 1
  const plain = entry.value.reveal()
  const row = {
    version,
    ...keyring.seal(plain, contextOf({ workspaceId, name, version })),
    lastFour: lastFour(plain),
    updatedAt: new Date(world.clock.now()),
  }
  await orm
    .insert(providerSecrets)
    .values({ id: newId(world), workspaceId, name, ...row })
    .onConflictDoUpdate({
      target: [providerSecrets.workspaceId, providerSecrets.name],
      set: row,
    })
}

/** Removes a secret. False when there was none of that name. */
export async function deleteSecret(orm: Orm, workspaceId: string, name: string): Promise<boolean> {
  const gone = await orm
    .delete(providerSecrets)
    .where(and(eq(providerSecrets.workspaceId, workspaceId), eq(providerSecrets.name, name)))
    .returning({ id: providerSecrets.id })
  return gone.length > 0
}

/** The secrets of a workspace without their values, by name; with a keyring each is tried whether it opens. */
export async function listSecrets(
  orm: Orm,
  workspaceId: string,
  keyring?: Keyring,
): Promise<SecretRow[]> {
  const rows = await orm
    .select()
    .from(providerSecrets)
    .where(eq(providerSecrets.workspaceId, workspaceId))
    .orderBy(asc(providerSecrets.name))
  return rows.map((row) => ({
    name: row.name,
    lastFour: row.lastFour,
    version: row.version,
    updatedAtMs: row.updatedAt.getTime(),
    readable: keyring && openRow(row, keyring) !== undefined,
  }))
}

/** Gives out provider secrets for calls. */
export interface SecretResolver {
  /**
   * The secret, or undefined when the workspace has none of that name. Synchronous when it is known. Rejects with
   * `store_unavailable`. Throws or rejects with `provider_secret_unreadable`, naming it, when no key opens it.
   */
  resolve(workspaceId: string, name: string): Secret | undefined | Promise<Secret | undefined>
  /** Forgets every secret of a workspace, or all of them. */
  forget(workspaceId?: string): void
}

/** Opened secrets kept per process. */
const ENTRIES_MAX = 2_000
const FRESH_MS = 30_000
const STALE_MS = 60_000
/** A missing secret is asked for on every call until somebody adds it. */
const MISSING_MS = 1_000

/** Remembered like a secret, so that calls that need it cost no query each and no log line. */
const UNREADABLE = secret('')

/** Makes a resolver with a bounded cache. Feed {@link SecretResolver.forget} from `watchChanges`. */
export function secretResolver(database: Database, keyring: Keyring, world: World): SecretResolver {
  const cache = readThrough<Secret>({
    world,
    entriesMax: ENTRIES_MAX,
    freshMs: FRESH_MS,
    staleMs: STALE_MS,
    negativeMs: MISSING_MS,
    async load(key) {
      const [workspaceId = '', name = ''] = key.split('/')
      const row = await readRow(database, workspaceId, name)
      if (!row) return undefined
      const plain = openRow({ ...row, workspaceId, name }, keyring)
      if (plain !== undefined) return secret(plain)
      world.log.error('secret.unreadable', { workspaceId, name })
      return UNREADABLE
    },
  })
  return {
    resolve(workspaceId, name) {
      const found = cache.get(`${workspaceId}/${name}`)
      return found instanceof Promise
        ? found.then((each) => readable(each, name))
        : readable(found, name)
    },
    forget(workspaceId) {
      if (workspaceId === undefined) cache.forget()
      else cache.forgetWhere((_, key) => key.startsWith(`${workspaceId}/`))
    },
  }
}

function readable(found: Secret | undefined, name: string): Secret | undefined {
  if (found !== UNREADABLE) return found
  throw new Failure('provider_secret_unreadable', {
    says: `The provider secret ${name} of this workspace cannot be opened with the master key of this gateway: an administrator restores the key or sets the secret again.`,
    details: { secret: name },
  })
}

/** A secret as it is stored. */
export interface StoredSecret extends Sealed {
  readonly workspaceId: string
  readonly name: string
  readonly version: number
}

async function readRow(
  { sql }: Database,
  workspaceId: string,
  name: string,
): Promise<(Sealed & { readonly version: number }) | undefined> {
  const [row] = await sql<(Sealed & { version: number })[]>`
    select version, master_key_id as "masterKeyId", wrapped_key as "wrappedKey", sealed
      from provider_secrets where workspace_id = ${workspaceId} and name = ${name}`
  return row
}

/** The text of a stored secret; undefined when the keyring does not open it. */
export function openRow(row: StoredSecret, keyring: Keyring): string | undefined {
  try {
    return keyring.open(row, contextOf(row))
  } catch {
    return undefined
  }
}

/** Bound into the envelope: a row moved to another workspace, name or version does not open. */
export function contextOf(row: Pick<StoredSecret, 'workspaceId' | 'name' | 'version'>): string {
  return `${row.workspaceId}|${row.name}|${row.version}`
}

/** Enough to recognise a long secret; nothing of a short one. */
function lastFour(plain: string): string {
  return plain.length >= 16 ? plain.slice(-4) : ''
}
