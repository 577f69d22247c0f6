import { hostname } from 'node:os'
import { newId } from '../base/id.ts'
import type { Timer, World } from '../base/world.ts'
import type { Database } from './database.ts'

/** A program that is known to the others as long as it shows signs of life. */
export interface RegisteredProcess {
  readonly id: string
  /** Says that nothing of this process is open any more, and stops the heartbeat. */
  leave(): Promise<void>
}

/** How often a process shows that it lives. */
export const HEARTBEAT_MS = 2_000

/** Registers this process under a new id and keeps its heartbeat going. Rejects with `store_unavailable`. */
export async function registerProcess(
  database: Database,
  world: World,
  kind: 'gateway' | 'exporter',
): Promise<RegisteredProcess> {
  const id = newId(world)
  const host = hostname()
  let timer: Timer | undefined
  let left = false

  // The whole row each time: a store that was replaced meanwhile learns of this process again.
  const beat = () => database.sql`
    insert into processes (id, kind, host, pid) values (${id}, ${kind}, ${host}, ${process.pid})
    on conflict (id) do update set heartbeat_at = now() where processes.left_at is null`

  const next = (): void => {
    timer = world.clock.after(HEARTBEAT_MS, () => {
      beat()
        .catch((cause) => world.log.warn('heartbeat.missed', { cause: String(cause) }))
        .finally(() => {
          if (!left) next()
        })
    })
  }

  await beat()
  next()
  return {
    id,
    async leave() {
      left = true
      timer?.cancel()
      await database.sql`update processes set left_at = now() where id = ${id}`
    },
  }
}
