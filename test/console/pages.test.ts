import { beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { PAGES } from '../../src/console/pages/index.ts'
import { breaches, withAxe } from './axe.ts'
import { callOnce } from './calls.ts'
import { consoleTests } from './suite.ts'

const WIDTHS = [1280, 1920]

/** Waits until nothing loads any more. */
async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor()
  await page.waitForFunction(
    () =>
      !/Loading [^…]*…/.test(document.body.textContent ?? '') &&
      !document.querySelector('[aria-busy=true]'),
  )
}

/** Goes to an address of the app as a click on a link does: the page is not loaded anew, only what it shows. */
async function follow(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    document.title = ''
    history.pushState(null, '', to)
  }, path)
  await page.waitForFunction(() => document.title !== '')
}

consoleTests('every page of the index', (suite) => {
  let page: Page
  let id: string
  beforeAll(async () => {
    id = await callOnce(suite.service)
    page = await suite.signedIn(undefined, { isKept: true })
    await withAxe(page)
    await page.goto(`${suite.service.url}/console/nowhere`)
    await page.locator('h1').waitFor()
  })

  for (const { path, title } of PAGES)
    test(`${title} (${path}) is usable by everybody, in both schemes, and fits its window`, async () => {
      await follow(page, `/console${path.replace('$id', id)}`)
      await settled(page)
      expect(await breaches(page)).toEqual([])
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 })
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect(beyond).toBeLessThanOrEqual(0)
      }
    })

  test('the palette and the list of shortcuts are usable by everybody', async () => {
    for (const open of ['Control+k', '?']) {
      await page.keyboard.press(open)
      await page.getByRole('dialog').waitFor()
      expect(await breaches(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
  })

  test('pages have names, paths and keys of their own', () => {
    const seen = (of: readonly (string | undefined)[]) => of.filter((each) => each !== undefined)
    for (const all of [PAGES.map((each) => each.path), seen(PAGES.map((each) => each.key))])
      expect(new Set(all).size).toBe(all.length)
  })

  test('a list keeps its order over a reload', async () => {
    await page.goto(`${suite.service.url}/console/projects?sort=-name`)
    const header = page.getByRole('columnheader', { name: 'Project' })
    await header.waitFor()
    expect(await header.getAttribute('aria-sort')).toBe('descending')
    await page.reload()
    await header.waitFor()
    expect(await header.getAttribute('aria-sort')).toBe('descending')
  })
})
