import { swagger } from '@elysiajs/swagger'
import { type AnyElysia, Elysia } from 'elysia'
import { FOREVER, pageHeaders } from '../base/page-headers.ts'
import type { AdminDeps } from './deps.ts'
import { asOpenApi } from './describe.ts'
import { PROBLEM } from './problem.ts'

/** Everything comes from this origin, nothing runs inline, nobody frames it. Swagger UI sets style attributes. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The files of Swagger UI that the page loads, from its npm package. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}
/** Part of the address of every asset, so that it may be cached for ever. */
const EDITION = '5.35.0'

const INFO = `The control plane of Sluice. Every call needs a gateway key as \`X-API-Key\` or \`Authorization: Bearer\`.

Calls to models do not go through here: point an SDK's base URL at \`/openai/v1\`, \`/anthropic\` or \`/gemini\` and use a gateway key as its provider key; those routes speak the provider's own protocol.

Errors are problems (RFC 9457) with the sentence repeated in \`error\`. A resource of another organisation or workspace answers 404. Unknown members of a body are refused.`

/**
 * `/swagger` (the page, its assets) and `/swagger/json` (OpenAPI 3.0.3). The plugin only writes the document, inside
 * an instance that nobody can reach: its own page would load unpinned scripts from another origin.
 */
export function documented(deps: AdminDeps, resources: readonly AnyElysia[]) {
  const at = `${deps.basePath}/swagger`
  const page = pageAt(at)
  const start = startAt(at)
  const text = (body: string, type: string): Response =>
    new Response(body, { headers: pageHeaders(type, POLICY) })
  let written: Promise<string> | undefined
  const app = new Elysia({ name: 'sluice.admin.swagger' })
  const hidden = { detail: { hide: true } }
  app.get(at, () => text(page, 'text/html; charset=utf-8'), hidden)
  app.get(`${at}/start.js`, () => text(start, 'text/javascript; charset=utf-8'), hidden)
  app.get(`${at}/assets/${EDITION}/:file`, ({ params }) => asset(params.file), hidden)
  app.get(
    `${at}/json`,
    async () => {
      written ??= writeDocument(deps, resources)
      return text(await written, 'application/json')
    },
    hidden,
  )
  return app
}

/** The OpenAPI document of `resources` as JSON text. */
async function writeDocument(deps: AdminDeps, resources: readonly AnyElysia[]): Promise<string> {
  const scribe = new Elysia()
  for (const each of resources) scribe.use(each)
  scribe.use(
    swagger({
      path: '/page',
      specPath: '/document',
      exclude: ['/page'],
      documentation: {
        info: { title: 'Sluice admin API', version: deps.version, description: INFO },
        components: {
          schemas: { Problem: asOpenApi(PROBLEM) },
          securitySchemes: {
            apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
            bearer: { type: 'http', scheme: 'bearer' },
          },
        },
      },
    }),
  )
  const response = await scribe.handle(new Request('http://localhost/document'))
  return await response.text()
}

async function asset(name: string): Promise<Response> {
  const type = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined
  if (type === undefined)
    return new Response('Not found', { status: 404, headers: pageHeaders('text/plain', POLICY) })
  const file = Bun.file(Bun.resolveSync(`swagger-ui-dist/${name}`, import.meta.dir))
  return new Response(await file.bytes(), {
    headers: { ...pageHeaders(type, POLICY), 'cache-control': FOREVER },
  })
}

function pageAt(at: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Sluice admin API</title>
    <link rel="icon" href="${at}/assets/${EDITION}/favicon-32x32.png">
    <link rel="stylesheet" href="${at}/assets/${EDITION}/swagger-ui.css">
    <script defer src="${at}/assets/${EDITION}/swagger-ui-bundle.js"></script>
    <script defer src="${at}/start.js"></script>
  </head>
  <body>
    <div id="swagger-ui"></div>
    <noscript>The document is at <a href="${at}/json">${at}/json</a>.</noscript>
  </body>
</html>
`
}

function startAt(at: string): string {
  return `SwaggerUIBundle({
  url: ${JSON.stringify(`${at}/json`)},
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
  syntaxHighlight: { activated: false },
})
`
}
