import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { adminApi } from '../../src/admin/index.ts'
import { passwordDoor } from '../../src/admin/password-door.ts'
import { failureThrottle } from '../../src/base/failure-throttle.ts'
import { LIMITS } from '../../src/base/limits.ts'
import { builtInRole } from '../../src/store/members.ts'
import { insertMember, userOf } from '../../src/store/memberships.ts'
import { mintSignIn, type Person } from '../../src/store/sign-in.ts'
import { manualClock } from '../support/world.ts'
import { type House, openHouse, type Tenant } from './house.ts'

const ORIGIN = 'http://127.0.0.1:8787'
const OLD = ['old', 'battery', 'staple'].join(' ')
const NEW = ['new', 'battery', 'staple'].join(' ')

let house: House
let here: Tenant
let ada: Person & { readonly email: string; readonly memberId: string }
let boss: Person
let clock: ReturnType<typeof manualClock>
let app: House['app']
let count = 0

beforeAll(async () => {
  house = await openHouse()
})
beforeEach(async () => {
  here = await house.tenant()
  count++
  ada = await member(here.organizationId, `ada-${count}@example.com`, 'ORGANIZATION_USER')
  boss = await member(here.organizationId, `boss-${count}@example.com`, 'ORGANIZATION_ADMIN')
  clock = manualClock(Date.now())
  const world = { ...house.world, clock }
  app = adminApi({ ...house.deps, world, passwords: passwordDoor(world) })
})
afterAll(() => house.close())

async function member(
  organizationId: string,
  email: string,
  role: 'ORGANIZATION_USER' | 'ORGANIZATION_ADMIN',
): Promise<typeof ada> {
  const { orm } = house.database
  const userId = await userOf(orm, house.world, email, '')
  const roleId = await builtInRole(orm, organizationId, role)
  const place = { organizationId, workspaceId: undefined }
  const memberId = await insertMember(orm, house.world, place, { userId, roleId })
  return { organizationId, userId, email, memberId }
}

