import { Elysia } from 'elysia'
import { asFailure, Failure } from '../base/failure.ts'
import { newId } from '../base/id.ts'
import { textMember } from '../base/json.ts'
import type { AdminDeps, AdminKey } from './deps.ts'
import { detailOf } from './describe.ts'
import {
  authenticate,
  type Caller,
  NOBODY,
  organizationCaller,
  throttled,
  workspaceCaller,
} from './guard.ts'
import { readJsonBody, readQuery } from './input.ts'
import { baseHeaders, problemOf } from './problem.ts'
import type { Answer, Route } from './route.ts'
import { refuseForeign } from './session-cookie.ts'

/**
 * One Elysia instance for the routes of one resource. Elysia routes and documents; it parses nothing, so that
 * a body is read only after the guard let its sender in, and every refusal has one shape.
 */
export function mount(name: string, routes: readonly Route[], deps: AdminDeps) {
  const app = new Elysia({ name: `sluice.admin.${name}`, prefix: `${deps.basePath}/api/v1` })
  for (const each of routes)
    app.route(
      each.method,
      each.path,
      ({ request, params }) => answer(each, request, params, deps),
      { parse: 'none', detail: detailOf(each) },
    )
  return app
}

/** Guard, read, check, handle; whatever is thrown on the way becomes a problem. */
async function answer(
  route: Route,
  request: Request,
  params: unknown,
  deps: AdminDeps,
): Promise<Response> {
  const requestId = newId(deps.world)
  try {
    if (route.scope === 'open') refuseForeign(request)
    const { key, token } =
      route.scope === 'open'
        ? NOBODY
        : await throttled(request, deps, () => authenticate(request, deps))
    const tenant = request.headers.get('x-tenant-id')
    const caller = await callerOf(route, key, tenant, params, deps)
    const url = new URL(request.url)
    const call = {
      deps,
      caller,
      params,
      query: route.query ? readQuery(route.query, url.searchParams) : undefined,
      body: route.body ? await readJsonBody(request) : undefined,
      headers: request.headers,
      method: route.method,
      path: url.pathname,
      url,
      token,
      address: deps.addressOf?.(request),
      requestId,
    }
    // A route without a key in front of it is itself the door that is guessed at.
    const result = await (route.scope === 'open'
      ? throttled(request, deps, () => route.run(call))
      : route.run(call))
    return responseOf(result, requestId)
  } catch (cause) {
    const problem = problemOf(cause, requestId, deps.world)
    const isPage = route.isPage && request.headers.get('accept')?.includes('text/html')
    return isPage ? backToConsole(problem, cause, deps) : problem
  }
}

/** A person in front of a browser is shown the console, which knows words for the code. */
function backToConsole(problem: Response, cause: unknown, deps: AdminDeps): Response {
  const headers = new Headers(problem.headers)
  headers.delete('content-type')
  const { code } = asFailure(cause)
  headers.set('location', `${deps.basePath}/console#sign-in-failed=${code}`)
  return new Response(null, { status: 303, headers })
}

/**
 * The caller of a route, who may do what it needs; `tenant` is the workspace that was named. Fails as
 * `organizationCaller` and `workspaceCaller` do.
 */
export function callerOf(
  route: Route,
  key: AdminKey,
  tenant: string | null,
  params: unknown,
  deps: AdminDeps,
): Caller | Promise<Caller> {
  if (route.scope === 'organization' || route.scope === 'open')
    return organizationCaller(key, route.needs)
  const named = route.scope === 'named' ? (textMember(params, 'id') ?? '') : tenant
  return workspaceCaller(key, named, route.needs, deps.database.orm)
}

function responseOf(result: Answer, requestId: string): Response {
  const headers = new Headers({ ...baseHeaders(requestId), ...result.headers })
  for (const cookie of result.cookies ?? []) headers.append('set-cookie', cookie)
  if (result.status === 204 || result.status === 303)
    return new Response(null, { status: result.status, headers })
  headers.set('content-type', 'application/json')
  return new Response(result.text ?? JSON.stringify(result.body), {
    status: result.status,
    headers,
  })
}

/**
 * What stands in for a route that is not there: 405 with `Allow` when the path exists for another method,
 * else 404; 401 first, so that only key holders learn which paths exist.
 */
export function fallback(routes: readonly Route[], deps: AdminDeps) {
  const known = routes.map((each) => ({
    method: each.method,
    pattern: new RegExp(
      `^${each.path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[a-z_]+/g, '[^/]+')}$`,
    ),
  }))
  const prefix = `${deps.basePath}/api/v1`
  return async (request: Request): Promise<Response> => {
    const requestId = newId(deps.world)
    try {
      await throttled(request, deps, () => authenticate(request, deps))
      const path = new URL(request.url).pathname.slice(prefix.length)
      const methods = known.filter((each) => each.pattern.test(path)).map((each) => each.method)
      if (methods.length === 0) throw new Failure('unknown_route')
      throw new Failure('method_not_allowed', {
        details: { allow: [...new Set(methods)].join(', ') },
      })
    } catch (cause) {
      return problemOf(cause, requestId, deps.world)
    }
  }
}
