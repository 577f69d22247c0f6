import { expect, test } from 'bun:test'
import { giveSession, openPage, signIn } from './browser.ts'
import { consoleTests } from './suite.ts'

consoleTests('in the browser', (suite) => {
  test('no text becomes markup or script, on any page of ours, whoever asks for it', async () => {
    const { url } = suite.service
    const { page } = await openPage(suite.browser, url)
    await giveSession(page, suite.service)
    for (const path of ['/console', '/docs/quickstart', '/docs/search?q=cap']) {
      await page.goto(`${url}${path}`)
      const done = await page.evaluate(() => {
        const tries: Readonly<Record<string, () => unknown>> = {
          markup: () => {
            document.body.innerHTML = '<img src=x onerror="window.hacked=1">'
          },
          adjacent: () => document.body.insertAdjacentHTML('beforeend', '<b>x</b>'),
          scripted: () => {
            const script = document.createElement('script')
            script.text = 'window.hacked=1'
          },
          policy: () =>
            Reflect.get(window, 'trustedTypes').createPolicy('mine', {
              createHTML: (text: string) => text,
            }),
        }
        const through = Object.entries(tries).flatMap(([name, attempt]) => {
          try {
            attempt()
            return [name]
          } catch {
            return []
          }
        })
        return { through, hacked: 'hacked' in window }
      })
      expect({ path, ...done }).toEqual({ path, through: [], hacked: false })
    }
    await page.context().close()
  })

  test('a session stays out of reach of the page: no script reads its cookie or finds it kept', async () => {
    const page = await suite.stranger()
    await signIn(page, suite.service)
    const seen = await page.evaluate(() =>
      JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, location.href]),
    )
    const cookies = await page.context().cookies()
    const session = cookies.find(({ name }) => name === 'sluice')
    expect(session?.httpOnly).toBe(true)
    expect(session?.value.length).toBeGreaterThan(40)
    expect(seen).not.toContain(String(session?.value))
    expect(seen).not.toContain('token')
  })
})
