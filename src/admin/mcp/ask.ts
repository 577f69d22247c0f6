import type { Secret } from '../../base/secret.ts'
import { parseWithExactUsd } from '../../base/wire.ts'
import type { AdminDeps, AdminKey } from '../deps.ts'
import { callerOf } from '../mount.ts'
import type { Method, Route } from '../route.ts'

/** Whoever uses a tool, with the key that was shown at the door. */
export interface Asker {
  readonly deps: AdminDeps
  readonly key: AdminKey
  readonly token: Secret
  /** Where the request came from, as the listener saw it. */
  readonly address: string | undefined
  /** UUIDv7 of the request that carried the tool call. */
  readonly requestId: string
}

/** What a tool asks of an admin route. */
export interface Question {
  /** The workspace named, as `X-Tenant-Id` would. */
  readonly workspaceId?: string | undefined
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: Readonly<Record<string, unknown>>
}

/** One route out of a resource's list. Throws when there is none: a tool without its route is a mistake in code. */
export function routeAt(routes: readonly Route[], method: Method, path: string): Route {
  const found = routes.find((each) => each.method === method && each.path === path)
  if (!found) throw new Error(`no admin route ${method} ${path}`)
  return found
}

/**
 * Asks an admin route as the holder of the key: the same guard, the same shapes, the same handler, the same audit as
 * over HTTP, so that a tool can never do more than the route. Gives the answer as it would be on the wire.
 * Fails as the route does.
 */
export async function ask(asker: Asker, route: Route, question: Question): Promise<unknown> {
  const { deps, key, token, address, requestId } = asker
  const { workspaceId, params, query, body } = question
  const caller = await callerOf(route, key, workspaceId ?? null, params, deps)
  const path = `${deps.basePath}/api/v1${filled(route.path, params ?? {})}`
  const result = await route.run({
    deps,
    caller,
    params,
    query,
    // Amounts reach a route as digits, as they do from the wire.
    body: body && parseWithExactUsd(JSON.stringify(body)),
    headers: new Headers(workspaceId === undefined ? {} : { 'x-tenant-id': workspaceId }),
    method: route.method,
    path,
    url: new URL(`http://mcp.invalid${path}`),
    token,
    address,
    requestId,
  })
  if (result.status === 204) return {}
  return JSON.parse(result.text ?? JSON.stringify(result.body))
}

function filled(path: string, params: Readonly<Record<string, string>>): string {
  return path.replace(/:([a-z_]+)/g, (_, name) => encodeURIComponent(params[name] ?? ''))
}
