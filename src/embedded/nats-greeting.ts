/** A server on loopback greets within microseconds; one that is still recovering may take longer. */
const GREETING_MS = 2_000

/**
 * True when the server on loopback `port` calls itself `name`, has JetStream on, and answers a ping after `token`:
 * the server is ours and ready, not a stranger that took the port.
 */
export async function isOwnNats(port: number, name: string, token: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  let heard = ''
  let asked = false
  const timer = setTimeout(() => resolve(false), GREETING_MS)
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      data(connection, bytes) {
        // A greeting has under 1 kB; a stranger may talk without end.
        heard = (heard + bytes.toString('latin1')).slice(-65_536)
        if (!asked && heard.includes('\r\n')) {
          if (!isGreeting(heard, name)) return resolve(false)
          asked = true
          const hello = JSON.stringify({ auth_token: token, verbose: false, lang: 'sluice' })
          connection.write(`CONNECT ${hello}\r\nPING\r\n`)
        }
        if (heard.includes('PONG\r\n')) resolve(true)
        if (heard.includes('-ERR')) resolve(false)
      },
      close: () => resolve(false),
      error: () => resolve(false),
    },
  }).catch(() => undefined)
  if (socket === undefined) resolve(false)
  const ready = await promise
  clearTimeout(timer)
  socket?.end()
  return ready
}

function isGreeting(heard: string, name: string): boolean {
  try {
    const facts: unknown = JSON.parse(heard.slice('INFO '.length, heard.indexOf('\r\n')))
    if (typeof facts !== 'object' || facts === null) return false
    return 'server_name' in facts && facts.server_name === name && 'jetstream' in facts
  } catch {
    return false
  }
}
