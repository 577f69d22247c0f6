import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { firstManager, mintSignIn } from '../../src/store/sign-in.ts'
import type { Service } from '../support/service.ts'
import { testWorld } from '../support/world.ts'

/** The shell first: it draws the same pages and opens one in a third of the time, having no windows of its own. */
const PLACES = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // One process for all pages of a test: starting more costs more than the pages themselves.
  '--in-process-gpu',
  '--renderer-process-limit=1',
  '--disable-site-isolation-trials',
]

/**
 * Where a Chromium is, or undefined after saying so. In CI a missing browser is a failure: the tests of the console
 * must have run.
 */
export function findChromium(): string | undefined {
  const found = PLACES.find((each) => each !== '' && existsSync(each))
  if (found !== undefined) return found
  const says =
    'no Chromium here: install the package chromium-headless-shell or chromium, or set CHROMIUM_PATH'
  if (process.env.CI === 'true') throw new Error(says)
  console.error(`${says}; the tests of the console do not run`)
  return undefined
}

/** What a page waits for may take that long on a loaded machine; shorter than a test's own limit, to be told what it was. */
const WAIT_MS = 50_000

/** A browser of its own. */
export function openBrowser(path: string): Promise<Browser> {
  return chromium.launch({ executablePath: path, headless: true, args: FLAGS, timeout: WAIT_MS })
}

/** What a page did that it must not. */
export interface Watch {
  /** Requests to another origin. */
  readonly foreign: string[]
  /** Errors of the console, among them what the security policy refused. */
  readonly errors: string[]
}

export interface PageOptions {
  readonly theme?: 'light' | 'dark'
  readonly width?: number
  readonly height?: number
}

/** A fresh page in a context of its own, with everything it asks for written down. */
export async function openPage(
  browser: Browser,
  origin: string,
  { theme = 'light', width = 1280, height = 800 }: PageOptions = {},
): Promise<{ readonly page: Page; readonly watch: Watch }> {
  const context = await browser.newContext({
    colorScheme: theme,
    viewport: { width, height },
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(WAIT_MS)
  const page = await context.newPage()
  const watch: Watch = { foreign: [], errors: [] }
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !url.startsWith('data:')) watch.foreign.push(url)
  })
  page.on('console', (message) => {
    if (message.type() === 'error') watch.errors.push(message.text())
  })
  page.on('pageerror', (error) => watch.errors.push(String(error)))
  return { page, watch }
}

/** What signs the first administrator in, once. */
async function signInToken(service: Service): Promise<string> {
  const { orm } = service.database
  const manager = await firstManager(orm, service.first.organizationId)
  if (!manager) throw new Error('nobody to sign in')
  return await mintSignIn(orm, testWorld(), manager)
}

/** Signs in by the one-time link and waits for the frame. */
export async function signIn(page: Page, service: Service): Promise<void> {
  await page.goto(`${service.url}/console#token=${await signInToken(service)}`)
  await page.getByRole('navigation', { name: 'Places' }).waitFor()
}

/** Gives the page a session as {@link signIn} does, without loading the console for it. */
export async function giveSession(page: Page, service: Service): Promise<void> {
  const { url } = service
  const response = await fetch(`${url}/api/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ token: await signInToken(service) }),
  })
  const [cookie = ''] = response.headers.getSetCookie()
  const [, name, value] = /^([^=]+)=([^;]+)/.exec(cookie) ?? []
  if (!name || !value) throw new Error(`not signed in: ${response.status}`)
  const httpOnly = /;\s*httponly/i.test(cookie)
  await page.context().addCookies([{ name, value, url, httpOnly, sameSite: 'Strict' }])
}
