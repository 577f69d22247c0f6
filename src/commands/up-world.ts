import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { World } from '../base/world.ts'
import { logPathOf } from '../embedded/logs.ts'
import { openLog } from '../telemetry/log.ts'

/** The supervisor's own log goes into a file like its workers': the terminal is for people. */
export function supervisorWorld(world: World, dataDir: string): World {
  const path = logPathOf(dataDir, 'supervisor')
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const write = (line: string): void => {
    try {
      appendFileSync(path, line, { mode: 0o600 })
    } catch {
      // A full disk must not end the supervisor.
    }
  }
  return { ...world, log: openLog({ program: 'supervisor', write }) }
}
