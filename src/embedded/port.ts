import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A port that was free a moment ago, for `PORT=0`: all gateway processes must share one number. */
export function freePort(host: string): number {
  const listener = Bun.listen({ hostname: host, port: 0, socket: { data() {} } })
  const { port } = listener
  listener.stop(true)
  return port
}

/**
 * Throws an error with a fix when `host:port` cannot be listened on. Asked before the workers start, because they share the
 * port with each other and would share it silently with a stranger who allows that too.
 */
export function ensurePortFree(host: string, port: number, variable = 'PORT'): void {
  try {
    const listener = Bun.listen({ hostname: host, port, socket: { data() {} } })
    listener.stop(true)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    throw new Error(explain(host, port, variable, code))
  }
}

function explain(host: string, port: number, variable: string, code: string): string {
  const at = `${host}:${port}`
  if (code === 'EADDRINUSE') {
    const holder = holderOf(port)
    const by = holder ? ` by ${holder}` : ''
    return `Port ${port} is taken${by}.\nFix: end that program, or choose another port: ${variable}=${port + 1} npm start`
  }
  if (code === 'EACCES')
    return `Port ${port} needs root.\nFix: choose a port above 1023: ${variable}=8787 npm start`
  return `Cannot listen on ${at} (${code || 'unknown reason'}).\nFix: set HOST to an address of this machine, such as 127.0.0.1`
}

/** `name (process 123)` of who listens on a port; undefined when that cannot be seen (other systems, other users). */
export function holderOf(port: number): string | undefined {
  const inodes = new Set<string>()
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  for (const table of ['tcp', 'tcp6']) {
    for (const line of readLines(`/proc/net/${table}`)) {
      const fields = line.trim().split(/\s+/)
      // Column 2 is address:port, 4 the state (0A = listening), 10 the socket's inode.
      if (fields[1]?.endsWith(`:${wanted}`) && fields[3] === '0A' && fields[9])
        inodes.add(`socket:[${fields[9]}]`)
    }
  }
  if (inodes.size === 0) return undefined
  for (const pid of list('/proc').filter((name) => /^\d+$/.test(name))) {
    const holds = list(`/proc/${pid}/fd`).some((fd) => inodes.has(link(`/proc/${pid}/fd/${fd}`)))
    if (holds) return `${readLines(`/proc/${pid}/comm`)[0] ?? 'a program'} (process ${pid})`
  }
  return undefined
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return []
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
