import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { adminApi } from '../../src/admin/index.ts'
import { failureThrottle } from '../../src/base/failure-throttle.ts'
import { builtInRole } from '../../src/store/members.ts'
import { insertMember, userOf } from '../../src/store/memberships.ts'
import { firstManager, mintSignIn, type Person } from '../../src/store/sign-in.ts'
import { manualClock } from '../support/world.ts'
import { type House, openHouse, type Tenant } from './house.ts'

let house: House
let here: Tenant
let boss: Person
let clock: ReturnType<typeof manualClock>
let app: House['app']
let count = 0

beforeAll(async () => {
  house = await openHouse()
})
beforeEach(async () => {
  here = await house.tenant()
  const { orm } = house.database
  count++
  const userId = await userOf(orm, house.world, `boss-${count}@example.com`, 'Boss')
  const roleId = await builtInRole(orm, here.organizationId, 'ORGANIZATION_ADMIN')
  const place = { organizationId: here.organizationId, workspaceId: undefined }
  await insertMember(orm, house.world, place, { userId, roleId })
  boss = { organizationId: here.organizationId, userId }
  clock = manualClock(Date.now())
  app = adminApi({ ...house.deps, world: { ...house.world, clock } })
})
afterAll(() => house.close())

const ORIGIN = 'http://127.0.0.1:8787'

