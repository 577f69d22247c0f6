import { expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { callOnce } from './calls.ts'
import { consoleTests } from './suite.ts'

const HOSTILE = '"><img src=x onerror="window.hacked=1">'

consoleTests('the settings', (suite) => {
  const dialog = (page: Page) => page.locator('dialog[open]')
  // One sign-in for most of the tests: each goes to its own address anew.
  let manager: Promise<Page> | undefined
  const open = async (path: string, page?: Page): Promise<Page> => {
    manager ??= page ? undefined : suite.signedIn(undefined, { isKept: true })
    const shown = page ?? (await manager)
    if (!shown) throw new Error('nobody is signed in')
    await shown.goto(`${suite.service.url}/console${path}`)
    await shown.locator('h1').waitFor()
    return shown
  }
  const act = async (page: Page, of: string, what: string) => {
    await page.getByRole('button', { name: `Actions of ${of}` }).click()
    await page.getByRole('menuitem', { name: what }).click()
  }
  const statusWith = async (key: string): Promise<number> => {
    const response = await fetch(`${suite.service.url}/openai/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'x' }] }),
    })
    await response.text()
    return response.status
  }
  const newKey = async (description: string): Promise<string> =>
    (await suite.service.admin('POST', '/orgs/current/service-keys', { description })).body.key

  test('a rotated key works on beside its new token, a deleted one is gone after its name was typed', async () => {
    const old = await newKey('Build farm')
    const page = await open('/settings/keys')
    await act(page, 'Build farm', 'Rotate…')
    await dialog(page).getByRole('button', { name: 'Make a new token' }).click()
    const fresh = await dialog(page)
      .locator('code', { hasText: /^slu_sk_/ })
      .textContent()
    await dialog(page).getByRole('button', { name: 'I have copied it' }).click()
    expect(fresh).not.toBe(old)
    expect([await statusWith(old), await statusWith(fresh ?? '')]).toEqual([200, 200])

    await act(page, 'Build farm', 'Delete…')
    const button = dialog(page).getByRole('button', { name: 'Delete key' })
    expect(await button.isDisabled()).toBe(true)
    await dialog(page).getByRole('textbox').fill('Build farm')
    await button.click()
    await page.getByRole('button', { name: 'Actions of Build farm' }).waitFor({ state: 'detached' })
    const { body } = await suite.service.admin('GET', '/orgs/current/service-keys')
    expect(body.map((each: { description: string }) => each.description)).not.toContain(
      'Build farm',
    )
  })

  test('a provider secret that the master key does not open is named, and mended by setting it again', async () => {
    const { sql } = suite.service.database
    await sql`update provider_secrets set wrapped_key = decode('00', 'hex') where name = 'GOOGLE_API_KEY'`
    const page = await open('/settings/secrets')
    await page.getByText('cannot be opened: GOOGLE_API_KEY').waitFor()
    await page.getByRole('button', { name: 'Replace GOOGLE_API_KEY' }).click()
    await dialog(page)
      .getByLabel('Value')
      .fill(`google-${'z'.repeat(20)}`)
    await dialog(page).getByRole('button', { name: 'Replace' }).click()
    await page.getByText('cannot be opened').first().waitFor({ state: 'detached' })
  })

  test('the gateway is switched off by the name of the organisation, and on again by one click', async () => {
    const page = await open('/settings/gateway')
    const { body } = await suite.service.admin('GET', '/orgs/current')
    const knob = page.getByRole('switch', { name: 'LLM Gateway' })
    await knob.click()
    await dialog(page).getByRole('textbox').fill(body.display_name)
    await dialog(page).getByRole('button', { name: 'Switch off' }).click()
    await page.getByText('LLM Gateway is off').waitFor()
    await knob.click()
    await page.getByText('LLM Gateway is on').waitFor()
    expect((await suite.service.admin('GET', '/orgs/current')).body.llm_gateway_enabled).toBe(true)
  })

  test('a switch that the gateway refused goes back, and says why', async () => {
    const page = await open('/settings/general')
    const knob = page.getByRole('switch').first()
    await page.route(/\/api\/v1\/workspaces\/[0-9a-f-]+$/, (route) =>
      route.request().method() === 'PATCH'
        ? route.fulfill({
            status: 403,
            contentType: 'application/problem+json',
            body: JSON.stringify({ code: 'permission_missing', error: 'The role is too small.' }),
          })
        : route.continue(),
    )
    await knob.click()
    await page.getByText('The role is too small.').waitFor()
    expect(await knob.getAttribute('aria-checked')).toBe('false')
    await page.unrouteAll()
  })

  test('the chain of the audit log is checked, and the entries that fit are saved as OCSF', async () => {
    await newKey('For the log')
    const page = await open('/audit?about=keys')
    await page.getByRole('button', { name: 'create service key' }).first().waitFor()
    expect(await page.getByRole('button', { name: 'update organization' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Verify chain' }).click()
    await page.getByText(/Intact: \d+ entries/).waitFor()
    const waiting = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download OCSF' }).click()
    const file = await (await waiting).path()
    const [first = ''] = (await Bun.file(file).text()).split('\n')
    expect(JSON.parse(first)).toMatchObject({ class_uid: 6003 })
  })

  test('what a role may not do is said, with the permission it lacks', async () => {
    const { service } = suite
    const role = await service.admin('POST', '/orgs/current/roles', {
      display_name: 'Reader',
      permissions: ['workspaces:read', 'runs:read'],
    })
    const made = await service.admin('POST', '/orgs/current/service-keys', {
      description: 'Reader',
      role_id: role.body.id,
    })
    const page = await suite.stranger()
    await page.goto(`${service.url}/console`)
    await page.getByLabel('API key').fill(made.body.key)
    await page.getByRole('button', { name: 'Use this key' }).click()
    await page.getByRole('navigation', { name: 'Places' }).waitFor()
    await open('/settings/secrets', page)
    await page.getByText('Your role may not set provider secrets.').waitFor()
    expect(await page.getByRole('button', { name: 'New secret' }).isDisabled()).toBe(true)
    await open('/audit', page)
    await page.getByText('audit:read').waitFor()
    await open('/settings/exports', page)
    await page.getByText('organization:manage').waitFor()
  })

  test('names that somebody chose stay text', async () => {
    const { service } = suite
    await service.admin('POST', '/orgs/current/service-keys', { description: HOSTILE })
    await service.admin('POST', '/orgs/current/roles', {
      display_name: HOSTILE,
      permissions: ['workspaces:read'],
    })
    await callOnce(service, { model: HOSTILE })
    for (const path of ['/settings/keys', '/settings/members?tab=roles', '/audit', '/issues']) {
      const page = await open(path)
      await page.waitForFunction(() => !/Loading/.test(document.body.textContent ?? ''))
      expect(await page.evaluate(() => Reflect.get(window, 'hacked'))).toBeUndefined()
      expect(await page.locator('img').count()).toBe(0)
    }
  })
})
