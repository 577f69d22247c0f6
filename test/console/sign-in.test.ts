import { expect, test } from 'bun:test'
import { breaches, withAxe } from './axe.ts'
import { consoleTests } from './suite.ts'

const PASSWORD = ['a', 'battery', 'of', 'staples'].join(' ')

consoleTests('the sign-in page', (suite) => {
  /** A member who manages the organisation, with a link for a password. */
  async function passwordLinkFor(email: string): Promise<string> {
    const { service } = suite
    const roles = (await service.admin('GET', '/orgs/current/roles')).body as {
      id: string
      name: string
    }[]
    const role_id = roles.find((each) => each.name === 'ORGANIZATION_ADMIN')?.id
    const { body: member } = await service.admin('POST', '/orgs/current/members', {
      email,
      role_id,
    })
    const path = `/orgs/current/members/${member.id}/password-link`
    const { body: link } = await service.admin('POST', path, {})
    return `${service.url}${link.path}`
  }

  test("an administrator's link leads to a password, and the password back in", async () => {
    const page = await suite.stranger()
    await page.goto(await passwordLinkFor('ada@example.com'))
    await page.getByRole('heading', { name: 'Set your password' }).waitFor()
    // Nobody who looks at the address or the history finds the link.
    expect(page.url()).not.toContain('password-token')
    await page.getByLabel('New password').fill('short')
    await page.getByLabel('The same again').fill('short')
    await page.getByRole('button', { name: 'Set password' }).click()
    await page.getByText('Must have at least 12 characters').waitFor()
    await page.getByLabel('New password').fill(PASSWORD)
    await page.getByText('This is not the same.').waitFor()
    await page.getByLabel('The same again').fill(PASSWORD)
    await page.getByRole('button', { name: 'Set password' }).click()
    await page.getByRole('navigation', { name: 'Places' }).waitFor()

    await page.context().clearCookies()
    await page.goto(`${suite.service.url}/console`)
    await page.getByLabel('E-mail').fill('ada@example.com')
    await page.getByLabel('Password').fill('not the right one')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('Wrong e-mail address or password.').waitFor()
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('navigation', { name: 'Places' }).waitFor()
  })

  test('says in words what went wrong at the identity provider', async () => {
    const page = await suite.stranger()
    await page.goto(`${suite.service.url}/console#sign-in-failed=sign_in_refused`)
    await page.getByText('ask an administrator to add your e-mail address').waitFor()
    expect(page.url()).not.toContain('sign-in-failed')
  })

  test('is readable for everybody in both schemes', async () => {
    const page = await suite.stranger()
    await withAxe(page)
    for (const at of ['', '#password-token=x']) {
      await page.goto(`${suite.service.url}/console${at}`)
      await page.reload()
      await page.locator('h1').first().waitFor()
      expect(await breaches(page)).toEqual([])
    }
  })
})
