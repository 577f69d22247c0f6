import { join } from 'node:path'
import type { World } from '../base/world.ts'
import { cacheDirOf } from '../cache-dir.ts'
import type { Config } from '../config.ts'
import { natsVersion, obtainNats, startNats } from '../embedded/nats.ts'
import { startPostgres } from '../embedded/postgres.ts'
import type { Service } from '../embedded/supervisor.ts'

/** How the services of the tree are had, and the words for the first screen. */
export interface Services {
  readonly startPostgres: (() => Promise<Service>) | undefined
  readonly startNats: (() => Promise<Service>) | undefined
  readonly notes: readonly string[]
}

/** Decides which services run inside. Throws when `CI=true` and no NATS is to be had. */
export async function chooseServices(
  config: Config,
  world: World,
  env: Readonly<Record<string, string | undefined>>,
  progress: (text: string) => void,
): Promise<Services> {
  const { log } = world
  const notes = [config.databaseUrl ? 'PostgreSQL: DATABASE_URL' : 'PostgreSQL 18, inside']
  const postgres = () => startPostgres({ dataDir: config.dataDir, log, progress })
  const services = { startPostgres: config.databaseUrl ? undefined : postgres }
  if (config.natsUrl)
    return { ...services, startNats: undefined, notes: [...notes, 'NATS: NATS_URL'] }
  const binary = await obtainNats({ cacheDir: cacheDirOf(config, env), log, progress, env })
  if (binary !== undefined) {
    const version = await natsVersion(binary)
    const nats = () => startNats({ binary, dataDir: join(config.dataDir, 'nats'), log })
    return { ...services, startNats: nats, notes: [...notes, `NATS ${version ?? ''}, inside`] }
  }
  if (env.CI === 'true')
    throw new Error(
      'No nats-server is to be had, and CI=true does not allow to go without.\n' +
        'Fix: install nats-server (Debian, Ubuntu: apt-get install nats-server) or set NATS_URL',
    )
  notes.push('No NATS to be had: events go through PostgreSQL alone (set NATS_URL to change)')
  return { ...services, startNats: undefined, notes }
}
