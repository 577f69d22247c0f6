import { LIMITS } from '../base/limits.ts'
import type { Connection } from './connection.ts'
import type { Watch, Watched } from './watch.ts'

/** Idle connections by origin key. */
export interface Pool {
  /** The connection used last (the one least likely to be dead), now the taker's; `undefined` when none. */
  take(key: string): Connection | undefined
  /** Takes over a clean, open connection; closes it when there are enough. */
  put(key: string, connection: Connection): void
  /** Closes all idle connections and from now on every one that is put. */
  close(): void
}

/** A pool bounded per origin by number and idle time (`LIMITS.upstreamIdleSocketsMax`, `upstreamSocketIdleMs`). */
export function connectionPool(watch: Watch): Pool {
  const idle = new Map<string, Connection[]>()
  let closed = false
  const sweeper: Watched = {
    check(nowMs) {
      for (const connections of idle.values())
        for (let oldest = connections[0]; oldest; oldest = connections[0]) {
          if (nowMs - oldest.idleSinceMs < LIMITS.upstreamSocketIdleMs) break
          oldest.destroy()
        }
      if (idle.size === 0) watch.remove(sweeper)
    },
  }

  function forget(key: string, connection: Connection): void {
    const connections = idle.get(key)
    const at = connections?.lastIndexOf(connection) ?? -1
    if (at >= 0) connections?.splice(at, 1)
    if (connections?.length === 0) idle.delete(key)
  }

  return {
    take(key) {
      const connection = idle.get(key)?.at(-1)
      if (!connection) return undefined
      forget(key, connection)
      connection.onGone = undefined
      connection.hold(true)
      return connection
    },
    put(key, connection) {
      const connections = idle.get(key) ?? []
      if (closed || !connection.open || connections.length >= LIMITS.upstreamIdleSocketsMax)
        return connection.destroy()
      if (idle.size === 0) watch.add(sweeper)
      connection.user = undefined
      connection.idleSinceMs = watch.nowMs
      connection.onGone = () => forget(key, connection)
      connection.hold(false)
      idle.set(key, connections)
      connections.push(connection)
    },
    close() {
      closed = true
      for (const connections of [...idle.values()])
        for (const connection of [...connections]) connection.destroy()
    },
  }
}
