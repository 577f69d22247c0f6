import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type IdentitySettings, identityDoor } from '../../src/admin/identity-door.ts'
import { adminApi } from '../../src/admin/index.ts'
import { passwordDoor } from '../../src/admin/password-door.ts'
import { secret } from '../../src/base/secret.ts'
import { builtInRole } from '../../src/store/members.ts'
import { insertMember, userOf } from '../../src/store/memberships.ts'
import {
  type IdentityProvider,
  type Mischief,
  type Person,
  startIdentityProvider,
} from '../support/identity-provider.ts'
import { manualClock } from '../support/world.ts'
import { type House, openHouse, type Tenant } from './house.ts'

const ORIGIN = 'http://127.0.0.1:8787'
const PAGE = { accept: 'text/html,application/xhtml+xml' }

let house: House
let provider: IdentityProvider
let here: Tenant
let app: House['app']
let clock: ReturnType<typeof manualClock>
let ada: Person & { readonly email: string }
let adaId: string
let count = 0

beforeAll(async () => {
  house = await openHouse()
  provider = await startIdentityProvider()
})
beforeEach(async () => {
  count++
  here = await house.tenant()
  ada = { sub: `sub-${count}`, email: `Ada-${count}@example.com`, email_verified: true }
  adaId = await join(here, ada.email)
  await join(here, `boss-${count}@example.com`, 'ORGANIZATION_ADMIN')
  provider.be(ada)
  open()
})
afterAll(async () => {
  await provider.close()
  await house.close()
})

/** Makes somebody a member; gives the user's id. */
async function join(
  { organizationId }: Tenant,
  email: string,
  role: 'ORGANIZATION_USER' | 'ORGANIZATION_ADMIN' = 'ORGANIZATION_USER',
): Promise<string> {
  const { orm } = house.database
  const userId = await userOf(orm, house.world, email, '')
  const roleId = await builtInRole(orm, organizationId, role)
  const place = { organizationId, workspaceId: undefined }
  await insertMember(orm, house.world, place, { userId, roleId })
  return userId
}

function settings(parts: Partial<IdentitySettings> = {}): IdentitySettings {
  return {
    issuer: new URL(provider.url),
    clientId: provider.client.id,
    clientSecret: secret(provider.client.secret),
    emailDomains: [],
    defaultRole: undefined,
    publicOrigin: undefined,
    allowInsecure: true,
    ...parts,
  }
}

/** The admin API as a gateway with these settings has it. */
function open(parts: Partial<IdentitySettings> = {}): void {
  clock = manualClock(Date.now())
  const world = { ...house.world, clock }
  const identity = identityDoor(settings(parts), world)
  app = adminApi({ ...house.deps, world, passwords: passwordDoor(world), identity })
}

function get(
  path: string,
  headers: Record<string, string> = {},
  origin = ORIGIN,
): Promise<Response> {
  return app.handle(new Request(`${origin}/api/v1${path}`, { headers }))
}

const cookiesOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')

/** The browser's way to the provider and back: the flow's cookie and the path with code and state. */
async function leave(path = '/auth/oidc/start', origin = ORIGIN) {
  const started = await get(path, {}, origin)
  expect(started.status).toBe(303)
  const approved = await fetch(started.headers.get('location') ?? '', { redirect: 'manual' })
  expect(approved.status).toBe(302)
  const back = new URL(approved.headers.get('location') ?? '')
  return {
    cookie: cookiesOf(started),
    set: started.headers.getSetCookie()[0] ?? '',
    back,
    path: `/auth/oidc/callback${back.search}`,
  }
}

async function signIn(person: Person = ada, mischief: Mischief = {}): Promise<Response> {
  provider.be(person, mischief)
  const { cookie, path } = await leave()
  return await get(path, { cookie })
}

async function whoIs(response: Response): Promise<object> {
  const who = await get('/auth/session', { cookie: cookiesOf(response) })
  return (await who.json()) as object
}

async function sayingOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: string }
  return `${response.status} ${error}`
}