/** A request as the console's own page sends it, unless told otherwise. */
function send(
  method: string,
  path: string,
  cookie?: string,
  body?: unknown,
  headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' },
  origin = ORIGIN,
): Promise<Response> {
  return app.handle(
    new Request(`${origin}/api/v1${path}`, {
      method,
      headers: {
        ...headers,
        ...(cookie === undefined ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )
}

function mint(): Promise<string> {
  return mintSignIn(house.database.orm, { ...house.world, clock }, boss)
}

async function signIn(origin = ORIGIN): Promise<{ cookie: string; set: string }> {
  const response = await send(
    'POST',
    '/auth/sign-in',
    undefined,
    { token: await mint() },
    {},
    origin,
  )
  expect(response.status).toBe(204)
  const set = response.headers.get('set-cookie') ?? ''
  return { cookie: set.split(';')[0] ?? '', set }
}

describe('signing in', () => {
  test('the link is for the one who manages the organisation, and works once', async () => {
    expect(await firstManager(house.database.orm, here.organizationId)).toEqual(boss)
    const token = await mint()
    const answers = await Promise.all(
      [1, 2, 3].map(() => send('POST', '/auth/sign-in', undefined, { token })),
    )
    expect(answers.map((each) => each.status).sort()).toEqual([204, 401, 401])
  })

  test('a late link, an older one and a made-up one do not work', async () => {
    const late = await mint()
    clock.advance(15 * 60_000)
    expect((await send('POST', '/auth/sign-in', undefined, { token: late })).status).toBe(401)
    const older = await mint()
    await mint()
    for (const token of [older, '', 'slu_su_x'])
      expect((await send('POST', '/auth/sign-in', undefined, { token })).status).toBe(401)
  })

  test('the cookie is out of reach of scripts and other sites; beyond loopback it needs https', async () => {
    const { set } = await signIn()
    expect(set).toMatch(/^sluice=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/)
    // Behind a proxy that ends TLS a request arrives over http.
    const far = await signIn('http://gateway.example.com')
    expect(far.set).toMatch(/^__Host-sluice=[\w-]{43}; Secure; Path=\/; HttpOnly; SameSite=Lax/)
    expect(far.set).not.toContain('Domain')
  })

  test('neither token nor cookie can be read in the database', async () => {
    const token = await mint()
    const { cookie } = await signIn()
    const rows = await house.database.sql`
      select encode(hash, 'escape') as a, encode(hash, 'base64') as b from sign_in_tokens
      union all select encode(hash, 'escape'), encode(hash, 'base64') from console_sessions`
    const stored = JSON.stringify(rows)
    expect(stored).not.toContain(token.slice(7))
    expect(stored).not.toContain(cookie.split('=')[1] ?? '-')
  })

  test('guessing from one address is slowed down', async () => {
    app = adminApi({
      ...house.deps,
      throttle: failureThrottle(clock, { failuresMax: 2, windowMs: 1000, addressesMax: 10 }),
      addressOf: () => 'a',
    })
    const guess = () => send('POST', '/auth/sign-in', undefined, { token: 'guess' })
    expect([(await guess()).status, (await guess()).status, (await guess()).status]).toEqual([
      401, 401, 429,
    ])
  })
})

describe('a session', () => {
  test('can do what its person can, and its changes name the person in the audit log', async () => {
    const { cookie } = await signIn()
    const who = (await (await send('GET', '/auth/session', cookie)).json()) as {
      user_id: string
      permissions: string[]
    }
    expect(who.user_id).toBe(boss.userId)
    expect(who.permissions).toContain('organization:manage')
    expect((await send('PATCH', '/orgs/current', cookie, { display_name: 'Ours' })).status).toBe(
      200,
    )
    expect((await send('GET', '/workspaces/current', cookie)).status).toBe(200)
    const log = (await (await send('GET', '/audit-logs', cookie)).json()) as {
      data: { operation: string; actor: { user_id: string } }[]
    }
    expect(log.data.map((each) => [each.operation, each.actor.user_id])).toEqual([
      ['update_organization', boss.userId],
      ['sign_in', boss.userId],
    ])
  })

  test('a write that another site made the browser send changes nothing', async () => {
    const { cookie } = await signIn()
    const body = { display_name: 'Hacked' }
    for (const headers of [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example.com' },
      { origin: 'null' },
    ] as Record<string, string>[])
      expect((await send('PATCH', '/orgs/current', cookie, body, headers)).status).toBe(403)
    const own = { origin: ORIGIN }
    expect((await send('PATCH', '/orgs/current', cookie, body, own)).status).toBe(200)
  })

  test('beyond loopback only a page that came over https may write', async () => {
    // A proxy ends TLS: what arrives here is plain.
    const arrives = 'http://gateway.example.com'
    const { cookie } = await signIn(arrives)
    const rename = async (origin: string) => {
      const body = { display_name: 'Mine' }
      return (await send('PATCH', '/orgs/current', cookie, body, { origin }, arrives)).status
    }
    expect(await rename('https://gateway.example.com')).toBe(200)
    // Whoever sits on the line can answer for the plain address, and a cookie goes to every port.
    expect(await rename('http://gateway.example.com')).toBe(403)
    expect(await rename('https://gateway.example.com:8443')).toBe(403)
  })

  test('a form cannot write: only JSON is taken', async () => {
    const { cookie } = await signIn()
    const response = await app.handle(
      new Request(`${ORIGIN}/api/v1/orgs/current`, {
        method: 'PATCH',
        headers: {
          cookie,
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'display_name=x',
      }),
    )
    expect(response.status).toBe(415)
  })

  test('ends after half an hour without a request, and after twelve hours in any case', async () => {
    const { cookie } = await signIn()
    const status = async () => (await send('GET', '/auth/session', cookie)).status
    clock.advance(29 * 60_000)
    expect(await status()).toBe(200)
    clock.advance(29 * 60_000)
    expect(await status()).toBe(200)
    clock.advance(31 * 60_000)
    expect(await status()).toBe(401)
    const second = await signIn()
    for (let minutes = 0; minutes < 12 * 60; minutes += 20) {
      expect((await send('GET', '/auth/session', second.cookie)).status).toBe(200)
      clock.advance(20 * 60_000)
    }
    expect((await send('GET', '/auth/session', second.cookie)).status).toBe(401)
  })

  test('is listed, ended from another one, and signed out', async () => {
    const first = await signIn()
    clock.advance(1)
    const second = await signIn()
    const listed = (await (await send('GET', '/auth/sessions', second.cookie)).json()) as {
      id: string
      current: boolean
    }[]
    expect(listed.map((each) => each.current)).toEqual([true, false])
    const other = listed[1]?.id
    expect((await send('DELETE', `/auth/sessions/${other}`, second.cookie)).status).toBe(204)
    expect((await send('GET', '/auth/session', first.cookie)).status).toBe(401)
    const out = await send('POST', '/auth/sign-out', second.cookie)
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
    expect((await send('GET', '/auth/session', second.cookie)).status).toBe(401)
  })

  test('ends with the membership of its person', async () => {
    const { cookie } = await signIn()
    await house.database.sql`delete from org_memberships where user_id = ${boss.userId}`
    expect((await send('GET', '/auth/session', cookie)).status).toBe(401)
  })

  test('a cookie beside a key does not count', async () => {
    const { cookie } = await signIn()
    const response = await send('GET', '/auth/session', cookie, undefined, { 'x-api-key': 'wrong' })
    expect(response.status).toBe(401)
  })
})
