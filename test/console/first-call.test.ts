import { expect, test } from 'bun:test'
import { consoleTests } from './suite.ts'

consoleTests('getting started', (suite) => {
  test('leads by clicking from an empty gateway to the trace of the first call', async () => {
    const page = await suite.signedIn('/start')

    await page.getByLabel('Provider key').fill(`provider-${'x'.repeat(20)}`)
    await page.getByRole('button', { name: 'Replace' }).click()
    await page.getByText('OPENAI_API_KEY').first().waitFor()

    await page.getByLabel('Name', { exact: true }).fill('Laptop of Ada')
    await page.getByRole('button', { name: 'Create key' }).click()
    const shown = page.locator('code', { hasText: /^slu_sk_/ })
    const key = (await shown.textContent()) ?? ''
    await page.getByText('shown once').waitFor()

    await page.getByRole('tab', { name: 'curl', exact: true }).click()
    const snippet = (await page.getByRole('tabpanel').locator('pre').textContent()) ?? ''
    expect(snippet).toContain(key)
    // As pasted into a shell.
    const call = Bun.spawn(['sh', '-c', `${snippet} -sS -o /dev/null -w '%{http_code}'`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    expect(await new Response(call.stdout).text()).toBe('200')

    await page.waitForURL(/\/console\/requests\/[0-9a-f-]{36}/)
    await page.getByRole('heading', { level: 1, name: 'gpt-4o-mini' }).waitFor()
    await page.getByText('Settled: what it did cost').waitFor()
  })

  test('has settings for eight clients, each with the key in it', async () => {
    const page = await suite.signedIn()
    // A call made a moment ago would be taken for the awaited one, and its trace opened.
    await page.route(/\/api\/v1\/requests\?/, (route) =>
      route.fulfill({ json: { data: [], next_cursor: null, has_more: false } }),
    )
    await page.goto(`${suite.service.url}/console/start`)
    const tabs = page.getByRole('tab')
    await tabs.first().waitFor()
    expect(await tabs.count()).toBeGreaterThanOrEqual(8)
    for (const tab of await tabs.all()) {
      await tab.click()
      const text = (await page.getByRole('tabpanel').locator('pre').textContent()) ?? ''
      expect(text).toContain(suite.service.url)
    }
  })
})
