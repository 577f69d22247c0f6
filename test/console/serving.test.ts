import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtApp } from '../../src/console/built.ts'
import { consoleApp } from '../../src/console/index.ts'
import { isConsolePath } from '../../src/console/paths.ts'
import { silentLog } from '../support/world.ts'

let cacheDir: string
let app: ReturnType<typeof consoleApp>

beforeAll(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'sluice-console-test-'))
  app = consoleApp({ basePath: '/base', cacheDir, log: silentLog, gatewayPort: () => undefined })
})
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }))

const get = (path: string, headers: Record<string, string> = {}) =>
  app.handle(new Request(`http://localhost${path}`, { headers }))

test('several processes that start at once build the app once', async () => {
  const all = await Promise.all([builtApp(cacheDir), builtApp(cacheDir), builtApp(cacheDir)])
  expect(new Set(all.map(({ manifest }) => manifest.script)).size).toBe(1)
  const left = readdirSync(join(cacheDir, 'console'))
  expect(left).toHaveLength(1)
  expect(left[0]).toMatch(/^[0-9a-f]{24}$/)
})

test('the first page needs at most 200 KB of compressed script', async () => {
  const { manifest, assets } = await builtApp(cacheDir)
  const first = [manifest.script, ...manifest.preload]
  const bytes = first.reduce((sum, name) => sum + (assets.get(name)?.gzip.length ?? 0), 0)
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThan(200 * 1024)
})

test('every address of the app answers the same page, under a policy that runs nothing inline', async () => {
  const pages = await Promise.all(
    ['/base/console', '/base/console/', '/base/console/requests/some-id?x=1'].map(async (path) => {
      const response = await get(path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(response.headers.get('cache-control')).toBe('no-cache')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      const policy = response.headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(policy).not.toMatch(/https?:|\*/)
      return response.text()
    }),
  )
  expect(new Set(pages).size).toBe(1)
  expect(pages[0]).toContain('src="/base/console/assets/app-')
  expect(pages[0]).not.toMatch(/<script(?![^>]*\bsrc=)/)
  expect(pages[0]).not.toMatch(/ style=|<style| on\w+=/)
})

test('a file is kept for ever by its name, and travels compressed', async () => {
  const { manifest } = await builtApp(cacheDir)
  const path = `/base/console/assets/${manifest.script}`
  const zipped = await get(path, { 'accept-encoding': 'gzip, br' })
  expect(zipped.headers.get('content-encoding')).toBe('gzip')
  expect(zipped.headers.get('cache-control')).toContain('immutable')
  const plain = await get(path)
  expect(plain.headers.get('content-encoding')).toBeNull()
  const bytes = new Uint8Array(await zipped.arrayBuffer())
  expect(Bun.gunzipSync(bytes)).toEqual(new Uint8Array(await plain.arrayBuffer()))
})

test('what is no file of the app cannot be read through its address', async () => {
  for (const name of ['manifest.json', '..%2f..%2fpackage.json', 'nothing.js'])
    expect((await get(`/base/console/assets/${name}`)).status).toBe(404)
  expect(isConsolePath('/base/consolex', '/base')).toBe(false)
  expect(isConsolePath('/console', '/base')).toBe(false)
})

test('the chosen colours are in the first paint, and nothing else of the cookie is', async () => {
  expect(await (await get('/base/console', { cookie: 'a=b; sluice-theme=dark' })).text()).toContain(
    'data-theme="dark"',
  )
  const odd = await (await get('/base/console', { cookie: 'sluice-theme="><script>' })).text()
  expect(odd).not.toContain('data-theme')
})

test('a cache that cannot be written does not keep the console from being served', async () => {
  const built = await builtApp('/proc/no-such-place')
  expect(built.assets.has(built.manifest.style)).toBe(true)
  expect(existsSync('/proc/no-such-place')).toBe(false)
})
