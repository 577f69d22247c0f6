import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '../store/database.ts'
import { openKeyring } from '../store/keyring.ts'
import { pendingMigrations } from '../store/migrate.ts'
import { secretsOfOtherKeys, unreadableSecrets } from '../store/rewrap.ts'
import type { CommandContext } from './command.ts'
import type { Finding } from './doctor-machine.ts'

const NAME = 'provider secrets'

/** Names every stored provider secret that the master key does not open, and says when a rewrap is not finished. */
export async function secretFindings(
  database: Database,
  { config, world }: CommandContext,
): Promise<Finding[]> {
  // Opening the keyring would make a key where none is: that one is told of elsewhere.
  const hasKey = config.masterKey !== undefined || existsSync(join(config.dataDir, 'master.key'))
  if (!hasKey || (await pendingMigrations(database)) > 0) return []
  const keyring = openKeyring(config, world)
  const unreadable = await unreadableSecrets(database.orm, keyring)
  if (unreadable.length > 0) {
    const says = `${unreadable.length} cannot be opened with the master key: ${unreadable.join(', ')}`
    const fix =
      'give the key they were sealed with as SLUICE_MASTER_KEY_PREVIOUS and run sluice rewrap, or set them again'
    return [{ name: NAME, state: 'problem', says, fix }]
  }
  const left = await secretsOfOtherKeys(database.orm, keyring)
  if (left === 0) return [{ name: NAME, state: 'ok', says: 'all open with the master key' }]
  const says = `${left} still need the previous master key`
  return [{ name: NAME, state: 'note', says, fix: 'sluice rewrap' }]
}
