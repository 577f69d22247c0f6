import type { World } from './base/world.ts'
import type { Config } from './config.ts'
import { bootstrap, type FirstRun, type KnownKeys } from './store/bootstrap.ts'
import { openDatabase } from './store/database.ts'
import { openKeyring } from './store/keyring.ts'
import { migrate } from './store/migrate.ts'
import { firstManager, mintSignIn } from './store/sign-in.ts'

/** What the first screen needs to know. */
export interface Prepared extends FirstRun {
  /** Signs the first administrator in at the console, once and soon; undefined when everyone has left. */
  readonly signInToken: string | undefined
}

/** Brings a database to where the workers can use it: schema, first organisation, first keys. Safe to run again. */
export async function prepare(
  databaseUrl: string,
  config: Config,
  world: World,
  known: KnownKeys | undefined,
): Promise<Prepared> {
  await migrate(databaseUrl, world)
  const database = openDatabase({ url: databaseUrl, world, poolSize: 2, name: 'sluice-up' })
  try {
    const keyring = openKeyring(config, world)
    const first = await bootstrap(database, keyring, world, config.providerKeys, known)
    const manager = await firstManager(database.orm, first.organizationId)
    const signInToken = manager && (await mintSignIn(database.orm, world, manager))
    return { ...first, signInToken }
  } finally {
    await database.close()
  }
}
