import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { PAGES } from '../../src/console/pages/index.ts'
import { type Service, startService } from '../support/service.ts'
import { findChromium, openBrowser, openPage, signIn } from './browser.ts'
import { chatAnswer } from './calls.ts'
import { buildGallery, type GalleryTown } from './gallery-town.ts'

// Draws the pictures of the pages that the documentation shows: `bun test ./test/console/gallery.ts`. Not a test of the suite.

const DIR = process.env.GALLERY_DIR ?? join(import.meta.dir, '../../src/docs/gallery')
const THEME = process.env.GALLERY_THEME === 'dark' ? 'dark' : 'light'
const WIDTH = Number(process.env.GALLERY_WIDTH ?? 1280)
const HEIGHT = 800
/** A page of documentation shows many: each is kept small. */
const BYTES_MAX = 60 * 1024
const QUALITIES = [0.9, 0.8, 0.7, 0.6, 0.5]

const path = findChromium()
let service: Service
let browser: Browser
let town: GalleryTown

beforeAll(async () => {
  if (path === undefined) throw new Error('no browser')
  mkdirSync(DIR, { recursive: true })
  const destinations = [
    { name: 'phoenix', type: 'phoenix', endpoint: 'http://127.0.0.1:9/v1/traces' },
    { name: 'on-call', type: 'issues', endpoint: 'http://127.0.0.1:9/hook' },
  ]
  process.env.SLUICE_EXPORTS = JSON.stringify(destinations)
  ;[service, browser] = await Promise.all([
    startService(chatAnswer, { issues: true }),
    openBrowser(path),
  ])
  town = await buildGallery(service)
})
afterAll(async () => {
  await browser?.close()
  await service?.close()
})

test('draws every page', async () => {
  const { page } = await openPage(browser, service.url, {
    theme: THEME,
    width: WIDTH,
    height: HEIGHT,
  })
  await signIn(page, service)
  const canvas = await browser.newPage()
  const wanted = process.env.GALLERY_ONLY?.split(',')
  for (const { path: at, title } of PAGES) {
    const name = nameOf(at)
    if (wanted && !wanted.includes(name)) continue
    const id = at.startsWith('/issues') ? town.issueId : town.callId
    await page.goto(`${service.url}/console${at.replace('$id', id)}`)
    await settled(page)
    const picture = await smallWebp(canvas, await page.screenshot())
    expect(picture.length).toBeLessThanOrEqual(BYTES_MAX)
    writeFileSync(join(DIR, `${name}.webp`), picture)
    console.log(`${title}: ${Math.round(picture.length / 1024)} KB`)
  }
}, 240_000)

/** `/settings/keys` is `settings-keys`, `/requests/$id` is `request`. */
function nameOf(at: string): string {
  return at.slice(1).replace('s/$id', '').replaceAll('/', '-')
}

async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor()
  await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => {})
  await page.waitForFunction(
    () =>
      !/Loading [^…]*…/.test(document.body.textContent ?? '') &&
      !document.querySelector('[aria-busy=true]'),
  )
}

/** The browser itself writes WebP, as well as the size allows. */
async function smallWebp(canvas: Page, png: Buffer): Promise<Buffer> {
  for (const quality of QUALITIES) {
    const text = await canvas.evaluate(
      async ([base64, level]) => {
        const image = new Image()
        image.src = `data:image/png;base64,${base64}`
        await image.decode()
        const sheet = document.createElement('canvas')
        sheet.width = image.width
        sheet.height = image.height
        sheet.getContext('2d')?.drawImage(image, 0, 0)
        return sheet.toDataURL('image/webp', level).split(',')[1] ?? ''
      },
      [png.toString('base64'), quality] as const,
    )
    const bytes = Buffer.from(text, 'base64')
    if (bytes.length <= BYTES_MAX) return bytes
  }
  throw new Error('a picture that cannot be made small')
}