describe('signing in at the identity provider', () => {
  test('a member with a verified address gets a session of its own, on record', async () => {
    const response = await signIn()
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/console')
    const set = response.headers.getSetCookie()
    expect(set[0]).toMatch(/^sluice=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/)
    // The flow is over: its cookie goes.
    expect(set[1]).toStartWith('sluice-flow=; ')
    expect(await whoIs(response)).toMatchObject({
      user_id: adaId,
      organization_id: here.organizationId,
    })
    const [row] = await house.database.sql`
      select details from audit_log where organization_id = ${here.organizationId}`
    expect(row).toEqual({ details: { by: 'identity provider' } })
  })

  test('the flow is sealed in a cookie that scripts and other sites do not get, with PKCE, state and nonce', async () => {
    const { set, back } = await leave()
    expect(set).toMatch(/^sluice-flow=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/)
    expect(`${set}`).not.toContain(back.searchParams.get('state') ?? '-')
    const far = await get('/auth/oidc/start', {}, 'http://gateway.example.com')
    const to = new URL(far.headers.get('location') ?? '')
    expect(to.searchParams.get('redirect_uri')).toBe(
      'https://gateway.example.com/api/v1/auth/oidc/callback',
    )
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect((to.searchParams.get(name) ?? '').length).toBeGreaterThan(40)
    expect(far.headers.getSetCookie()[0]).toMatch(/^__Host-sluice-flow=[\w-]+; Secure; /)
    open({ publicOrigin: 'https://public.example.com' })
    const told = new URL((await get('/auth/oidc/start')).headers.get('location') ?? '')
    expect(told.searchParams.get('redirect_uri')).toStartWith('https://public.example.com/')
  })

  test('a person stays the same when the address changes there, and nobody inherits an address', async () => {
    expect((await signIn()).status).toBe(303)
    const renamed = { ...ada, email: `renamed-${count}@example.com` }
    expect(await whoIs(await signIn(renamed))).toMatchObject({ user_id: adaId })
    const heir = { ...ada, sub: `heir-${count}` }
    expect(await sayingOf(await signIn(heir))).toContain('403 This e-mail address belonged')
    // Removing the one who left, and adding the new one, is what lets the new one in.
    const manager = house.managerKey(here)
    const members = '/api/v1/orgs/current/members'
    const { data } = (await (await house.send('GET', members, manager)).json()) as {
      data: { id: string; user_id: string; role_id: string }[]
    }
    const old = data.find((each) => each.user_id === adaId)
    const removed = await house.send('DELETE', `${members}/${old?.id}`, manager)
    expect([removed.status, await removed.text()]).toEqual([204, ''])
    expect(await sayingOf(await signIn(heir))).toContain('403 You are no member here')
    const again = { email: ada.email, role_id: old?.role_id }
    expect((await house.send('POST', members, manager, again)).status).toBe(201)
    expect((await signIn(heir)).status).toBe(303)
    expect(await sayingOf(await signIn())).toContain('403 This e-mail address belonged')
  })

  test('the organisation can be named; a foreign one is no way in', async () => {
    const there = await house.tenant()
    const path = `/auth/oidc/start?organization_id=${there.organizationId}`
    const first = await leave(path)
    expect((await get(first.path, { cookie: first.cookie })).status).toBe(403)
    await join(there, ada.email)
    const second = await leave(path)
    expect(await whoIs(await get(second.path, { cookie: second.cookie }))).toMatchObject({
      organization_id: there.organizationId,
    })
  })

  test('an address only the user info tells is taken from there', async () => {
    const claims = { email: undefined, email_verified: undefined }
    expect((await signIn(ada, { claims })).status).toBe(303)
  })
})

describe('what must not be believed', () => {
  const nowS = Math.floor(Date.now() / 1000)
  const cases: readonly [string, Mischief][] = [
    ['a wrong nonce', { claims: { nonce: 'another' } }],
    ['no nonce', { claims: { nonce: undefined } }],
    ['a token for somebody else', { claims: { aud: 'another-client' } }],
    ['an expired token', { claims: { iat: nowS - 7200, exp: nowS - 3600 } }],
    ['a token of another issuer', { claims: { iss: 'https://evil.example.com' } }],
    ['a token without a subject', { claims: { sub: undefined } }],
    ['a token that nobody signed', { signature: 'none' }],
    ['a token signed with a foreign key', { signature: 'foreign' }],
  ]
  for (const [name, mischief] of cases)
    test(name, async () => {
      const response = await signIn(ada, mischief)
      expect(await sayingOf(response)).toStartWith('401 The sign-in at the identity provider')
      expect(response.headers.getSetCookie()).toEqual([])
    })

  test('an address that is not verified, or none', async () => {
    for (const email_verified of [false, undefined, 'true'])
      expect(await sayingOf(await signIn({ ...ada, email_verified } as Person))).toContain(
        '403 The identity provider has not verified',
      )
    const { email: _, ...nameless } = ada
    expect(await sayingOf(await signIn(nameless))).toContain('403 The identity provider told no')
  })

  test('a callback that comes a second time, even if the provider takes the code again', async () => {
    provider.be(ada, { reusesCodes: true })
    const { cookie, path } = await leave()
    const answers = await Promise.all([1, 2, 3].map(() => get(path, { cookie })))
    expect(answers.map((each) => each.status).sort()).toEqual([303, 401, 401])
    provider.be(ada)
    const honest = await leave()
    expect((await get(honest.path, { cookie: honest.cookie })).status).toBe(303)
    expect((await get(honest.path, { cookie: honest.cookie })).status).toBe(401)
  })

  test('a callback in another browser, late, changed, or with a state of its own', async () => {
    const mine = await leave()
    const theirs = await leave()
    expect((await get(mine.path)).status).toBe(401)
    expect((await get(mine.path, { cookie: theirs.cookie })).status).toBe(401)
    const other = mine.path.replace(/state=[^&]+/, 'state=made-up-state-of-some-length')
    expect((await get(other, { cookie: mine.cookie })).status).toBe(401)
    const at = mine.cookie.indexOf('=') + 30
    const letter = mine.cookie[at] === 'A' ? 'B' : 'A'
    const broken = mine.cookie.slice(0, at) + letter + mine.cookie.slice(at + 1)
    expect((await get(mine.path, { cookie: broken })).status).toBe(401)
    clock.advance(600_000)
    expect((await get(mine.path, { cookie: mine.cookie })).status).toBe(401)
  })

  test('a refusal of the provider is told by its word, never with what it wrote', async () => {
    const { cookie, back } = await leave()
    const state = back.searchParams.get('state')
    const path = `/auth/oidc/callback?state=${state}&error=access_denied&error_description=%3Cb%3E`
    const said = await sayingOf(await get(path, { cookie }))
    expect(said).toBe('401 The identity provider refused: access_denied.')
  })
})

