import { join } from 'node:path'
import type { Config } from './config.ts'

/** Where downloads and builds are shared between data directories: the same place as the packages of the start. */
export function cacheDirOf(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (env.XDG_CACHE_HOME?.startsWith('/')) return join(env.XDG_CACHE_HOME, 'sluice')
  if (env.HOME?.startsWith('/')) return join(env.HOME, '.cache', 'sluice')
  return join(config.dataDir, 'cache')
}
