import type { World } from './base/world.ts'
import type { PartState } from './gateway/health.ts'
import type { Database } from './store/database.ts'
import type { Keyring } from './store/keyring.ts'
import { unreadableSecrets } from './store/rewrap.ts'

/** Names shown at once: enough to see what happened, short enough for a log line. */
const NAMED_MAX = 10

/** Knows which provider secrets no key opens. */
export interface SecretHealth {
  /** Looks again; one look at a time. Never rejects. */
  check(): Promise<void>
  /** As of the last look, for `/readyz`. The gateway serves without them: only calls that need one are refused. */
  state(): PartState
}

/** Starts with nothing known: call `check` once at the start, and after changes of secrets. */
export function secretHealth(database: Database, keyring: Keyring, world: World): SecretHealth {
  let names: readonly string[] | undefined
  let looking: Promise<void> | undefined
  let again = false
  const look = async (): Promise<void> => {
    do {
      again = false
      try {
        const found = await unreadableSecrets(database.orm, keyring)
        if (found.length > 0 && found.join() !== names?.join())
          world.log.error('secrets.unreadable', { count: found.length, names: named(found) })
        names = found
      } catch (cause) {
        world.log.warn('secrets.not_checked', { cause: String(cause) })
      }
    } while (again)
    looking = undefined
  }
  return {
    check() {
      again = true
      looking ??= look()
      return looking
    },
    state() {
      if (names === undefined) return { ok: true, says: 'not looked at yet', required: false }
      if (names.length === 0) return { ok: true, says: 'all can be opened', required: false }
      const says = `${names.length} cannot be opened with the master key: ${named(names)}`
      return { ok: false, says, required: false }
    },
  }
}

function named(names: readonly string[]): string {
  const rest = names.length - NAMED_MAX
  return names.slice(0, NAMED_MAX).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}
