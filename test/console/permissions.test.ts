import { expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { callOnce } from './calls.ts'
import { consoleTests } from './suite.ts'

consoleTests('who may see what', (suite) => {
  /** Signs a page in with a new service key of one of the built-in roles. */
  async function signedInAs(role: string): Promise<Page> {
    const { service } = suite
    const { body: roles } = await service.admin('GET', '/orgs/current/roles')
    const found = roles.find((each: { name: string }) => each.name === role)
    const made = await service.admin('POST', '/orgs/current/service-keys', {
      description: role,
      role_id: found.id,
      workspaces: [service.first.workspaceId],
    })
    expect(made.status).toBe(201)
    const page = await suite.stranger()
    await page.goto(`${service.url}/console`)
    await page.getByLabel('API key').fill(made.body.key)
    await page.getByRole('button', { name: 'Use this key' }).click()
    await page.getByRole('navigation', { name: 'Places' }).waitFor()
    return page
  }

  test('what a role may not do is explained, with the permission it lacks', async () => {
    const page = await signedInAs('WORKSPACE_VIEWER')
    await page.goto(`${suite.service.url}/console/overview`)
    await page.getByText('Your role may not see spend').waitFor()
    await page.getByText('usage:read').first().waitFor()
    await page.goto(`${suite.service.url}/console/start`)
    await page.getByText('Your role may not make keys').waitFor()
    expect(await page.getByRole('button', { name: 'Create key' }).count()).toBe(0)
  })

  test('an ended session shows the sign-in page instead of an error, and the same page afterwards', async () => {
    const id = await callOnce(suite.service)
    const page = await suite.signedIn(`/requests/${id}`)
    await page.getByRole('heading', { name: 'Money' }).waitFor()
    await page.context().clearCookies()
    await page.reload()
    await page.getByRole('heading', { name: 'Sign in to Sluice' }).waitFor()
    await page.getByLabel('API key').fill(suite.service.first.adminKey)
    await page.getByRole('button', { name: 'Use this key' }).click()
    await page.getByRole('heading', { name: 'Money' }).waitFor()
    expect(page.url()).toContain(id)
  })

  test('signing out ends the session for the whole browser', async () => {
    const page = await suite.signedIn('')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in to Sluice' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Sign in to Sluice' }).waitFor()
  })

  test('another workspace shows its own calls and nothing of the first', async () => {
    await callOnce(suite.service)
    const made = await suite.service.admin('POST', '/workspaces', { display_name: 'Team blue' })
    expect(made.status).toBe(201)
    const page = await suite.signedIn('/requests?since=all')
    await page.locator('[data-index="0"]').waitFor()
    await page.getByRole('button', { name: /Workspace/ }).click()
    await page.getByRole('menuitem', { name: 'Team blue' }).click()
    await page.getByText('No calls here').waitFor()
    expect(page.url()).toContain(`w=${made.body.id}`)
    await page.reload()
    await page.getByText('No calls here').waitFor()
  })
})
