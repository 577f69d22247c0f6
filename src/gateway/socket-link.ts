import { Failure } from '../base/failure.ts'
import { LIMITS } from '../base/limits.ts'
import type { Clock } from '../base/world.ts'

/** A message as it travels: text, or bytes. */
export type SocketMessage = string | Uint8Array

/** The provider's end of a proxied socket. */
export interface SocketLink {
  /** The sub-protocol the provider chose, or `''`. */
  readonly protocol: string
  /** False when the provider reads too slowly and the socket had to be closed. */
  send(message: SocketMessage): boolean
  close(code: number, reason: string): void
  /** Whom to tell; messages that came before are given at once. */
  attach(listener: SocketListener): void
}

export interface SocketListener {
  message(message: SocketMessage): void
  closed(code: number, reason: string): void
}

interface DialOptions {
  readonly url: URL
  readonly headers: Headers
  readonly protocols: readonly string[]
  readonly clock: Clock
}

/** Close codes that may be sent; others (1005, 1006, 1015) only describe what was seen. */
export function sendableCode(code: number): number {
  const reserved = code < 1000 || code === 1004 || code === 1005 || code === 1006 || code === 1015
  return reserved || code > 4999 ? 1011 : code
}

/**
 * Dials a provider's WebSocket. No byte of the caller passes before the provider's 101.
 * Fails with `upgrade_required` when the provider refuses: clients then fall back to POST.
 */
export function dialSocket({ url, headers, protocols, clock }: DialOptions): Promise<SocketLink> {
  const address = new URL(url)
  address.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const options = { headers: Object.fromEntries(headers), protocols: [...protocols] }
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, options as unknown as string[])
    socket.binaryType = 'arraybuffer'
    let listener: SocketListener | undefined
    let early: SocketMessage[] = []
    const refused = (inside: unknown) =>
      reject(
        new Failure('upgrade_required', {
          says: 'The provider did not open a WebSocket on this route: use HTTP.',
          inside,
        }),
      )
    const late = clock.after(LIMITS.upstreamConnectMs, () => {
      refused('timeout')
      socket.close()
    })
    socket.onmessage = ({ data }) => {
      const message = typeof data === 'string' ? data : new Uint8Array(data as ArrayBuffer)
      if (listener) listener.message(message)
      else early.push(message)
    }
    socket.onclose = ({ code, reason }) => {
      late.cancel()
      if (listener) listener.closed(code, reason)
      else refused(code)
    }
    socket.onerror = () => {}
    socket.onopen = () => {
      late.cancel()
      resolve({
        protocol: socket.protocol,
        send(message) {
          if (socket.bufferedAmount > LIMITS.socketBufferBytesMax) return false
          socket.send(message as string)
          return true
        },
        close: (code, reason) => socket.close(sendableCode(code), reason.slice(0, 120)),
        attach(given) {
          listener = given
          for (const message of early) given.message(message)
          early = []
        },
      })
    }
  })
}
