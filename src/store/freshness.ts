import { numberMember, textMember } from '../base/json.ts'
import { LIMITS } from '../base/limits.ts'
import type { Timer, World } from '../base/world.ts'
import type { Database } from './database.ts'

/** What changed. `all`: something was missed, so nothing that is cached can be trusted. */
export type ChangeKind =
  | 'organization'
  | 'workspace'
  | 'role'
  | 'member'
  | 'key'
  | 'secret'
  | 'policy'
  | 'price'
  | 'all'

const KINDS: readonly ChangeKind[] = [
  'organization',
  'workspace',
  'role',
  'member',
  'key',
  'secret',
  'policy',
  'price',
]

export interface ChangeWatch {
  close(): Promise<void>
}

/** A notice on its way is given this long before the counter alone is believed. */
const GRACE_MS = 100

/**
 * Tells `onChange` of every change that a cache may hold: by the database's notices at once, and by the change
 * counter within `freshnessPollMs` when a notice was lost with its connection. `id` is the changed key,
 * organisation, workspace or role; for `member` the user, for `secret` the workspace. Survives dropped
 * connections; while the store is away nothing can be told, and caches age by their own clock.
 */
export async function watchChanges(
  database: Database,
  world: World,
  onChange: (kind: ChangeKind, id: string | undefined) => void,
): Promise<ChangeWatch> {
  let seen: number | undefined
  let closed = false
  let timer: Timer | undefined

  const missed = (version: number): void => {
    if (closed || (seen !== undefined && version <= seen)) return
    seen = version
    onChange('all', undefined)
  }

  const onNotice = (payload: string): void => {
    const notice = readNotice(payload)
    // One that cannot be read has moved the counter all the same: the poll finds it.
    if (closed || !notice || (seen !== undefined && notice.version <= seen)) return
    const isNext = notice.version === (seen ?? 0) + 1
    seen = notice.version
    if (isNext) onChange(notice.kind, notice.id)
    else onChange('all', undefined)
  }

  const poll = async (): Promise<void> => {
    const before = seen ?? 0
    const [row] = await database.sql<{ version: number }[]>`select version::float8 from changes`
    if (!row || closed) return
    if (seen === undefined) seen = row.version
    else if (row.version > seen) world.clock.after(GRACE_MS, () => missed(row.version))
    // A database restored from a backup counts from an older number.
    else if (row.version < before) {
      seen = row.version
      onChange('all', undefined)
    }
  }

  const next = (): void => {
    if (closed) return
    timer = world.clock.after(LIMITS.freshnessPollMs, () => {
      poll().then(next, next)
    })
  }

  // The driver listens again by itself after a drop; what was missed meanwhile is found by the poll.
  const listening = database.sql.listen(CHANNEL, onNotice).catch((cause) => {
    world.log.warn('freshness.not_listening', { cause: String(cause) })
    return undefined
  })
  await poll().catch(() => {})
  await listening
  next()
  return {
    async close() {
      closed = true
      timer?.cancel()
      const listener = await listening
      await listener?.unlisten().catch(() => {})
    },
  }
}

const CHANNEL = 'sluice_changes'

interface Notice {
  readonly kind: ChangeKind
  readonly id: string | undefined
  readonly version: number
}

function readNotice(payload: string): Notice | undefined {
  try {
    const value: unknown = JSON.parse(payload)
    const version = numberMember(value, 'version')
    if (version === undefined) return undefined
    const name = textMember(value, 'kind')
    return {
      // A kind of a newer version: nothing is known about what it touches.
      kind: KINDS.find((kind) => kind === name) ?? 'all',
      id: textMember(value, 'id'),
      version,
    }
  } catch {
    return undefined
  }
}
