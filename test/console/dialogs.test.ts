import { expect, test } from 'bun:test'
import { breaches, withAxe } from './axe.ts'
import { consoleTests } from './suite.ts'

/** Dialogs by the page and the button that opens them. */
const DIALOGS = [
  ['/settings/keys', 'New service key'],
  ['/settings/keys?kind=personal', 'New personal token'],
  ['/settings/secrets', 'New secret'],
  ['/settings/secrets', 'Delete OPENAI_API_KEY'],
  ['/settings/members', 'Add member'],
  ['/settings/members?tab=roles', 'New role'],
  ['/settings/general', 'New workspace'],
] as const

consoleTests('the dialogs of the settings', (suite) => {
  test('are usable by everybody in both schemes, and close by Escape', async () => {
    const page = await suite.signedIn()
    await withAxe(page)
    const found: Record<string, string[]> = {}
    for (const [path, opener] of DIALOGS) {
      await page.goto(`${suite.service.url}/console${path}`)
      await page.getByRole('button', { name: opener }).click()
      const dialog = page.locator('dialog[open]')
      await dialog.waitFor()
      const wrong = await breaches(page, 'dialog[open]')
      if (wrong.length > 0) found[opener] = wrong
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
    }
    expect(found).toEqual({})
  })
})
