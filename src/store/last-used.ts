import type { Timer, World } from '../base/world.ts'
import type { Database } from './database.ts'

/** Remembers when keys were used and writes it now and then: nobody needs it to the second. */
export interface LastUsed {
  /** Costs one map entry. */
  note(keyId: string): void
  close(): Promise<void>
}

/** One write a minute, whatever the traffic. */
const EVERY_MS = 60_000
/** Keys noted within one minute; past this the rest is noted at their next use. */
const KEYS_MAX = 10_000

/** Makes a recorder; a failed write is made up for by the next use. */
export function lastUsed(database: Database, world: World): LastUsed {
  let noted = new Map<string, number>()
  let timer: Timer | undefined

  const write = async (): Promise<void> => {
    timer?.cancel()
    timer = undefined
    if (noted.size === 0) return
    const rows = [...noted].map(([id, atMs]) => ({ id, at_ms: atMs }))
    noted = new Map()
    // In id order, as every statement that locks several keys does.
    await database.sql`
      with used as (
        select k.id, to_timestamp(u.at_ms / 1000) as at
          from json_to_recordset(${JSON.stringify(rows)}::text::json) as u(id uuid, at_ms float8)
          join gateway_keys k on k.id = u.id order by k.id for update of k)
      update gateway_keys k set last_used_at = greatest(k.last_used_at, used.at)
        from used where k.id = used.id`
  }

  return {
    note(keyId) {
      if (noted.size >= KEYS_MAX && !noted.has(keyId)) return
      noted.set(keyId, world.clock.now())
      timer ??= world.clock.after(EVERY_MS, () => {
        write().catch((cause) => world.log.warn('last_used.unwritten', { cause: String(cause) }))
      })
    },
    async close() {
      await write().catch(() => {})
    },
  }
}
