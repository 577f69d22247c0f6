import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import type { Page as Browsed } from 'playwright-core'
import { PAGES } from '../../src/console/pages/index.ts'
import { callOnce } from './calls.ts'
import { consoleTests } from './suite.ts'

const AXE = readFileSync(Bun.resolveSync('axe-core/axe.min.js', import.meta.dir), 'utf8')

/** Waits until nothing loads, then gives what axe finds wrong, one line each. */
async function breaches(page: Browsed): Promise<string[]> {
  await page.locator('h1').first().waitFor()
  await page.waitForFunction(
    () =>
      !/Loading [^…]*…/.test(document.body.textContent ?? '') &&
      !document.querySelector('[aria-busy=true]'),
  )
  return page.evaluate(async () => {
    const axe = Reflect.get(window, 'axe')
    const { violations } = await axe.run(document)
    return violations.flatMap(
      (each: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
        each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
    )
  })
}

consoleTests('every page of the index', (suite) => {
  for (const theme of ['light', 'dark'] as const)
    test(`is readable for everybody in the ${theme} scheme, and fits its window`, async () => {
      const id = await callOnce(suite.service)
      const page = await suite.signedIn({ theme })
      await page.context().addInitScript({ content: AXE })
      const found: Record<string, string[]> = {}
      for (const { path, title } of PAGES) {
        await page.goto(`${suite.service.url}/console${path.replace('$id', id)}`)
        const wrong = await breaches(page)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
        if (wide) wrong.push('wider than 1280 pixels')
        if (wrong.length > 0) found[title] = wrong
      }
      expect(found).toEqual({})
    })

  test('has a name, a path and a key of its own', () => {
    const seen = (of: readonly (string | undefined)[]) => of.filter((each) => each !== undefined)
    for (const all of [PAGES.map((page) => page.path), seen(PAGES.map((page) => page.key))])
      expect(new Set(all).size).toBe(all.length)
  })

  test('keeps its state over a reload and the way back', async () => {
    const page = await suite.signedIn()
    await page.goto(`${suite.service.url}/console/projects?sort=-name`)
    const header = page.getByRole('columnheader', { name: 'Project' })
    await header.waitFor()
    expect(await header.getAttribute('aria-sort')).toBe('descending')
    await page.reload()
    await header.waitFor()
    expect(await header.getAttribute('aria-sort')).toBe('descending')
  })
})
