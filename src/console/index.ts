import { Elysia } from 'elysia'
import { FOREVER, pageHeaders } from '../base/page-headers.ts'
import type { Log } from '../base/world.ts'
import { type Asset, type Built, builtApp } from './built.ts'
import { shellOf, unbuiltShell } from './shell.ts'

/** What serving the console needs. */
export interface ConsoleOptions {
  readonly basePath: string
  /** Where the built app is shared between processes and starts. */
  readonly cacheDir: string
  readonly log: Log
  /** The listener of the calls, when the console has another. */
  gatewayPort(): number | undefined
}

/** Everything comes from this origin, nothing runs or styles inline, nobody frames it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // No text becomes markup or script, whoever asks for it: no policy may be made that would allow it.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/**
 * The console as one Elysia instance: the shell page for every address of the app, and the app's files. Built at the
 * first request, or before by {@link builtApp}; a failed build is told in the page and tried again.
 */
export function consoleApp({ basePath, cacheDir, log, gatewayPort }: ConsoleOptions) {
  const at = `${basePath}/console`
  let building: Promise<Built> | undefined
  const built = (): Promise<Built> => {
    building ??= builtApp(cacheDir).catch((cause: unknown) => {
      building = undefined
      log.error('console.not_built', { cause: String(cause) })
      throw cause
    })
    return building
  }
  const shell = async (request: Request): Promise<Response> => {
    const headers = pageHeaders('text/html; charset=utf-8', POLICY)
    const page = await built().then(
      ({ manifest }) => shellOf(manifest, basePath, themeOf(request), gatewayPort()),
      () => undefined,
    )
    return page === undefined
      ? new Response(unbuiltShell(), { status: 503, headers })
      : new Response(page, { headers })
  }
  // By default a Host of under four letters shifts where the path is taken to begin.
  return new Elysia({ name: 'sluice.console', handler: { standardHostname: false } })
    .get(`${at}/assets/:file`, async ({ request, params }) => {
      const found = await built().then(
        ({ assets }) => assets.get(params.file),
        () => undefined,
      )
      return found ? assetOf(found, request) : notFound()
    })
    .get(at, ({ request }) => shell(request))
    .get(`${at}/*`, ({ request }) => shell(request))
    .onError(() => notFound())
}

function assetOf({ type, plain, gzip }: Asset, request: Request): Response {
  const headers = {
    ...pageHeaders(type, POLICY),
    // The name carries the content's hash.
    'cache-control': FOREVER,
    vary: 'accept-encoding',
  }
  return /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')
    ? new Response(gzip, { headers: { ...headers, 'content-encoding': 'gzip' } })
    : new Response(plain, { headers })
}

function notFound(): Response {
  return new Response('Not found', {
    status: 404,
    headers: pageHeaders('text/plain; charset=utf-8', POLICY),
  })
}

/** A cookie, so that the first paint already has the colours that the person chose. */
function themeOf(request: Request): 'light' | 'dark' | undefined {
  const found = /(?:^|;\s*)sluice-theme=(light|dark)\b/.exec(request.headers.get('cookie') ?? '')
  return found?.[1] === 'light' || found?.[1] === 'dark' ? found[1] : undefined
}
