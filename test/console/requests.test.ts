import { expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { until } from '../support/world.ts'
import { callOnce } from './calls.ts'
import { consoleTests } from './suite.ts'

/** What a hostile caller would like a browser to run. */
const HOSTILE = '"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'

const rows = (page: Page) => page.getByRole('table', { name: 'Calls' }).locator('[data-index]')

consoleTests('the list of calls', (suite) => {
  test('shows a call by itself, leads to its trace, and comes back to the same list', async () => {
    const page = await suite.signedIn('/requests?since=1h')
    await page.getByRole('button', { name: 'Live' }).waitFor()
    const before = await rows(page).count()
    const id = await callOnce(suite.service)
    await page.waitForFunction(
      (least) => document.querySelectorAll('[data-index]').length > least,
      before,
    )
    await rows(page).first().getByRole('link').click()
    await page.waitForURL(new RegExp(id))
    await page.getByRole('heading', { name: 'Where the time went' }).waitFor()
    await page.goBack()
    await rows(page).first().waitFor()
    expect(page.url()).toContain('since=1h')
  })

  test('narrows by what is typed, and keeps it over a reload', async () => {
    await callOnce(suite.service, { model: 'gpt-4o' })
    const page = await suite.signedIn('/requests')
    await page.getByRole('searchbox').fill('gpt-4o-MINI')
    await page.waitForURL(/text=gpt-4o-MINI/)
    await page.reload()
    await rows(page).first().waitFor()
    const models = await rows(page).allTextContents()
    expect(models.length).toBeGreaterThan(0)
    for (const text of models) expect(text).toContain('gpt-4o-mini')
  })

  test('a row is reached and opened by keyboard alone', async () => {
    await callOnce(suite.service)
    const page = await suite.signedIn('')
    await page.getByRole('navigation', { name: 'Places' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await page.waitForURL(/\/console\/requests/)
    await rows(page).nth(1).waitFor()
    await rows(page).first().getByRole('link').focus()
    await page.keyboard.press('ArrowDown')
    await page.waitForFunction(
      () => document.activeElement?.closest('[data-index]')?.getAttribute('data-index') === '1',
    )
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/console\/requests\/[0-9a-f-]{36}/)
  })

  test('text that a caller chose stays text wherever it is shown', async () => {
    // A session id with marks in it would not be kept: the conversation shows what its calls asked for.
    const headers = { 'user-agent': HOSTILE, 'x-session-id': 'hostile' }
    const id = await callOnce(suite.service, { model: HOSTILE, content: HOSTILE, headers })
    const page = await suite.signedIn()
    for (const path of [`requests/${id}`, 'requests', 'conversations']) {
      await page.goto(`${suite.service.url}/console/${path}`)
      await page.locator('h1').waitFor()
      await page.getByText('onerror=').first().waitFor()
      expect(await page.evaluate(() => Reflect.get(window, 'hacked'))).toBeUndefined()
      expect(await page.locator('img, main script').count()).toBe(0)
    }
    await page.goto(`${suite.service.url}/console/requests/${id}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(HOSTILE)
  })

  test('kept content is shown after a click, as text', async () => {
    const { service } = suite
    const { workspaceId } = service.first
    const kept = await service.admin('PATCH', `/workspaces/${workspaceId}`, {
      capture_content: true,
    })
    expect(kept.status).toBe(200)
    const page = await suite.signedIn()
    const shown = page.getByRole('region', { name: 'Content' })
    // The switch reaches the gateway within a second: a call before that keeps nothing.
    const id = await until('content is kept', async () => {
      const made = await callOnce(service, { content: HOSTILE })
      const { status } = await service.admin('GET', `/runs/${made}/content`)
      return status === 200 ? made : undefined
    })
    await page.goto(`${service.url}/console/requests/${id}`)
    await page.getByRole('button', { name: 'Show content' }).click()
    await shown.getByText('onerror=').waitFor()
    await shown.getByText('pong').waitFor()
    expect(await page.evaluate(() => Reflect.get(window, 'hacked'))).toBeUndefined()
    expect(await page.locator('img, main script').count()).toBe(0)
  })
})
