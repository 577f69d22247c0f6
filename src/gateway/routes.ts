import { Elysia } from 'elysia'
import { Failure } from '../base/failure.ts'
import { LIMITS } from '../base/limits.ts'
import { PROVIDERS } from '../providers/index.ts'
import type { Provider } from '../providers/provider.ts'
import type { GatewayDeps } from './deps.ts'
import { open } from './exchange.ts'
import { handle } from './pipeline.ts'
import { reportRefusal } from './report.ts'
import { refusalResponse } from './respond.ts'
import type { RunningCalls } from './running.ts'
import { handleSocket, type SocketSession } from './socket.ts'

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
      if (request.headers.get('upgrade')?.toLowerCase() === 'websocket')
        return handleSocket(request, door, calls, deps, (session, headers) =>
          Boolean(server?.upgrade(request, { data: session, headers })),
        )
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
  upgrade(
    request: Request,
    options: { data: SocketSession; headers: Record<string, string> },
  ): boolean
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

/** The server's WebSocket handlers: every socket carries its own session. */
export const socketHandlers = {
  maxPayloadLength: LIMITS.requestBodyBytesMax,
  backpressureLimit: LIMITS.socketBufferBytesMax,
  closeOnBackpressureLimit: true,
  // Bun's longest; a model may think, and pings go on meanwhile.
  idleTimeout: 960,
  open(socket: ServerSocket) {
    socket.data.open({
      send: (message) => socket.send(message) !== 0,
      close: (code, reason) => socket.close(code, reason.slice(0, 120)),
    })
  },
  message(socket: ServerSocket, message: string | Uint8Array) {
    socket.data.message(message)
  },
  close(socket: ServerSocket, code: number, reason: string) {
    socket.data.closed(code, reason)
  },
}

interface ServerSocket {
  readonly data: SocketSession
  send(message: string | Uint8Array): number
  close(code: number, reason: string): void
}
