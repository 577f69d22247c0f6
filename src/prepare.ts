import type { World } from './base/world.ts'
import type { Config } from './config.ts'
import { bootstrap, type FirstRun, type KnownKeys } from './store/bootstrap.ts'
import { openDatabase } from './store/database.ts'
import { openKeyring } from './store/keyring.ts'
import { migrate } from './store/migrate.ts'

/** Brings a database to where the workers can use it: schema, first organisation, first keys. Safe to run again. */
export async function prepare(
  databaseUrl: string,
  config: Config,
  world: World,
  known: KnownKeys | undefined,
): Promise<FirstRun> {
  await migrate(databaseUrl, world)
  const database = openDatabase({ url: databaseUrl, world, poolSize: 2, name: 'sluice-up' })
  try {
    const keyring = openKeyring(config, world)
    return await bootstrap(database, keyring, world, config.providerKeys, known)
  } finally {
    await database.close()
  }
}
