import { connect, createServer, type Socket } from 'node:net'

/** A wire between an agent and the gateway that keeps what passes, byte for byte. */
export interface Tap {
  /** What the agent is pointed at instead of the gateway. */
  readonly url: string
  /** Requests the agent has made since the last `clear`. */
  calls(): number
  /** True when exactly these bytes went from the agent to the gateway in one piece. */
  carried(bytes: Uint8Array): boolean
  /** True when the agent's side has received this text. */
  received(text: string): boolean
  clear(): void
  close(): Promise<void>
}

/** A request line of any call to a provider's prefix; on a kept connection it follows a body without a line's end. */
const CALL = /(?:GET|POST) \/(?:openai|anthropic|gemini)\/\S* HTTP\/1\.1\r\n/g

/** Opens a wire to the gateway on `port`. */
export async function openTap(port: number): Promise<Tap> {
  let up: Buffer[] = []
  let down: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer((agent) => {
    const gateway = connect(port, '127.0.0.1')
    for (const socket of [agent, gateway]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('close', () => sockets.delete(socket))
    }
    join(agent, gateway, (bytes) => up.push(bytes))
    join(gateway, agent, (bytes) => down.push(bytes))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const own = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${own}`,
    calls: () => [...Buffer.concat(up).toString('latin1').matchAll(CALL)].length,
    carried: (bytes) => Buffer.concat(up).includes(bytes),
    received: (text) => Buffer.concat(down).includes(text),
    clear() {
      up = []
      down = []
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** Hands bytes and every kind of end from one side to the other. */
function join(from: Socket, to: Socket, keep: (bytes: Buffer) => unknown): void {
  from.on('data', (data) => {
    const bytes = Buffer.from(data)
    keep(bytes)
    if (!to.write(bytes)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.on('end', () => to.end())
  from.on('error', () => to.resetAndDestroy())
  from.on('close', () => to.destroy())
}
