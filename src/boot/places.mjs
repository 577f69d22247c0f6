import { accessSync, constants, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BootError } from './tell.mjs'

/** The project's directory: the one above `src`. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** True when `directory` exists (or can be made) and can be written. */
export function isWritable(directory) {
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Where downloads are kept between clones: XDG's cache directory, else the home's, else inside the project. `isHome`
 * tells whether npm and Bun may use their own caches below the home.
 */
export function cachePlace(env = process.env) {
  const home = homePlace(env)
  const isHome = home !== undefined && isWritable(home)
  const candidates = [
    env.XDG_CACHE_HOME?.startsWith('/') ? join(env.XDG_CACHE_HOME, 'sluice') : undefined,
    isHome ? join(home, '.cache', 'sluice') : undefined,
    join(ROOT, '.sluice', 'cache'),
  ]
  for (const directory of candidates)
    if (directory && isWritable(directory)) return { directory, isHome }
  throw new BootError(
    'no directory to keep downloads in: neither the home nor the project can be written',
    'set HOME or XDG_CACHE_HOME to a writable directory',
  )
}

/** The home directory; undefined for a user that has none (an arbitrary uid in a container). */
export function homePlace(env = process.env) {
  try {
    return env.HOME || homedir() || undefined
  } catch {
    return undefined
  }
}