describe('who may', () => {
  test('somebody who is no member may not, unless newcomers become members of the first organisation', async () => {
    const stranger = { ...ada, sub: `new-${count}`, email: `new-${count}@example.com` }
    expect(await sayingOf(await signIn(stranger))).toContain('403 You are no member here')
    open({ defaultRole: 'ORGANIZATION_VIEWER', emailDomains: ['example.com'] })
    const [first] = await house.database.sql<{ id: string }[]>`
      select id from organizations order by id limit 1`
    const entered = await signIn(stranger)
    expect(await whoIs(entered)).toMatchObject({
      organization_id: first?.id ?? '',
      permissions: ['organization:read'],
    })
    expect((await signIn(stranger)).status).toBe(303)
    // Asking for another organisation leads into none.
    provider.be({ ...stranger, sub: `next-${count}`, email: `next-${count}@example.com` })
    const { cookie, path } = await leave(`/auth/oidc/start?organization_id=${here.organizationId}`)
    expect((await get(path, { cookie })).status).toBe(here.organizationId === first?.id ? 303 : 403)
  })

  test('only addresses of the allowed domains, not of look-alikes', async () => {
    open({ emailDomains: ['example.com'] })
    expect((await signIn()).status).toBe(303)
    for (const email of [
      `x-${count}@example.com.evil.net`,
      `x-${count}@evil-example.com`,
      `x-${count}@sub.example.com`,
    ]) {
      await join(here, email)
      const said = await sayingOf(await signIn({ ...ada, sub: email, email }))
      expect(said).toContain('403 Addresses of this domain')
    }
  })
})

describe('a provider in trouble', () => {
  test('that is away stops nothing else, is told as such, and is tried again soon', async () => {
    provider.goAway(true)
    try {
      open()
      expect((await get('/auth/methods')).status).toBe(200)
      expect((await get('/auth/oidc/start')).status).toBe(502)
      const page = await get('/auth/oidc/start', PAGE)
      expect([page.status, page.headers.get('location')]).toEqual([
        303,
        '/console#sign-in-failed=identity_provider_failed',
      ])
      const asked = provider.asked.length
      await get('/auth/oidc/start')
      expect(provider.asked.length).toBe(asked)
    } finally {
      provider.goAway(false)
    }
    clock.advance(10_000)
    expect((await get('/auth/oidc/start')).status).toBe(303)
  })

  test('that nobody reaches, or that answers nonsense, is a 502 without its words', async () => {
    open({ issuer: new URL('http://127.0.0.1:9') })
    expect((await get('/auth/oidc/start')).status).toBe(502)
    open()
    for (const tokenAnswer of [
      () => new Response('<html>secret inside</html>', { status: 500 }),
      () => new Response('{', { headers: { 'content-type': 'application/json' } }),
      () => Response.json({ error: 'invalid_client' }, { status: 400 }),
    ]) {
      const said = await sayingOf(await signIn(ada, { tokenAnswer }))
      expect(said).toStartWith('502 The identity provider')
      expect(said).not.toContain('inside')
    }
  })

  test('the wrong client secret is a fault of the set-up, and is never shown', async () => {
    open({ clientSecret: secret('wrong'.repeat(5)) })
    const response = await signIn()
    const text = await response.text()
    expect(response.status).toBe(502)
    expect(text).not.toContain('wrongwrong')
  })

  test('a person is brought back to the console with the code of what went wrong', async () => {
    const { path } = await leave()
    const response = await get(path, PAGE)
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/console#sign-in-failed=unauthenticated',
    ])
  })

  test('the sign-in page is told which ways there are', async () => {
    const methods = (await (await get('/auth/methods')).json()) as object
    expect(methods).toEqual({
      one_time_link: true,
      password: true,
      identity_provider: { issuer: `${provider.url}/`, start_path: '/api/v1/auth/oidc/start' },
    })
    const without = await house.send('GET', '/api/v1/auth/methods')
    expect(await without.json()).toMatchObject({ identity_provider: null })
  })
})
