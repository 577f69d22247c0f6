import { Elysia } from 'elysia'
import { Failure } from '../base/failure.ts'
import { PROVIDERS } from '../providers/index.ts'
import type { Provider } from '../providers/provider.ts'
import type { GatewayDeps } from './deps.ts'
import { open } from './exchange.ts'
import { handle } from './pipeline.ts'
import { reportRefusal } from './report.ts'
import { refusalResponse } from './respond.ts'
import type { RunningCalls } from './running.ts'

/**
 * Mounts every provider's prefix. The body parser stays off and only the bare `Request` goes on; the server's
 * own idle limit is lifted for each call, because a thinking model is silent for minutes and our deadlines hold.
 */
export function gatewayRoutes(calls: RunningCalls, deps: GatewayDeps) {
  const app = new Elysia({ name: 'gateway' })
  const hidden = { parse: 'none', detail: { hide: true } } as const
  for (const door of PROVIDERS) {
    const base = `${deps.basePath}/${door.prefix}`
    const serve = ({ request, server }: { request: Request; server: Server | null }) => {
      server?.timeout(request, 0)
      return handle(request, door, calls, deps)
    }
    const probe = ({ request }: { request: Request }) => probed(request, door, deps)
    app.all(`${base}/*`, serve, hidden)
    app.all(base, probe, hidden)
  }
  return app
}

/** The part of Bun's server that the routes use. */
interface Server {
  timeout(request: Request, seconds: number): void
}

/** Agents probe a base path with HEAD before they call: any answer but 200 makes some give up. */
function probed(request: Request, door: Provider, deps: GatewayDeps): Response {
  if (request.method === 'HEAD' || request.method === 'GET') {
    const body = `{"service":"sluice","provider":"${door.name}"}`
    const headers = { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' }
    return new Response(request.method === 'HEAD' ? null : body, { headers })
  }
  const exchange = open(request, door, deps)
  const failure = new Failure('unknown_route')
  reportRefusal(exchange, failure, deps)
  return refusalResponse(exchange, failure)
}
