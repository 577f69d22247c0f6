import { expect, test } from 'bun:test'
import OpenAI from 'openai'
import type { Page } from 'playwright-core'
import { signIn } from './browser.ts'
import { consoleTests } from './suite.ts'

// What an administrator and then a developer do on the first day, by clicking alone: the one-time link, a provider secret,
// a role, a member, a key, a cap, the first call, its trace, and the call that the cap refuses.

const PROVIDER_KEY = `provider-${'k'.repeat(24)}`
const CAP = 'R&D Spend Cap'
const NAMES = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GOOGLE_API_KEY']

consoleTests('the first day', (suite) => {
  /** Goes to a page as its reader would: by its name at the edge. */
  async function go(page: Page, name: string): Promise<void> {
    const places = page.getByRole('navigation', { name: 'Places' })
    await places.getByRole('link', { name, exact: true }).click()
    await page.getByRole('heading', { level: 1, name }).waitFor()
  }

  const dialog = (page: Page) => page.locator('dialog[open]')

  /** A fresh install has no provider secret. */
  async function forgetSecrets(): Promise<void> {
    const none = NAMES.map((key) => ({ key, value: null }))
    await suite.service.admin('POST', '/workspaces/current/secrets', none)
  }

  async function setProviderSecret(page: Page): Promise<void> {
    await go(page, 'Provider Secrets')
    await page.getByRole('button', { name: 'Set OPENAI_API_KEY' }).click()
    await dialog(page).getByLabel('Value').fill(PROVIDER_KEY)
    await dialog(page).getByRole('button', { name: 'Save' }).click()
    await page.getByText(`…${PROVIDER_KEY.slice(-4)}`).waitFor()
  }

  async function makeRole(page: Page): Promise<void> {
    await go(page, 'Members/Roles')
    await page.getByRole('tab', { name: 'Roles' }).click()
    await page
      .getByRole('button', { name: 'WORKSPACE_USER', exact: true })
      .or(page.getByRole('button', { name: 'Workspace User', exact: true }))
      .click()
    // A built-in role is shown, and cannot be saved.
    expect(await dialog(page).getByRole('checkbox', { name: 'gateway:invoke' }).isChecked()).toBe(
      false,
    )
    expect(await dialog(page).getByRole('button', { name: 'Save role' }).count()).toBe(0)
    await dialog(page).getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('button', { name: 'New role' }).click()
    await dialog(page).getByLabel('Role name').fill('Gateway user')
    for (const each of ['gateway:invoke', 'workspaces:read'])
      await dialog(page).getByRole('checkbox', { name: each }).check()
    await dialog(page).getByRole('button', { name: 'Create role' }).click()
    await page.getByRole('button', { name: 'Gateway user', exact: true }).waitFor()
  }

  async function addMember(page: Page): Promise<void> {
    await page.getByRole('tab', { name: 'Members' }).click()
    await page.getByLabel('Members of').selectOption('workspace')
    await page.getByRole('button', { name: 'Add member' }).click()
    await dialog(page).getByLabel('E-mail').fill('ada@example.com')
    await dialog(page).getByLabel('Role', { exact: true }).selectOption('Gateway user')
    await dialog(page).getByRole('button', { name: 'Add member' }).click()
    await page.getByText('ada@example.com', { exact: true }).waitFor()
  }

  /** Gives the key, which is on the page this once. */
  async function makeKey(page: Page): Promise<string> {
    await go(page, 'Keys')
    await page.getByRole('button', { name: 'New service key' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('R&D')
    await dialog(page).getByLabel('Role', { exact: true }).selectOption('Gateway user')
    await dialog(page).getByRole('button', { name: 'Create service key' }).click()
    const key = await dialog(page)
      .locator('code', { hasText: /^slu_sk_/ })
      .textContent()
    await dialog(page).getByRole('button', { name: 'I have copied it' }).click()
    await page.getByText('R&D').first().waitFor()
    expect(await page.content()).not.toContain(key)
    return key ?? ''
  }

  /** A daily cap on the key. */
  async function makeCap(page: Page, dollars: string): Promise<void> {
    await go(page, 'LLM Gateway')
    await page.getByText('LLM Gateway is on').waitFor()
    await page.getByRole('link', { name: 'Open Policies' }).click()
    await page.getByRole('button', { name: 'New policy' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill(CAP)
    await dialog(page).getByLabel('Condition 1: what').selectOption('api_key_id')
    const keys = dialog(page).getByLabel('Condition 1: value')
    const own = await keys.locator('option', { hasText: 'R&D' }).getAttribute('value')
    await keys.selectOption(own)
    await dialog(page).getByLabel('Limit in dollars').fill(dollars)
    await dialog(page).getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByText(CAP).first().waitFor()
  }

  test('is done by clicking alone, from the one-time link to the call that the cap refuses', async () => {
    await forgetSecrets()
    const page = await suite.stranger()
    await signIn(page, suite.service)
    await setProviderSecret(page)
    await makeRole(page)
    await addMember(page)
    const apiKey = await makeKey(page)
    // The most a call can cost is a little over $0.004: 400 tokens of output at $10 per million. It does cost $0.00006.
    await makeCap(page, '0.005')

    const openai = new OpenAI({ apiKey, baseURL: `${suite.service.url}/openai/v1`, maxRetries: 0 })
    const ask = () =>
      openai.chat.completions.create({
        model: 'gpt-4o',
        max_tokens: 400,
        messages: [{ role: 'user', content: 'ping' }],
      })
    const answer = await ask()
    expect(answer.choices[0]?.message.content).toBe('pong')
    const sent = suite.service.provider.requests.at(-1)?.headers ?? []
    expect(
      new Headers(sent.map(([name, value]): [string, string] => [name, value])).get(
        'authorization',
      ),
    ).toBe(`Bearer ${PROVIDER_KEY}`)

    await go(page, 'Projects')
    const short = /^slu_sk_([A-Za-z0-9]+)_/.exec(apiKey)?.[1] ?? apiKey.slice(7, 19)
    await page.getByRole('link', { name: new RegExp(`gateway-${short}`) }).click()
    await page.getByRole('table', { name: 'Calls' }).getByRole('link').first().click()
    await page.getByText('Settled: what it did cost').waitFor()

    // A call may begin while the hold of the one before is being settled: that is a 429, and tried again.
    let refused: unknown
    for (let calls = 0; calls < 200 && refused === undefined; calls++)
      await ask().catch((cause: unknown) => {
        if (!(cause instanceof OpenAI.RateLimitError)) refused = cause
      })
    expect(refused).toMatchObject({ status: 402 })
    expect(String(refused)).toContain(`Request blocked by gateway policies: ${CAP}`)
    await go(page, 'Requests')
    await page.getByText(`blocked: ${CAP}`).first().waitFor()
  }, 120_000)
})
