import { copyFileSync, mkdirSync, readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

/** A log is cut at this size, with one older part kept: enough for days of a healthy program. */
const LOG_BYTES_MAX = 16 * 1024 * 1024
const LOOK_EVERY_MS = 30_000

/** Where a part's output goes. */
export function logPathOf(dataDir: string, name: string): string {
  return join(logsDir(dataDir), `${name}.log`)
}

/**
 * Keeps every log below twice {@link LOG_BYTES_MAX}. The programs write by appending, so copying and cutting works while they
 * hold the file open; a line written between the two is lost, which a log of this size can bear.
 */
export function startTrimming(dataDir: string): Disposable {
  mkdirSync(logsDir(dataDir), { recursive: true, mode: 0o700 })
  trim(dataDir)
  const timer = setInterval(() => trim(dataDir), LOOK_EVERY_MS)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/** One look at all logs; exported for its test. */
export function trim(dataDir: string, bytesMax = LOG_BYTES_MAX): void {
  for (const name of readdirSync(logsDir(dataDir))) {
    if (!name.endsWith('.log')) continue
    const path = join(logsDir(dataDir), name)
    try {
      if (statSync(path).size <= bytesMax) continue
      copyFileSync(path, `${path}.old`)
      truncateSync(path)
    } catch {
      // A full disk or a vanished file must not end the supervisor; the next look tries again.
    }
  }
}

function logsDir(dataDir: string): string {
  return join(dataDir, 'logs')
}
