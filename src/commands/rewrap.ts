import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openKeyring } from '../store/keyring.ts'
import { rewrapSecrets, secretsOfOtherKeys } from '../store/rewrap.ts'
import type { Command, CommandContext } from './command.ts'
import { UsageError, withStore } from './with-store.ts'

/** After the master key was replaced: every provider secret under the new one. */
export const rewrap: Command = {
  name: 'rewrap',
  summary: 'put every provider secret under a new master key',
  usage: [
    'sluice rewrap   while the gateway runs; can be cut short and run again; 1 when a secret cannot be opened',
    '',
    '1. Set SLUICE_MASTER_KEY to the new key and SLUICE_MASTER_KEY_PREVIOUS to the old one (or rename the file',
    '   master.key to master.key.previous and put the new key in master.key), and restart every process.',
    '   On several machines first give every process the new key as SLUICE_MASTER_KEY_PREVIOUS, then swap the two.',
    '2. sluice rewrap',
    '3. Remove the old key and restart.',
  ].join('\n'),
  run(args, context) {
    if (args.length > 0) {
      context.err(rewrap.usage)
      return Promise.resolve(2)
    }
    return withStore(context, async (database) => {
      const { config, world } = context
      demandKey(context)
      const keyring = openKeyring(config, world)
      const { rewrapped, unreadable } = await rewrapSecrets(database, keyring, world, (done) => {
        if (!context.json && done > 0) context.err(`${done} …`)
      })
      const left = await secretsOfOtherKeys(database.orm, keyring)
      if (context.json)
        context.out(JSON.stringify({ master_key_id: keyring.id, rewrapped, left, unreadable }))
      else tell(context, rewrapped, left, unreadable)
      return left === 0 ? 0 : 1
    })
  },
}

/** Opening the keyring would make a key where none is: no secret could be under it. */
function demandKey({ config }: CommandContext): void {
  const path = join(config.dataDir, 'master.key')
  if (config.masterKey === undefined && !existsSync(path))
    throw new UsageError(`there is no master key: set SLUICE_MASTER_KEY or put it in ${path}`)
}

function tell(
  { out }: CommandContext,
  rewrapped: number,
  left: number,
  unreadable: readonly string[],
): void {
  out(`✓ ${rewrapped} provider secret(s) put under the master key`)
  for (const name of unreadable) out(`✗ ${name} opens with neither key`)
  if (unreadable.length > 0)
    out('Fix: give the key they were sealed with as SLUICE_MASTER_KEY_PREVIOUS, or set them again')
  else if (left > 0) out(`✗ ${left} were stored under another key meanwhile: run this again`)
  else out('The previous master key is not needed any more.')
}
