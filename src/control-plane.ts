import packageJson from '../package.json'
import { identityDoor } from './admin/identity-door.ts'
import { adminApi } from './admin/index.ts'
import { passwordDoor } from './admin/password-door.ts'
import { isAdminPath } from './admin/paths.ts'
import type { FailureThrottle } from './base/failure-throttle.ts'
import type { World } from './base/world.ts'
import { cacheDirOf } from './cache-dir.ts'
import type { Config } from './config.ts'
import { consoleApp } from './console/index.ts'
import { docsSite, manual } from './docs/index.ts'
import { isDocsPath } from './docs/paths.ts'
import { exportsPort } from './export-port.ts'
import type { Parts } from './parts.ts'

/** What the control plane gets from the process that serves it. */
export interface ControlPlaneOptions {
  readonly config: Config
  readonly world: World
  readonly parts: Parts
  /** One count for both planes: a guesser has no second try next door. */
  readonly throttle: FailureThrottle
  /** Where a request came from. */
  addressOf(request: Request): string | undefined
  /** The listener of the calls, when it is not the control plane's own. */
  gatewayPort(): number | undefined
}

/** Admin API, console and documentation: answers every request that `serve.ts` hands it: those for paths of these three. */
export function controlPlane(
  options: ControlPlaneOptions,
): (request: Request) => Response | Promise<Response> {
  const { config, world, parts, throttle, addressOf, gatewayPort } = options
  const { basePath } = config
  const { version } = packageJson
  const admin = adminApi({
    world,
    database: parts.database,
    keys: parts.keys,
    keyring: parts.keyring,
    passwords: passwordDoor(world),
    identity: config.identity && identityDoor(config.identity, world),
    basePath,
    version,
    manual,
    mcpWrites: config.mcpWrites,
    parked: parts.bus,
    exports: exportsPort(parts.bus, world),
    retention: { traceDays: config.traceDays, contentDays: config.contentDays },
    throttle,
    addressOf,
  })
  const cacheDir = cacheDirOf(config, process.env)
  const screens = consoleApp({ basePath, cacheDir, log: world.log, gatewayPort })
  const pages = docsSite({ basePath, version })
  // Elysia builds its router inside the first request otherwise.
  admin.compile()
  screens.compile()
  pages.compile()
  return (request) => {
    const { pathname } = new URL(request.url)
    if (isAdminPath(pathname, basePath)) return admin.handle(request)
    return (isDocsPath(pathname, basePath) ? pages : screens).handle(request)
  }
}
