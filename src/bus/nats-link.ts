import { type ConnectionOptions, connect, type NatsConnection } from 'nats'
import type { World } from '../base/world.ts'
import { ANSWER_MS, describeFault } from './nats-streams.ts'

export interface LinkOptions {
  /** One or more comma separated `nats://` or `tls://` addresses, with `token@` or `user:password@` where needed. */
  readonly url: string
  readonly world: World
  /** Seen in the server's connection list. */
  readonly name?: string | undefined
}

export interface LinkEvents {
  /** The connection is there (again). `down` is not called before the promise settles. */
  up(nc: NatsConnection): Promise<void>
  down(): void
}

/** A server that was away is asked again this often. */
const RETRY_MS = 250

/** Keeps one connection for ever: the client reconnects by itself, and is replaced should it ever give up. */
export function keepLink(options: LinkOptions, events: LinkEvents): { close(): Promise<void> } {
  const { clock, log } = options.world
  let closed = false
  let current: NatsConnection | undefined

  async function serve(): Promise<void> {
    const nc = await connect(connectionOptions(options))
    current = nc
    if (closed) return nc.close()
    // Listens before the first report, so that no loss in between is missed.
    const changes = nc.status()
    await report(nc)
    for await (const change of changes) {
      if (change.type === 'disconnect') {
        events.down()
        log.warn('bus.disconnected')
      } else if (change.type === 'reconnect') await report(nc)
    }
  }

  async function report(nc: NatsConnection): Promise<void> {
    await events.up(nc)
    log.info('bus.connected', { server: nc.getServer() })
  }

  function loop(): void {
    serve()
      .catch((cause: unknown) => log.warn('bus.connect_failed', describeFault(cause)))
      .finally(() => {
        events.down()
        if (!closed) clock.after(RETRY_MS * 4, loop)
      })
  }

  loop()
  return {
    async close() {
      closed = true
      await current?.close().catch(() => undefined)
    },
  }
}

function connectionOptions(options: LinkOptions): ConnectionOptions {
  const addresses = options.url.split(',').map((each) => new URL(each.trim()))
  const user = decodeURIComponent(addresses[0]?.username ?? '')
  const password = decodeURIComponent(addresses[0]?.password ?? '')
  return {
    servers: addresses.map((each) => each.host),
    ...(password !== '' ? { user, pass: password } : user !== '' ? { token: user } : {}),
    name: options.name ?? 'sluice',
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
    // A changed token must not end the connection for good: the right one may come back.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: RETRY_MS,
    timeout: ANSWER_MS,
    // Otherwise the client makes two errors with stacks for each message, in case it fails.
    noAsyncTraces: true,
    // A frozen server is noticed after three silent pings.
    pingInterval: 5_000,
    maxPingOut: 2,
    ...(addresses.some((each) => each.protocol === 'tls:') ? { tls: {} } : {}),
  }
}
