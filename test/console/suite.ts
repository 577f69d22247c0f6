import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { type Service, startService } from '../support/service.ts'
import {
  findChromium,
  giveSession,
  openBrowser,
  openPage,
  type PageOptions,
  type Watch,
} from './browser.ts'
import { chatAnswer } from './calls.ts'

/** What a test of the console works with; ready once the tests run. */
export interface Suite {
  readonly service: Service
  readonly browser: Browser
  /**
   * A page of its own where the first administrator is signed in, at that address below `/console`; empty without one. It
   * ends with its test; what it did wrong is checked at the end of the file.
   */
  signedIn(path?: string, options?: SuitePageOptions): Promise<Page>
  /** An empty page where nobody is signed in. */
  stranger(options?: SuitePageOptions): Promise<Page>
}

interface SuitePageOptions extends PageOptions {
  /** For all tests of the file. */
  readonly isKept?: true
}

/**
 * Tests that look at the console of a whole service in a real browser: `open` is called inside a describe, and every
 * page ends with nothing asked of another origin and no error in the browser's console.
 */
export function consoleTests(name: string, tests: (suite: Suite) => void): void {
  const path = findChromium()
  if (path === undefined) {
    // Said aloud by findChromium, and only outside CI.
    test(`${name}: not tested, there is no browser here`, () => {
      expect(process.env.CI).not.toBe('true')
    })
    return
  }
  describe(name, () => {
    let service: Service | undefined
    let browser: Browser | undefined
    const opened: { readonly page: Page; readonly watch: Watch }[] = []
    const kept = new Set<Page>()
    beforeAll(async () => {
      ;[service, browser] = await Promise.all([startService(chatAnswer), openBrowser(path)])
      // Built by whichever test comes first, which on a busy machine takes longer than a browser waits.
      const shell = await fetch(`${service.url}/console`)
      expect(shell.status).toBe(200)
    })
    // A page that is left open goes on asking the gateway for news.
    afterEach(async () => {
      for (const context of browser?.contexts() ?? [])
        if (!context.pages().some((page) => kept.has(page))) await context.close()
    })
    afterAll(async () => {
      await browser?.close()
      await service?.close()
    })
    const there = <T>(value: T | undefined): T => {
      if (value === undefined) throw new Error('the service or the browser did not start')
      return value
    }
    const stranger = async (options?: SuitePageOptions) => {
      const one = await openPage(there(browser), there(service).url, options)
      opened.push(one)
      if (options?.isKept) kept.add(one.page)
      return one.page
    }
    const suite: Suite = {
      get service() {
        return there(service)
      },
      get browser() {
        return there(browser)
      },
      stranger,
      async signedIn(path, options) {
        const page = await stranger(options)
        await giveSession(page, there(service))
        if (path !== undefined) await page.goto(`${there(service).url}/console${path}`)
        return page
      },
    }
    tests(suite)
    test('no page asked another origin, and none was told off by the browser', async () => {
      expect(opened.flatMap(({ watch }) => watch.foreign)).toEqual([])
      expect(opened.flatMap(({ watch }) => watch.errors).filter(isUnexpected)).toEqual([])
      expect(opened.length).toBeGreaterThan(0)
    })
  })
}

/** A browser writes a line for every answer that is not a success, also for the ones a test is about. */
function isUnexpected(line: string): boolean {
  return !/^Failed to load resource: the server responded with a status of 4\d\d/.test(line)
}
