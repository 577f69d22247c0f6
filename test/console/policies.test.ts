import { expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { breaches, withAxe } from './axe.ts'
import { callOnce } from './calls.ts'
import { consoleTests } from './suite.ts'

const PATH = '/platform/gateway-policies'
/** What a hostile administrator would like the browser of another to run. */
const HOSTILE = '"><img src=x onerror="window.hacked=1">'

consoleTests('policies', (suite) => {
  const rows = (page: Page) => page.getByRole('table', { name: 'Policies' }).locator('[data-index]')
  const pane = (page: Page, name: string) => page.getByRole('dialog', { name })
  const listed = async () => (await suite.service.admin('GET', PATH)).body as { name: string }[]

  /** A cap over a header that no call of another test carries; gives its id. */
  async function capOf(team: string, limit: number | string): Promise<string> {
    const { status, body } = await suite.service.admin('POST', PATH, {
      name: `Cap of ${team}`,
      policy_type: 'spend_cap',
      subject_matchers: [{ key: 'team', value: team }],
      config: { window: 'daily', limit_usd: limit },
    })
    expect(status).toBe(201)
    return body.id
  }

  test('a cap made by clicking tells what it would have done, and its refusal is seen in Requests', async () => {
    await callOnce(suite.service, { headers: { 'x-gateway-team': 'clicked' } })
    const page = await suite.signedIn('/policies')
    await page.getByRole('button', { name: 'New policy' }).click()
    const form = pane(page, 'New policy')
    await form.getByLabel('Name', { exact: true }).fill('Tiny cap')
    await form.getByLabel('Limit in dollars').fill('0.000000001')
    await form.getByLabel('Condition 1: what').selectOption('header')
    await form.getByLabel('Condition 1: X-Gateway- header').fill('team')
    await form.getByLabel('Condition 1: value').fill('clicked')
    await form.getByText('would have refused 1').waitFor()
    await form.getByRole('button', { name: 'Create' }).click()
    await rows(page).filter({ hasText: 'Tiny cap' }).waitFor()

    const refused = await callOnce(suite.service, { headers: { 'x-gateway-team': 'clicked' } })
    await page.goto(`${suite.service.url}/console/requests?outcome=refused`)
    await page.getByText('blocked: Tiny cap').first().waitFor()
    await page.goto(`${suite.service.url}/console/requests/${refused}`)
    await page.getByText('402', { exact: true }).first().waitFor()
  })

  test('an edit is compared with what was before, and put back to the last digit', async () => {
    const id = await capOf('edited', '12.345678901')
    const page = await suite.signedIn('/policies')
    await rows(page).filter({ hasText: 'Cap of edited' }).getByRole('link').click()
    const form = pane(page, 'Cap of edited')
    const limit = form.getByLabel('Limit in dollars')
    await limit.waitFor()
    expect(await limit.inputValue()).toBe('12.345678901')
    await limit.fill('99')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'detached' })

    await page.goto(`${suite.service.url}/console/policies?policy=${id}`)
    await form.getByRole('tab', { name: 'History' }).click()
    await form.getByText('$99.00').waitFor()
    await form.getByRole('button', { name: /^Put this back/ }).click()
    await form.getByRole('tab', { name: 'Edit' }).waitFor()
    await page.waitForFunction(
      () =>
        document.querySelector<HTMLInputElement>('dialog input[inputmode=decimal]')?.value ===
        '12.345678901',
    )
    const { body } = await suite.service.admin('GET', `${PATH}/${id}`)
    expect(body.config.limit_nanos).toBe('12345678901')
  })

  test('a change by somebody else in between is shown, and neither is lost unseen', async () => {
    const id = await capOf('contested', 5)
    const page = await suite.signedIn(`/policies?policy=${id}`)
    const form = pane(page, 'Cap of contested')
    await form.getByLabel('Limit in dollars').fill('7')
    await suite.service.admin('PATCH', `${PATH}/${id}`, {
      config: { window: 'daily', limit_usd: 6 },
    })
    await form.getByRole('button', { name: 'Save' }).click()
    await form.getByText('Nothing was saved').waitFor()
    await form.getByText('$6.00').waitFor()
    expect((await suite.service.admin('GET', `${PATH}/${id}`)).body.config.limit_usd).toBe(6)
    await form.getByRole('button', { name: 'Save mine over it' }).click()
    await form.waitFor({ state: 'detached' })
    expect((await suite.service.admin('GET', `${PATH}/${id}`)).body.config.limit_usd).toBe(7)
  })

  test('a guard is told with the bound of what it holds back in a stream', async () => {
    const { body } = await suite.service.admin('POST', PATH, {
      name: 'Guard of one key',
      policy_type: 'guard',
      subject_matchers: [{ key: 'api_key_id', value: '01890000-0000-7000-8000-0000000000bb' }],
      config: { detect: { secrets: true } },
    })
    const page = await suite.signedIn('/policies')
    const told = `replace: secrets; holds at most ${body.hold_units_max} units`
    await rows(page).filter({ hasText: 'Guard of one key' }).getByText(told).waitFor()
    await suite.service.admin('DELETE', `${PATH}/${body.id}`)
  })

  test('is deleted only by its name, and a name stays text', async () => {
    const id = await capOf('hostile', 5)
    await suite.service.admin('PATCH', `${PATH}/${id}`, { name: HOSTILE })
    const page = await suite.signedIn(`/policies?policy=${id}`)
    await page.getByRole('button', { name: 'Delete…' }).click()
    const ask = pane(page, `Delete ${HOSTILE}?`)
    const button = ask.getByRole('button', { name: 'Delete', exact: true })
    expect(await button.isDisabled()).toBe(true)
    await ask.getByRole('textbox').fill(HOSTILE)
    await button.click()
    await ask.waitFor({ state: 'detached' })
    await rows(page).filter({ hasText: 'hostile' }).waitFor({ state: 'detached' })
    expect((await listed()).map(({ name }) => name)).not.toContain(HOSTILE)
    expect(await page.evaluate(() => Reflect.get(window, 'hacked'))).toBeUndefined()
    expect(await page.locator('img').count()).toBe(0)
  })

  test('who may only read sees what each says, and why it cannot be changed', async () => {
    const { service } = suite
    const id = await capOf('watched', 5)
    const workspace = { key: 'workspace_id', value: service.first.workspaceId }
    await service.admin('PATCH', `${PATH}/${id}`, { subject_matchers: [workspace] })
    const page = await suite.stranger()
    await page.goto(`${service.url}/console/policies`)
    await page.getByLabel('API key').fill(service.first.gatewayKey)
    await page.getByRole('button', { name: 'Use this key' }).click()
    await page.getByText('Your role may not change policies').waitFor()
    expect(await page.getByRole('button', { name: 'New policy' }).count()).toBe(0)
    await rows(page).filter({ hasText: 'Cap of watched' }).getByRole('link').click()
    await pane(page, 'Cap of watched').getByText('$5.00 daily').waitFor()
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0)
  })

  test('the forms and the history are usable by everybody, in both schemes', async () => {
    const id = await capOf('looked at', 5)
    await suite.service.admin('PATCH', `${PATH}/${id}`, { enabled: false })
    const page = await suite.signedIn()
    await withAxe(page)
    const wrong: string[] = []
    const look = async (where: string) => {
      wrong.push(...(await breaches(page)).map((each) => `${where}: ${each}`))
    }
    await page.goto(`${suite.service.url}/console/policies?policy=${id}`)
    const form = pane(page, 'Cap of looked at')
    await form.getByText('would have refused').waitFor()
    await look('edit')
    await form.getByRole('tab', { name: 'History' }).click()
    await form.getByText('as it is now').waitFor()
    await look('history')
    await form.getByRole('button', { name: 'Close' }).first().click()
    await page.getByRole('button', { name: 'New policy' }).click()
    for (const kind of ['Rate limit', 'Model access', 'Data guard']) {
      await page.getByRole('radio', { name: kind }).check()
      await look(kind)
    }
    expect(wrong).toEqual([])
  })
})
