import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { decodeMasterKey } from '../config.ts'
import type { CommandContext } from './command.ts'
import type { Finding } from './doctor-machine.ts'

const NAME = 'master key'

/** Whether what seals the provider secrets is there. Its value is never told. */
export async function masterKey({ config }: CommandContext): Promise<Finding[]> {
  if (config.masterKey) return [{ name: NAME, state: 'ok', says: 'from SLUICE_MASTER_KEY' }]
  const path = join(config.dataDir, 'master.key')
  const file = statSync(path, { throwIfNoEntry: false })
  if (!file) return [missing(config.dataDir, config.databaseUrl !== undefined)]
  // A file that others can read is told by its mode, and not opened at the start either.
  if ((file.mode & 0o077) !== 0) return []
  let text = ''
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch {
    const fix = `give ${path} to the user that runs Sluice`
    return [{ name: NAME, state: 'problem', says: `${path} cannot be read`, fix }]
  }
  if (decodeMasterKey(text)) return [{ name: NAME, state: 'ok', says: path }]
  const fix = 'restore it from a backup: a new one cannot open the secrets that are stored'
  return [{ name: NAME, state: 'problem', says: `${path} holds no key of 32 bytes`, fix }]
}

function missing(dataDir: string, isOutside: boolean): Finding {
  if (statSync(join(dataDir, 'postgres'), { throwIfNoEntry: false }))
    return {
      name: NAME,
      state: 'problem',
      says: `${join(dataDir, 'master.key')} is gone while the database beside it is there`,
      fix: 'restore it from a backup, or set SLUICE_MASTER_KEY',
    }
  if (!isOutside) return { name: NAME, state: 'ok', says: 'made at the first start' }
  return {
    name: NAME,
    state: 'note',
    says: 'none here: the first start makes one in the data directory of this machine alone',
    fix: 'set SLUICE_MASTER_KEY to the same 32 bytes on every machine (openssl rand -base64 32)',
  }
}
