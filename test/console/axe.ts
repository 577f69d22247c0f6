import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'

const AXE = readFileSync(Bun.resolveSync('axe-core/axe.min.js', import.meta.dir), 'utf8')

/** Brings axe into every page that is loaded from now on: one that is loaded has a policy that lets no script in. */
export function withAxe(page: Page): Promise<unknown> {
  return page.context().addInitScript({ content: AXE })
}

/**
 * What keeps somebody from using the page as it is shown, one line each, in both schemes; `within` names the part that is looked
 * at by its selector, the whole page by default. The page is left in the light scheme.
 */
export async function breaches(page: Page, within?: string): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await look(page, within)
  // The scheme changes colours and nothing else.
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await look(page, within, ['color-contrast'])
  await page.emulateMedia({ colorScheme: 'light' })
  return [...light, ...dark.map((line) => `dark: ${line}`)]
}

function look(page: Page, within?: string, rules?: readonly string[]): Promise<string[]> {
  return page.evaluate(
    async ({ within, rules }) => {
      const { violations } = await Reflect.get(window, 'axe').run(within ?? document, {
        // What passed would be described too.
        resultTypes: ['violations'],
        ...(rules ? { runOnly: { type: 'rule', values: rules } } : {}),
      })
      return violations.flatMap(
        (each: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
          each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`),
      )
    },
    { within, rules },
  )
}
