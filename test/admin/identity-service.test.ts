import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts'
import { type Service, startService } from '../support/service.ts'

let provider: IdentityProvider
let service: Service
beforeAll(async () => {
  provider = await startIdentityProvider()
  // Away while the gateway starts.
  provider.goAway(true)
  service = await startService(
    { status: 200 },
    {
      env: {
        OIDC_ISSUER: provider.url,
        OIDC_CLIENT_ID: provider.client.id,
        OIDC_CLIENT_SECRET: provider.client.secret,
        OIDC_ALLOWED_DOMAINS: 'example.com',
      },
    },
  )
})
afterAll(async () => {
  await service.close()
  await provider.close()
})

const go = (url: string, headers: Record<string, string> = {}) =>
  fetch(url, { redirect: 'manual', headers })

const cookiesOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')

test('configured by the environment alone, a member added by an administrator signs in as a browser does', async () => {
  expect((await go(`${service.url}/readyz`)).status).toBe(200)
  provider.goAway(false)
  const roles = (await service.admin('GET', '/orgs/current/roles')).body as {
    id: string
    name: string
  }[]
  const role_id = roles.find((each) => each.name === 'ORGANIZATION_ADMIN')?.id
  const member = { email: 'ada@example.com', role_id }
  expect((await service.admin('POST', '/orgs/current/members', member)).status).toBe(201)
  const { body: methods } = await service.admin('GET', '/auth/methods')
  const started = await go(`${service.url}${methods.identity_provider.start_path}`)
  const approved = await go(started.headers.get('location') ?? '')
  const back = approved.headers.get('location') ?? ''
  expect(back).toStartWith(`${service.url}/api/v1/auth/oidc/callback?`)
  const entered = await go(back, { cookie: cookiesOf(started) })
  expect(entered.headers.get('location')).toBe('/console')
  const who = await go(`${service.url}/api/v1/auth/session`, { cookie: cookiesOf(entered) })
  expect(await who.json()).toMatchObject({ organization_id: service.first.organizationId })
})
