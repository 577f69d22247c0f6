import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { docsSite } from '../../src/docs/index.ts'
import { breaches, withAxe } from '../console/axe.ts'
import { findChromium, openBrowser, openPage } from '../console/browser.ts'

const chromium = findChromium()

let server: ReturnType<typeof Bun.serve>
let browser: Browser

describe.if(chromium !== undefined)('the documentation in a browser', () => {
  beforeAll(async () => {
    const site = docsSite({ basePath: '', version: '1.2.3' })
    server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: (request) => site.handle(request),
    })
    browser = await openBrowser(chromium ?? '')
  })
  afterAll(async () => {
    await browser.close()
    await server.stop(true)
  })

  const url = (path: string): string => `http://127.0.0.1:${server.port}${path}`
  // One of each kind of content: axe takes seconds for tables of hundreds of rows, which are all alike.
  const kinds = ['/docs', '/docs/search?q=cap', '/docs/nothing', '/docs/traces-and-access']
  const widest = ['spend-policies', 'redaction', 'operations', 'command-line'].map(
    (name) => `/docs/${name}`,
  )

  test('every kind of page is readable for everybody in both schemes, loads nothing foreign and breaks no policy', async () => {
    const { page, watch } = await openPage(browser, url(''))
    await withAxe(page)
    const found: Record<string, unknown> = {}
    for (const address of kinds) {
      await page.goto(url(address))
      const wrong = await breaches(page)
      if (wrong.length > 0) found[address] = wrong
    }
    expect(found).toEqual({})
    expect(watch.foreign).toEqual([])
    expect(watch.errors.filter((each) => !each.includes('404'))).toEqual([])
    await page.context().close()
  })

  test('a small screen shows the widest pages without scrolling sideways, and none loads anything foreign', async () => {
    const { page, watch } = await openPage(browser, url(''), { width: 360, height: 700 })
    const wide: string[] = []
    for (const address of widest) {
      await page.goto(url(address))
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
        wide.push(address)
    }
    expect(wide).toEqual([])
    expect(watch).toEqual({ foreign: [], errors: [] })
    await page.context().close()
  })

  test('the keyboard reaches the search and the text', async () => {
    const { page } = await openPage(browser, url(''))
    await page.goto(url('/docs/quickstart'))
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('To the text')
    await page.keyboard.press('/')
    await page.keyboard.type('spend cap')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/docs/search?q=spend+cap')
    expect(await page.locator('.hits a').first().getAttribute('href')).toContain(
      '/docs/spend-policies',
    )
    await page.context().close()
  })
})
