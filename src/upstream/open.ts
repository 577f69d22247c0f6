import type { World } from '../base/world.ts'
import { fetchUpstream } from './fetch.ts'
import { type Environment, readProxies } from './proxy.ts'
import { socketUpstream } from './socket.ts'
import type { Upstream } from './upstream.ts'

/** What {@link openUpstream} is told. */
export interface OpenOptions {
  /** `socket` (default): own sockets, except to origins behind a proxy. `fetch`: everything by `fetch`. */
  readonly kind?: 'socket' | 'fetch'
  readonly world: Pick<World, 'clock' | 'log'>
  /** Where proxies are named, usually `process.env`. */
  readonly env: Environment
  /** Trusted roots as PEM instead of the system's. */
  readonly ca?: string
}

/** Opens the dialler: own sockets by default, the runtime's `fetch` for origins behind a proxy. */
export function openUpstream({ kind = 'socket', env, ...options }: OpenOptions): Upstream {
  const byFetch = fetchUpstream(options)
  if (kind === 'fetch') return byFetch
  const bySocket = socketUpstream(options)
  const proxies = readProxies(env)
  return {
    send: (request, sink, timeouts) =>
      (proxies.applies(request.url) ? byFetch : bySocket).send(request, sink, timeouts),
    close() {
      bySocket.close()
      byFetch.close()
    },
  }
}
