import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

/** What a server's socket says: it serves, it is starting or stopping, or nobody listens. */
export type Answer = 'serving' | 'busy' | 'silent'

/** The socket's file in its directory; the port is only a part of the name. */
export const SOCKET_FILE = '.s.PGSQL.5432'
/** A live server answers within microseconds; one that does not within this is frozen. */
const PROBE_MS = 1_000
/** No pid is this high on Linux or macOS: as a lock's owner it is surely dead. */
const DEAD_PID = 2_000_000_000

/** Says hello in PostgreSQL's own protocol (start-up message 3.0) and reads the first byte. */
export function probe(socketDir: string, user: string, database: string): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ path: join(socketDir, SOCKET_FILE) })
    const answer = (value: Answer): void => {
      clearTimeout(deadline)
      socket.destroy()
      resolve(value)
    }
    const deadline = setTimeout(() => answer('busy'), PROBE_MS)
    socket.once('error', () => answer('silent'))
    socket.once('close', () => answer('silent'))
    socket.once('connect', () => socket.write(startup(user, database)))
    socket.once('data', (bytes: Buffer) => answer(bytes[0] === 0x52 ? 'serving' : 'busy'))
  })
}

function startup(user: string, database: string): Buffer {
  const words = Buffer.from(`user\0${user}\0database\0${database}\0\0`)
  const message = Buffer.alloc(8 + words.length)
  message.writeInt32BE(message.length, 0)
  message.writeInt32BE(196_608, 4)
  words.copy(message, 8)
  return message
}

/** The postmaster that `postmaster.pid` names, when that process really is one; else undefined. */
export function recordedPostmaster(pgdata: string): number | undefined {
  const pid = recordedPid(pgdata)
  return pid !== undefined && isPostgres(pid) ? pid : undefined
}

/**
 * Makes a lock harmless whose pid now belongs to another program or to a zombie: the server takes any living
 * pid for its predecessor and refuses to start. Only the pid is replaced, because the rest of the file lets the
 * server check that no backend of its predecessor still holds the shared memory.
 */
export function disarmStaleLock(pgdata: string): void {
  const pid = recordedPid(pgdata)
  if (pid === undefined || !isAlive(pid) || isPostgres(pid)) return
  const path = join(pgdata, 'postmaster.pid')
  const [, ...rest] = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, [String(DEAD_PID), ...rest].join('\n'))
}

/** True while a process with this pid exists, a zombie included. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
}

function recordedPid(pgdata: string): number | undefined {
  try {
    const [first] = readFileSync(join(pgdata, 'postmaster.pid'), 'utf8').split('\n')
    const pid = Number(first)
    return Number.isInteger(pid) && pid > 0 && pid !== DEAD_PID ? pid : undefined
  } catch {
    return undefined
  }
}

/** True while the process lives and is a PostgreSQL server; false for a zombie. */
export function isPostgres(pid: number): boolean {
  if (!isAlive(pid)) return false
  try {
    if (process.platform === 'linux') {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      // A zombie has an empty command line.
      return /(^|\/)postgres(\0|$)/.test(command.split('\0')[0] ?? '')
    }
    const shown = Bun.spawnSync(['ps', '-o', 'stat=,comm=', '-p', String(pid)]).stdout.toString()
    return !shown.trim().startsWith('Z') && shown.includes('postgres')
  } catch {
    return false
  }
}
