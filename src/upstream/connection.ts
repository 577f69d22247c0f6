import type { Socket, TLSOptions } from 'bun'
import type { Origin } from './origin.ts'

/** Who is told what happens on a connection; nobody while it is idle. */
export interface ConnectionUser {
  /** Ready for bytes: connected, and with TLS shaken hands and verified. */
  onOpen(): void
  /** What one read gave; may be overwritten. */
  onBytes(bytes: Uint8Array): void
  onDrain(): void
  /** `inOrder` when the provider ended it (FIN) rather than reset it; `cause` when the runtime gave one. */
  onClosed(inOrder: boolean, cause: unknown): void
}

/** One TCP or TLS connection to a provider. */
export interface Connection {
  user: ConnectionUser | undefined
  /** True between `onOpen` and the end. */
  readonly open: boolean
  /** Monotonic milliseconds since when nobody uses it; kept by the pool. */
  idleSinceMs: number
  /** Told once when it ended, also while idle. */
  onGone: (() => void) | undefined
  /** How many bytes from `offset` on were taken: 0 when it must drain first, -1 when it is gone. */
  write(bytes: Uint8Array, offset: number): number
  pause(): void
  resume(): void
  /** Whether it keeps the process alive. */
  hold(alive: boolean): void
  /** Resets it at once; the user is told nothing more. */
  destroy(): void
}

/** What the shared handlers need of one connection; travels in `socket.data`. */
interface Line {
  readonly connection: Connection
  socket: Socket<Line> | undefined
  finSeen: boolean
  opened(): void
  ended(inOrder: boolean, cause: unknown): void
}

/** In wire form, as the runtime wants it: a gateway in the middle has nothing to win from HTTP/2 here. */
const ALPN_HTTP_1_1 = '\x08http/1.1'

const HANDLERS = {
  open(socket: Socket<Line>): void {
    socket.data.socket = socket
    socket.setNoDelay(true)
    if (socket.data.connection.user) socket.data.opened()
    else socket.terminate()
  },
  data(socket: Socket<Line>, bytes: Buffer): void {
    const { user } = socket.data.connection
    if (user) user.onBytes(bytes)
    // Bytes nobody asked for: the next answer would be misread behind them.
    else socket.terminate()
  },
  drain(socket: Socket<Line>): void {
    const { connection } = socket.data
    if (connection.open) connection.user?.onDrain()
  },
  end(socket: Socket<Line>): void {
    socket.data.finSeen = true
  },
  close(socket: Socket<Line>, error?: Error): void {
    socket.data.ended(socket.data.finSeen && !error, error)
  },
  error(socket: Socket<Line>, error: Error): void {
    socket.data.ended(false, error)
    socket.terminate()
  },
  connectError(socket: Socket<Line>, error: Error): void {
    socket.data.ended(false, error)
  },
}

const TLS_HANDLERS = {
  ...HANDLERS,
  open(socket: Socket<Line>): void {
    socket.data.socket = socket
    socket.setNoDelay(true)
    if (!socket.data.connection.user) socket.terminate()
  },
  /** Bytes written before this are lost by the runtime; an unverified provider gets none at all. */
  handshake(socket: Socket<Line>, success: boolean, error: Error | null): void {
    const { connection, opened, ended } = socket.data
    if (success && !error && socket.authorized && connection.user) opened()
    else {
      ended(false, error ?? new Error('the certificate was not verified'))
      socket.terminate()
    }
  },
}

/**
 * Starts connecting to `origin` for `user`, who hears of success and failure later, never from inside this
 * call. `ca` (PEM) replaces the system's trusted roots.
 */
export function dial(origin: Origin, user: ConnectionUser, ca?: string): Connection {
  let open = false
  let over = false
  /** Until then the caller does not hold the connection it would be told about. */
  let returned = false
  const connection: Connection = {
    user,
    idleSinceMs: 0,
    onGone: undefined,
    get open() {
      return open
    },
    // The length is said because the runtime's default is the whole array's, whatever the offset.
    write: (bytes, offset) =>
      open ? (line.socket?.write(bytes, offset, bytes.length - offset) ?? -1) : -1,
    pause: () => void line.socket?.pause(),
    resume: () => void line.socket?.resume(),
    hold: (alive) => void (alive ? line.socket?.ref() : line.socket?.unref()),
    destroy() {
      connection.user = undefined
      line.ended(false, undefined)
      line.socket?.terminate()
    },
  }
  const line: Line = {
    connection,
    socket: undefined,
    finSeen: false,
    opened() {
      open = true
      connection.user?.onOpen()
    },
    ended(inOrder, cause) {
      if (over) return
      if (!returned) return queueMicrotask(() => line.ended(inOrder, cause))
      over = true
      open = false
      const told = connection.user
      connection.user = undefined
      connection.onGone?.()
      told?.onClosed(inOrder, cause)
    },
  }
  const options = { hostname: origin.host, port: origin.port, data: line }
  const connecting = origin.secure
    ? Bun.connect<Line>({ ...options, socket: TLS_HANDLERS, tls: tlsOptions(origin, ca) })
    : Bun.connect<Line>({ ...options, socket: HANDLERS })
  connecting.catch((cause: unknown) => line.ended(false, cause))
  returned = true
  return connection
}

function tlsOptions(origin: Origin, ca: string | undefined): TLSOptions {
  return {
    serverName: origin.host,
    rejectUnauthorized: true,
    ALPNProtocols: ALPN_HTTP_1_1,
    ...(ca === undefined ? {} : { ca }),
  }
}
