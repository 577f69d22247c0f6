import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { tell } from './tell.mjs'

/** The holder touches the lock this often … */
const BEAT_MS = 2_000
/** … and one not touched for this long belongs to nobody: ten missed beats, also on a laptop waking up. */
const STALE_MS = 20_000
const POLL_MS = 100

/**
 * Runs `work` while this process alone holds the lock directory `path`. A dead holder's lock is taken over. A directory is
 * used because `mkdir` is atomic on every file system that Node runs on, network ones included.
 */
export async function withLock(path, work) {
  let told = false
  while (!take(path)) {
    if (isStale(path)) breakLock(path)
    else {
      if (!told) tell('another start is preparing this directory; waiting for it')
      told = true
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }
  const beat = setInterval(() => touch(path), BEAT_MS)
  const release = () => rmSync(path, { recursive: true, force: true })
  process.once('exit', release)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    process.removeListener('exit', release)
    release()
  }
}

function take(path) {
  try {
    mkdirSync(path)
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
  writeFileSync(join(path, 'owner'), `${process.pid} ${hostname()}`)
  return true
}

function touch(path) {
  try {
    const now = new Date()
    utimesSync(path, now, now)
  } catch {
    // Broken by someone who believed us dead; the work itself tolerates that.
  }
}

function isStale(path) {
  try {
    if (Date.now() - statSync(path).mtimeMs > STALE_MS) return true
    const [pid, host] = readFileSync(join(path, 'owner'), 'utf8').split(' ')
    if (host !== hostname()) return false
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    // ESRCH: the holder is dead. ENOENT: it is just being taken or released. EPERM: alive, another user's.
    return error.code === 'ESRCH'
  }
}

/** Two that see the same dead holder must not both remove: the second would remove the first one's new lock. */
function breakLock(path) {
  const breaker = `${path}.breaking`
  try {
    mkdirSync(breaker)
  } catch {
    try {
      if (Date.now() - statSync(breaker).mtimeMs > STALE_MS) rmSync(breaker, { recursive: true })
    } catch {
      // Gone already: fine.
    }
    return
  }
  try {
    if (isStale(path)) rmSync(path, { recursive: true, force: true })
  } finally {
    rmSync(breaker, { recursive: true, force: true })
  }
}
