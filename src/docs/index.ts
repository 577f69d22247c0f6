import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Elysia } from 'elysia'
import { FOREVER, pageHeaders } from '../base/page-headers.ts'
import { frontHtml, missingHtml, pageHtml, type Site, searchHtml } from './frame.ts'
import { llmsFull, llmsIndex, withoutMarks } from './llms.ts'
import { PAGES, textOf } from './pages.ts'

/** Everything comes from this origin, nothing runs inline, nobody frames it. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  // No text becomes markup or script, whoever asks for it: no policy may be made that would allow it.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const HITS = 20
const MARKDOWN = 'text/markdown; charset=utf-8'
const PLAIN = 'text/plain; charset=utf-8'

/**
 * The documentation as one Elysia instance; hand it what `isDocsPath` names, through `handle`. Needs no key and
 * shows nothing of the installation. Pages are rendered once and kept: their number is that of the files.
 */
export function docsSite(options: { readonly basePath: string; readonly version: string }) {
  const at = `${options.basePath}/docs`
  const style = fileAt('style.css')
  const script = fileAt('page.js')
  const site: Site = {
    ...options,
    style: `${at}/assets/style.${style.hash}.css`,
    script: `${at}/assets/page.${script.hash}.js`,
  }
  const kept = new Map<string, string>()
  const once = (name: string, make: () => string): string => {
    const text = kept.get(name) ?? make()
    kept.set(name, text)
    return text
  }
  const app = new Elysia({ name: 'sluice.docs', handler: { standardHostname: false } })
  const missing = () => answer(missingHtml(site), 'text/html; charset=utf-8', 404)
  app.onError(missing)
  const hidden = { detail: { hide: true } }
  const get = (
    path: string,
    make: (request: Request, name: string) => Response | Promise<Response>,
  ) => app.get(path, ({ request, params }) => make(request, nameOf(params)), hidden)

  get(at, (request) =>
    html(
      request,
      once('', () => frontHtml(site)),
    ),
  )
  get(`${at}/`, () => Response.redirect(at, 308))
  // The libraries behind pages and search are loaded by the first reader: most gateway processes never have one.
  get(`${at}/search`, async (request) => {
    const { QUERY_UNITS_MAX, search } = await import('./search.ts')
    const query = (new URL(request.url).searchParams.get('q') ?? '')
      .trim()
      .slice(0, QUERY_UNITS_MAX)
    return html(request, searchHtml(site, query, query === '' ? [] : await search(query, HITS)))
  })
  get(`${at}/assets/style.${style.hash}.css`, () => asset(style.text, 'text/css; charset=utf-8'))
  get(`${at}/assets/page.${script.hash}.js`, () =>
    asset(script.text, 'text/javascript; charset=utf-8'),
  )
  get(`${at}/assets/icon.svg`, () => asset(ICON, 'image/svg+xml'))
  get(`${at}/:name`, async (request, name) => {
    const asMarkdown = name.endsWith('.md')
    const page = PAGES.find((each) => each.name === name.replace(/\.md$/, ''))
    const text = page && textOf(page.name)
    if (!page || text === undefined) return missing()
    if (asMarkdown) return fresh(request, withoutMarks(text), MARKDOWN)
    const { render } = await import('./render.ts')
    return html(
      request,
      once(page.name, () => pageHtml(site, page, render(text, at))),
    )
  })
  get(`${options.basePath}/llms.txt`, (request) =>
    fresh(
      request,
      once('llms', () => llmsIndex(options.basePath)),
      PLAIN,
    ),
  )
  get(`${options.basePath}/llms-full.txt`, (request) =>
    fresh(request, once('llms-full', llmsFull), PLAIN),
  )
  return app
}

/** What MCP tools read: the same pages. */
export const manual = {
  pages: PAGES.map(({ name, title }) => ({ page: name, title })),
  search: async (query: string, limit: number) =>
    (await import('./search.ts')).search(query, limit),
  read(name: string): string | undefined {
    const text = textOf(name)
    return text === undefined ? undefined : withoutMarks(text)
  },
}

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#0d7d86" stroke-width="2.4" stroke-linecap="round"><path d="M3 7c3 0 3 2 6 2s3-2 6-2 3 2 6 2M3 12c3 0 3 2 6 2s3-2 6-2 3 2 6 2M3 17c3 0 3 2 6 2s3-2 6-2 3 2 6 2"/></svg>`

function nameOf(params: unknown): string {
  const found = typeof params === 'object' && params !== null && 'name' in params ? params.name : ''
  return typeof found === 'string' ? found : ''
}

function fileAt(name: string): { text: string; hash: string } {
  const text = readFileSync(join(import.meta.dir, name), 'utf8')
  return { text, hash: hashOf(text).slice(0, 12) }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function html(request: Request, text: string): Response {
  return fresh(request, text, 'text/html; charset=utf-8')
}

/** May be kept, but is asked for each time: a new version must show at once. */
function fresh(request: Request, text: string, type: string): Response {
  const etag = `"${hashOf(text).slice(0, 22)}"`
  if (request.headers.get('if-none-match') === etag)
    return new Response(null, { status: 304, headers: { ...pageHeaders(type, POLICY), etag } })
  const response = answer(text, type, 200)
  response.headers.set('etag', etag)
  return response
}

function answer(text: string, type: string, status: number): Response {
  return new Response(text, { status, headers: pageHeaders(type, POLICY) })
}

function asset(text: string, type: string): Response {
  return new Response(text, { headers: { ...pageHeaders(type, POLICY), 'cache-control': FOREVER } })
}
