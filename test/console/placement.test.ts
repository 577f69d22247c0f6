import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { firstManager, mintSignIn } from '../../src/store/sign-in.ts'
import { type Service, startService } from '../support/service.ts'
import { testWorld } from '../support/world.ts'
import { findChromium, openBrowser, openPage } from './browser.ts'
import { chatAnswer } from './calls.ts'

const path = findChromium()
let service: Service
let browser: Browser | undefined
let admin: string

beforeAll(async () => {
  service = await startService(chatAnswer, { env: { ADMIN_PORT: '0', BASE_PATH: '/ai' } })
  admin = `http://127.0.0.1:${service.serving.adminPort}/ai`
  expect((await fetch(`${admin}/console`)).status).toBe(200)
  browser = path === undefined ? undefined : await openBrowser(path)
})
afterAll(async () => {
  await browser?.close()
  await service.close()
})

test('with a listener of its own the console is there and not among the calls', async () => {
  expect(service.serving.adminPort).not.toBe(service.serving.port)
  const shell = await (await fetch(`${admin}/console/requests`)).text()
  expect(shell).toContain(`<meta name="sluice-gateway-port" content="${service.serving.port}">`)
  expect((await fetch(`${service.url}/ai/console`)).status).toBe(404)
  expect((await fetch(`http://127.0.0.1:${service.serving.adminPort}/console`)).status).toBe(404)
})

test('below a base path one signs in, moves about, and is shown where calls go', async () => {
  if (!browser) return expect(process.env.CI).not.toBe('true')
  const { orm } = service.database
  const manager = await firstManager(orm, service.first.organizationId)
  if (!manager) throw new Error('nobody to sign in')
  const token = await mintSignIn(orm, testWorld(), manager)
  const { page, watch } = await openPage(browser, admin)
  await page.goto(`${admin}/console#token=${token}`)
  await page.waitForURL(`${admin}/console/start`)
  await page.getByRole('tabpanel').locator('pre').waitFor()
  const snippet = await page.getByRole('tabpanel').locator('pre').textContent()
  expect(snippet).toContain(`${service.url}/ai/demo/`)
  await page.getByRole('link', { name: 'Projects' }).click()
  await page.waitForURL(`${admin}/console/projects`)
  await page.locator('[data-index="0"]').click()
  await page.waitForURL(new RegExp(`${admin}/console/requests`))
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Requests' }).waitFor()
  expect(watch).toEqual({ foreign: [], errors: [] })
})
