import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { consoleTests } from './suite.ts'

const AXE = readFileSync(Bun.resolveSync('axe-core/axe.min.js', import.meta.dir), 'utf8')

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
    await page.context().addInitScript({ content: AXE })
    const found: Record<string, string[]> = {}
    for (const [path, opener] of DIALOGS) {
      await page.emulateMedia({ colorScheme: 'light' })
      await page.goto(`${suite.service.url}/console${path}`)
      await page.getByRole('button', { name: opener }).click()
      const dialog = page.locator('dialog[open]')
      await dialog.waitFor()
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const wrong = await page.evaluate(async () => {
          const { violations } = await Reflect.get(window, 'axe').run('dialog[open]')
          return violations.map((each: { id: string; nodes: { html: string }[] }) =>
            [each.id, ...each.nodes.map((node) => node.html.slice(0, 160))].join(' '),
          )
        })
        if (wrong.length > 0) found[`${opener} (${colorScheme})`] = wrong
      }
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
    }
    expect(found).toEqual({})
  })
})
