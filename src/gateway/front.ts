import type { Failure } from '../base/failure.ts'
import { PROVIDERS } from '../providers/index.ts'
import type { GatewayDeps } from './deps.ts'
import { open } from './exchange.ts'
import { reportRefusal } from './report.ts'
import { refusalResponse } from './respond.ts'

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/

/** Nearly every request names the gateway as the one before it did, and making a URL costs a microsecond. */
let lastGood: string | undefined

/**
 * True for a Host that is one name or address with an optional port. Two Host lines arrive joined by a comma
 * and fail it, as does what has the right letters but gives no URL (port 65536, 256.0.0.1). Checked before anything
 * looks at the URL, because the URL is built from it.
 */
export function isGoodHost(host: string | null): boolean {
  if (host === null) return false
  if (host === lastGood) return true
  if (!HOST.test(host) || !URL.canParse(`http://${host}/`)) return false
  lastGood = host
  return true
}

/** The answer to a request whose Host cannot be trusted. */
export function badHost(): Response {
  return plainError(400, 'The Host header is not valid.')
}

/**
 * The answer to a request that no route took, or whose handling failed, in the shape its path promises: the
 * dialect's below a provider's prefix, plain JSON elsewhere. Nothing of the error's own text leaves.
 */
export function failedResponse(request: Request, failure: Failure, deps: GatewayDeps): Response {
  const path = new URL(request.url).pathname
  const door = PROVIDERS.find((each) => {
    const base = `${deps.basePath}/${each.prefix}`
    return path === base || path.startsWith(`${base}/`)
  })
  if (!door) return plainError(failure.row.status, failure.says, failure.code)
  const exchange = open(request, door, deps)
  reportRefusal(exchange, failure, deps)
  return refusalResponse(exchange, failure)
}

function plainError(status: number, says: string, code = 'invalid_request'): Response {
  return new Response(JSON.stringify({ type: 'error', error: { message: says, code } }), {
    status,
    headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' },
  })
}
