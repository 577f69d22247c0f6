import { Elysia } from 'elysia'
import packageJson from '../package.json'
import { isAdminPath } from './admin/paths.ts'
import { asFailure, Failure } from './base/failure.ts'
import { failureThrottle } from './base/failure-throttle.ts'
import { LIMITS } from './base/limits.ts'
import type { World } from './base/world.ts'
import type { Config } from './config.ts'
import { isConsolePath } from './console/paths.ts'
import { isDocsPath } from './docs/paths.ts'
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
  // Elysia builds its router inside the first request otherwise, and one caller would wait for it.
  data.compile()
  health.compile()
  const apart = config.adminPort !== undefined
  const control = lateHandler(async () => {
    const { controlPlane } = await import('./control-plane.ts')
    return controlPlane({
      config,
      world,
      parts,
      throttle,
      addressOf: (request) => addressOf(adminServer ?? server, request),
      gatewayPort: () => (apart ? server.port : undefined),
    })
  })
  const isControls = isControlPath(config.basePath)
  const both: Handler = (request) => (isControls(request) ? control(request) : data.fetch(request))
  const server = listen(config.host, config.port, apart ? (request) => data.fetch(request) : both)
  data.server = server
  const adminServer = apart
    ? listen(config.host, config.adminPort ?? 0, (request) =>
        isControls(request) ? control(request) : health.fetch(request),
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

/**
 * A handler that is made by the first request that needs it: the control plane takes some 20 MB that a process which only
 * carries calls never needs. A failure is the requests' that waited for it; the next one tries again.
 */
function lateHandler(make: () => Promise<Handler>): Handler {
  let making: Promise<Handler> | undefined
  let made: Handler | undefined
  return async (request) => {
    if (made) return made(request)
    making ??= make().finally(() => {
      making = undefined
    })
    made = await making
    return made(request)
  }
}

/** Tells whether a request is the control plane's. */
function isControlPath(basePath: string): (request: Request) => boolean {
  return (request) => {
    const { pathname } = new URL(request.url)
    return (
      isAdminPath(pathname, basePath) ||
      isDocsPath(pathname, basePath) ||
      isConsolePath(pathname, basePath)
    )
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