/** A request as the console's own page sends it. */
function send(method: string, path: string, cookie?: string, body?: unknown): Promise<Response> {
  return app.handle(
    new Request(`${ORIGIN}/api/v1${path}`, {
      method,
      headers: {
        'sec-fetch-site': 'same-origin',
        ...(cookie === undefined ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )
}

const cookieOf = (response: Response): string =>
  response.headers.getSetCookie()[0]?.split(';')[0] ?? ''

async function linkIn(person: Person): Promise<string> {
  const token = await mintSignIn(house.database.orm, { ...house.world, clock }, person)
  return cookieOf(await send('POST', '/auth/sign-in', undefined, { token }))
}

function signIn(password: string, email = ada.email, more: object = {}): Promise<Response> {
  return send('POST', '/auth/password/sign-in', undefined, { email, password, ...more })
}

/** A link for a member, made by the one who manages the organisation. */
async function makeLink(memberId = ada.memberId, by?: string): Promise<string> {
  const cookie = by ?? (await linkIn(boss))
  const response = await send('POST', `/orgs/current/members/${memberId}/password-link`, cookie, {})
  expect(response.status).toBe(201)
  return ((await response.json()) as { token: string }).token
}

/** Sets a password by a link; gives the cookie of the session it opens. */
async function setPassword(password = OLD): Promise<string> {
  const token = await makeLink()
  const response = await send('POST', '/auth/password/redeem', undefined, { token, password })
  expect(response.status).toBe(204)
  return cookieOf(response)
}

const statusOf = async (cookie: string) => (await send('GET', '/auth/session', cookie)).status

describe('a password', () => {
  test("is set with an administrator's link, once, and signs in by address in any case", async () => {
    const token = await makeLink()
    const redeem = () => send('POST', '/auth/password/redeem', undefined, { token, password: OLD })
    const answers = await Promise.all([redeem(), redeem(), redeem()])
    expect(answers.map((each) => each.status).sort()).toEqual([204, 401, 401])
    const response = await signIn(OLD, ada.email.toUpperCase())
    expect(response.status).toBe(204)
    const who = (await (await send('GET', '/auth/session', cookieOf(response))).json()) as object
    expect(who).toMatchObject({ user_id: ada.userId, organization_id: here.organizationId })
  })

  test('that will not do is refused with the rule and does not use the link up', async () => {
    const token = await makeLink()
    const redeem = (password: string) =>
      send('POST', '/auth/password/redeem', undefined, { token, password })
    for (const password of ['short', 'a'.repeat(40), 'ab'.repeat(100), ada.email]) {
      const response = await redeem(password)
      expect([password.length, response.status]).toEqual([password.length, 422])
      const text = await response.text()
      expect(text).toContain('/password')
      expect(text).not.toContain(password)
    }
    expect((await redeem(OLD)).status).toBe(204)
  })

  test('link ends after a day, with a newer one, and is no link for signing in', async () => {
    const redeem = async (token: string) =>
      (await send('POST', '/auth/password/redeem', undefined, { token, password: OLD })).status
    const late = await makeLink()
    clock.advance(24 * 3_600_000)
    expect(await redeem(late)).toBe(401)
    const older = await makeLink()
    const newer = await makeLink()
    expect(await redeem(older)).toBe(401)
    expect((await send('POST', '/auth/sign-in', undefined, { token: newer })).status).toBe(401)
    const other = await mintSignIn(house.database.orm, { ...house.world, clock }, ada)
    expect(await redeem(other)).toBe(401)
    expect(await redeem(newer)).toBe(204)
  })

  test('can be linked to by nobody who does not manage the organisation, and to no foreign member', async () => {
    const cookie = await linkIn(ada)
    const path = `/orgs/current/members/${ada.memberId}/password-link`
    expect((await send('POST', path, cookie, {})).status).toBe(403)
    const there = await house.tenant()
    const stranger = await member(
      there.organizationId,
      `x-${count}@example.com`,
      'ORGANIZATION_USER',
    )
    const foreign = `/orgs/current/members/${stranger.memberId}/password-link`
    expect((await send('POST', foreign, await linkIn(boss), {})).status).toBe(404)
  })

  test("set in one organisation opens nothing in the person's other one", async () => {
    await setPassword()
    const there = await house.tenant()
    await member(there.organizationId, ada.email, 'ORGANIZATION_USER')
    const elsewhere = { organization_id: there.organizationId }
    expect((await signIn(OLD, ada.email, elsewhere)).status).toBe(401)
    const cookie = cookieOf(await signIn(OLD))
    expect(await (await send('GET', '/auth/session', cookie)).json()).toMatchObject({
      organization_id: here.organizationId,
    })
  })

  test('goes with the membership, as do sessions and links', async () => {
    const cookie = await setPassword()
    const token = await makeLink()
    const path = `/orgs/current/members/${ada.memberId}`
    expect((await send('DELETE', path, await linkIn(boss))).status).toBe(204)
    await member(here.organizationId, ada.email, 'ORGANIZATION_USER')
    expect(await statusOf(cookie)).toBe(401)
    expect((await signIn(OLD)).status).toBe(401)
    const redeem = { token, password: OLD }
    expect((await send('POST', '/auth/password/redeem', undefined, redeem)).status).toBe(401)
  })

  test('is kept as Argon2id of 19 MiB and two passes, and nowhere as text', async () => {
    await setPassword()
    const [row] = await house.database.sql<{ hash: string }[]>`
      select hash from member_passwords where user_id = ${ada.userId}`
    expect(row?.hash).toStartWith('$argon2id$v=19$m=19456,t=2,p=1$')
    const log = await house.database.sql`
      select details::text from audit_log where organization_id = ${here.organizationId}`
    expect(JSON.stringify(log)).not.toContain('battery')
    expect(JSON.stringify(log)).not.toContain('argon2')
  })

  test('typed in another Unicode form is the same password', async () => {
    await setPassword('Pässwörter sind schön'.normalize('NFD'))
    expect((await signIn('Pässwörter sind schön'.normalize('NFC'))).status).toBe(204)
  })
})

describe('changing a password', () => {
  const change = (cookie: string, body: object) => send('PUT', '/auth/password', cookie, body)

  test('needs the current one, ends every other session and link, and renews the own cookie', async () => {
    const first = await setPassword()
    const second = cookieOf(await signIn(OLD))
    const link = await makeLink()
    expect((await change(first, { password: NEW })).status).toBe(403)
    expect((await change(first, { current_password: 'wrong', password: NEW })).status).toBe(403)
    const changed = await change(first, { current_password: OLD, password: NEW })
    expect(changed.status).toBe(204)
    expect(cookieOf(changed)).not.toBe(first)
    expect([await statusOf(first), await statusOf(second)]).toEqual([401, 401])
    expect(await statusOf(cookieOf(changed))).toBe(200)
    const redeem = { token: link, password: NEW }
    expect((await send('POST', '/auth/password/redeem', undefined, redeem)).status).toBe(401)
    expect([(await signIn(OLD)).status, (await signIn(NEW)).status]).toEqual([401, 204])
    expect(await operations()).toContain('set_password')
  })

  test('the first one is set right after signing in by a link, not later and not with a key', async () => {
    const fresh = await linkIn(ada)
    expect((await change(fresh, { password: OLD })).status).toBe(204)
    const stale = await linkIn(boss)
    clock.advance(15 * 60_000)
    expect((await change(stale, { password: OLD })).status).toBe(403)
    const key = house.managerKey(here)
    const response = await house.send('PUT', '/api/v1/auth/password', key, { password: OLD })
    expect(response.status).toBe(403)
  })

  test('two at once: one wins', async () => {
    const cookie = await setPassword()
    const answers = await Promise.all(
      [NEW, `${NEW} 2`].map((password) => change(cookie, { current_password: OLD, password })),
    )
    const won = answers.filter((each) => each.status === 204)
    expect(won.length).toBe(1)
  })
})

describe('guessing', () => {
  test('an unknown address, one without a password and a wrong password answer the same', async () => {
    await setPassword()
    const bodies = new Set<string>()
    for (const [email, password] of [
      [ada.email, NEW],
      [`boss-${count}@example.com`, NEW],
      ['nobody@example.com', NEW],
    ] as const) {
      const response = await signIn(password, email)
      expect(response.status).toBe(401)
      const { request_id: _, ...body } = (await response.json()) as { request_id: string }
      bodies.add(JSON.stringify([body, [...response.headers.keys()].sort()]))
    }
    expect(bodies.size).toBe(1)
  })

  test('and take the same work, so that the clock tells nothing either', async () => {
    await setPassword()
    await signIn(NEW, 'warm@example.com')
    /** Processor time: a busy machine stretches the wall clock. */
    const workOf = async (email: string): Promise<number> => {
      const times: number[] = []
      for (let index = 0; index < 5; index++) {
        const before = process.cpuUsage()
        await signIn(NEW, email)
        const { user, system } = process.cpuUsage(before)
        times.push(user + system)
      }
      return times.sort((a, b) => a - b)[2] ?? 0
    }
    const known = await workOf(ada.email)
    const unknown = await workOf('nobody@example.com')
    expect(unknown / known).toBeGreaterThan(0.5)
    expect(unknown / known).toBeLessThan(2)
  })

  test('an account has to wait after too many wrong ones, also with the right one and if it does not exist', async () => {
    await setPassword()
    for (const email of [ada.email, 'nobody@example.com']) {
      for (let index = 0; index < LIMITS.passwordFailuresMax; index++)
        expect((await signIn(NEW, email)).status).toBe(401)
      const waiting = await signIn(OLD, email)
      expect(waiting.status).toBe(429)
      expect(waiting.headers.get('retry-after')).toBe(
        String(LIMITS.passwordFailuresWindowMs / 1000),
      )
    }
    // The owner is not locked out: a link still works.
    await linkIn(ada)
    clock.advance(LIMITS.passwordFailuresWindowMs)
    expect((await signIn(OLD)).status).toBe(204)
  })

  test('an address has to wait too, whatever accounts it tries', async () => {
    await setPassword()
    const world = { ...house.world, clock }
    app = adminApi({
      ...house.deps,
      world,
      passwords: passwordDoor(world),
      throttle: failureThrottle(clock, { failuresMax: 3, windowMs: 1000, addressesMax: 10 }),
      addressOf: () => 'a',
    })
    for (let index = 0; index < 3; index++)
      expect((await signIn(NEW, `someone-${index}@example.com`)).status).toBe(401)
    expect((await signIn(OLD)).status).toBe(429)
    clock.advance(1000)
    expect((await signIn(OLD)).status).toBe(204)
  })

  test('too many at once are turned away instead of taking the machine', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => signIn(NEW, `crowd-${index}@example.com`)),
    )
    const statuses = answers.map((each) => each.status)
    expect(statuses.filter((each) => each === 503).length).toBeGreaterThan(0)
    expect(statuses.filter((each) => each === 401).length).toBeGreaterThanOrEqual(34)
  })

  test('another site cannot sign a visitor in', async () => {
    const body = JSON.stringify({ email: ada.email, password: OLD })
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }])
      for (const path of ['sign-in', 'redeem']) {
        const request = new Request(`${ORIGIN}/api/v1/auth/password/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers } as Record<string, string>,
          body,
        })
        const response = await app.handle(request)
        expect([path, response.status]).toEqual([path, 403])
        expect(response.headers.getSetCookie()).toEqual([])
      }
  })
})

/** What the audit log says was done in this test's organisation. */
async function operations(): Promise<string[]> {
  const rows = await house.database.sql<{ operation: string }[]>`
    select operation from audit_log where organization_id = ${here.organizationId}`
  return rows.map((each) => each.operation)
}
