import { connect, createServer, type Socket } from 'node:net'

/** A line to a unix socket that can be cut, frozen and closed to newcomers. */
export interface FlakyLine {
  readonly port: number
  /** Cuts every connection at once. */
  drop(): void
  /** From now on nothing passes in either direction, and nobody is told. */
  freeze(): void
  /** What was held back passes, and everything after it. */
  thaw(): void
  close(): Promise<void>
}

/** Listens on a loopback port and hands every connection on to `path`. */
export async function flakyLine(path: string): Promise<FlakyLine> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let frozen = false
  const server = createServer((near) => {
    const far = connect({ path })
    const pair = [near, far] as const
    pairs.add(pair)
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('data', (bytes) => to.write(bytes))
      from.on('error', () => {})
      from.on('close', () => {
        to.destroy()
        pairs.delete(pair)
      })
      if (frozen) from.pause()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const each = (act: (socket: Socket) => void): void => {
    for (const pair of [...pairs]) for (const socket of pair) act(socket)
  }
  return {
    port: address.port,
    drop: () => each((socket) => socket.destroy()),
    freeze() {
      frozen = true
      each((socket) => socket.pause())
    },
    thaw() {
      frozen = false
      each((socket) => socket.resume())
    },
    async close() {
      each((socket) => socket.destroy())
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
