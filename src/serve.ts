import { Elysia } from 'elysia'
import packageJson from '../package.json'
import { identityDoor } from './admin/identity-door.ts'
import { adminApi, isAdminPath } from './admin/index.ts'
import { passwordDoor } from './admin/password-door.ts'
import { asFailure, Failure } from './base/failure.ts'
import { failureThrottle } from './base/failure-throttle.ts'
import { LIMITS } from './base/limits.ts'
import type { World } from './base/world.ts'
import { cacheDirOf } from './cache-dir.ts'
import type { Config } from './config.ts'
import { consoleApp, isConsolePath } from './console/index.ts'
import { docsSite, isDocsPath, manual } from './docs/index.ts'
import { exportsPort } from './export-port.ts'
import type { GatewayDeps } from './gateway/deps.ts'
import { badHost, failedResponse, isGoodHost } from './gateway/front.ts'
import { healthRoutes } from './gateway/health.ts'
import { gatewayRoutes, socketHandlers } from './gateway/routes.ts'
import type { RunningCalls } from './gateway/running.ts'
import { openParts, type Parts } from './parts.ts'

/** A gateway process that serves. */
export interface Serving {
  readonly port: number
  /** Of the admin listener; the same as `port` unless it has its own. */
  readonly adminPort: number
  /** Drains: looks unready, takes no new connection, lets streams finish, writes what is left, closes. */
  stop(): Promise<void>
}

type Handler = (request: Request) => Response | Promise<Response>

/** Starts the data plane, the admin API, the console and the documentation on one listener, or on two with `ADMIN_PORT`. */
export async function serve(config: Config, world: World): Promise<Serving> {
  const parts = await openParts(config, world)
  let draining = false
  // One count for both planes: a guesser has no second try next door.
  const throttle = failureThrottle(world.clock, {
    failuresMax: LIMITS.authFailuresMax,
    windowMs: LIMITS.authFailuresWindowMs,
    addressesMax: LIMITS.authAddressesMax,
  })
  const admin = adminApi({
    world,
    database: parts.database,
    keys: parts.keys,
    keyring: parts.keyring,
    passwords: passwordDoor(world),
    identity: config.identity && identityDoor(config.identity, world),
    basePath: config.basePath,
    version: packageJson.version,
    manual,
    mcpWrites: config.mcpWrites,
    parked: parts.bus,
    exports: exportsPort(parts.bus, world),
    retention: { traceDays: config.traceDays, contentDays: config.contentDays },
    throttle,
    addressOf: (request) => addressOf(adminServer ?? server, request),
  })
  const health = healthRoutes({
    basePath: config.basePath,
    version: packageJson.version,
    metrics: () => parts.metrics.text(),
    parts: () => parts.states(),
    draining: () => draining,
  })
  const data = dataPlane(parts.calls, {
    ...parts.gateway,
    throttle,
    addressOf: (request) => addressOf(server, request),
  }).use(health)
  const screens = consoleApp({
    basePath: config.basePath,
    cacheDir: cacheDirOf(config, process.env),
    log: world.log,
    gatewayPort: () => (config.adminPort === undefined ? undefined : server.port),
  })
  const pages = docsSite({ basePath: config.basePath, version: packageJson.version })
  // Elysia builds its router inside the first request otherwise, and one caller would wait for it.
  data.compile()
  admin.compile()
  screens.compile()
  pages.compile()
  health.compile()
  const apart = config.adminPort !== undefined
  /** Undefined for a path that is not the control plane's. */
  const control = (request: Request) => {
    const { pathname } = new URL(request.url)
    if (isAdminPath(pathname, config.basePath)) return admin.handle(request)
    if (isDocsPath(pathname, config.basePath)) return pages.handle(request)
    return isConsolePath(pathname, config.basePath) ? screens.handle(request) : undefined
  }
  const both: Handler = (request) => control(request) ?? data.fetch(request)
  const server = listen(config.host, config.port, apart ? (request) => data.fetch(request) : both)
  data.server = server
  const adminServer = apart
    ? listen(
        config.host,
        config.adminPort ?? 0,
        (request) => control(request) ?? health.fetch(request),
      )
    : undefined
  return {
    port: server.port ?? 0,
    adminPort: adminServer?.port ?? server.port ?? 0,
    async stop() {
      draining = true
      // New connections go to another process at once; those in flight go on.
      server.stop()
      await drain(parts, world)
      await Promise.all([server.stop(true), adminServer?.stop(true)])
      await parts.close()
    },
  }
}

function addressOf(server: Bun.Server<unknown>, request: Request): string | undefined {
  return server.requestIP(request)?.address
}

/** The data plane alone, with every failure in the shape its path promises. */
function dataPlane(calls: RunningCalls, deps: GatewayDeps) {
  return new Elysia({ handler: { standardHostname: false } })
    .onError(({ request, error, code }) =>
      failedResponse(
        request,
        code === 'NOT_FOUND' ? new Failure('unknown_route') : asFailure(error),
        deps,
      ),
    )
    .use(gatewayRoutes(calls, deps))
}

function listen(hostname: string, port: number, handle: Handler) {
  return Bun.serve({
    hostname,
    port,
    reusePort: true,
    development: false,
    // For everything but calls, whose own deadlines hold: a slow sender is cut.
    idleTimeout: 30,
    // Bodies that the gateway reads are bounded by the pipeline; files pass as streams of any size.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: (request) => (isGoodHost(request.headers.get('host')) ? handle(request) : badHost()),
    websocket: socketHandlers,
    error: () => new Response('{"error":"internal"}', { status: 500 }),
  })
}

/** Streams in flight may finish within the bound; what is left then ends with an error event. */
async function drain(parts: Parts, world: World): Promise<void> {
  const late = world.clock.after(LIMITS.drainMs, () => parts.calls.stopAll('draining'))
  await parts.calls.whenIdle()
  late.cancel()
}
