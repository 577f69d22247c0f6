import { createHash } from 'node:crypto'
import { type Static, Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import { LIMITS } from '../base/limits.ts'
import { readMember } from '../store/memberships.ts'
import {
  endAccess,
  passwordFor,
  readPassword,
  replacePassword,
  setPassword,
} from '../store/passwords.ts'
import {
  LINK_MS,
  mintSignIn,
  openSession,
  type Person,
  personOfLink,
  redeemSignIn,
} from '../store/sign-in.ts'
import { enter } from './enter.ts'
import { ID_PARAMS } from './id-params.ts'
import { passwordMistakes } from './password-door.ts'
import { type Answer, type Call, route, unprocessable } from './route.ts'
import { iso } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'
import { cookieFor } from './session-cookie.ts'
import { write } from './write.ts'

/** Far beyond the longest password, so that the rule about its length can say so itself. */
const password = () => t.String({ maxLength: 1000 })
const EXAMPLE = 'correct horse battery staple'

const SIGN_IN = t.Object(
  {
    email: t.String({ maxLength: 254 }),
    password: password(),
    organization_id: t.Optional(
      uuid('For members of several organisations with a password in each.'),
    ),
  },
  { additionalProperties: false, examples: [{ email: 'ada@example.com', password: EXAMPLE }] },
)
const REDEEM = t.Object(
  { token: t.String({ maxLength: 200 }), password: password() },
  {
    additionalProperties: false,
    examples: [{ token: 'the token of the link', password: EXAMPLE }],
  },
)
const CHANGE = t.Object(
  {
    current_password: t.Optional(password()),
    password: password(),
  },
  {
    additionalProperties: false,
    examples: [{ current_password: EXAMPLE, password: 'a better horse, a newer staple' }],
  },
)
const LINK = t.Object(
  {
    token: t.String({ description: 'Shown once.' }),
    path: t.String({ description: "The console's page for it, to be put behind its address." }),
    expires_at: moment(),
  },
  {
    examples: [
      {
        token: 'slu_su_example',
        path: '/console#password-token=slu_su_example',
        expires_at: '2026-11-23T07:00:00.000Z',
      },
    ],
  },
)
const RULES = `At least ${LIMITS.passwordUnitsMin} characters, at most ${LIMITS.passwordBytesMax} bytes.`

/** Passwords: signing in with one, setting one, and the link that lets a member set one. */
export const PASSWORD_ROUTES = [
  route({
    method: 'POST',
    path: '/auth/password/sign-in',
    tag: 'console',
    summary: 'Sign in with a password',
    says: 'Sets the session cookie. A wrong password, an unknown address and a member without a password answer the same, after the same time. After too many wrong ones an address and an account have to wait, also with the right one.',
    needs: [],
    scope: 'open',
    repeatable: false,
    body: SIGN_IN,
    answer: { status: 204, says: 'Signed in.' },
    fails: ['overloaded'],
    handle: (call) => signIn(call),
  }),
  route({
    method: 'POST',
    path: '/auth/password/redeem',
    tag: 'console',
    summary: 'Set a password with a link',
    says: `The token of an administrator's link works once, within a day. ${RULES} Every session of the member ends; the answer opens a new one.`,
    needs: [],
    scope: 'open',
    repeatable: false,
    body: REDEEM,
    answer: { status: 204, says: 'The password is set, and the member signed in.' },
    fails: ['overloaded'],
    handle: (call) => redeem(call),
  }),
  route({
    method: 'PUT',
    path: '/auth/password',
    tag: 'console',
    summary: 'Change my password',
    says: `${RULES} The first one needs no current one within 15 minutes of signing in at the console. Every other session of the member ends; a session that asks gets a new cookie.`,
    needs: [],
    needsSays: 'Needs: to be a person, at the console or with a personal token.',
    scope: 'organization',
    body: CHANGE,
    answer: { status: 204, says: 'Changed.' },
    fails: ['permission_missing', 'conflict', 'overloaded'],
    handle: (call) => changeOwn(call),
  }),
  route({
    method: 'POST',
    path: '/orgs/current/members/:id/password-link',
    tag: 'members',
    summary: 'Make a link that lets a member set a password',
    says: 'It works once, within a day; an older one ends. The password counts in this organisation only.',
    needs: ['organization:manage'],
    scope: 'organization',
    params: ID_PARAMS,
    answer: { status: 201, says: 'The link.', shape: LINK },
    handle: (call) => makeLink(call),
  }),
]

async function signIn(call: Call<unknown, unknown, Static<typeof SIGN_IN>>): Promise<Answer> {
  const { deps, body, address } = call
  const { passwords, throttle } = deps
  const account = accountOf(body.email)
  // Before the password is looked at: else a guesser would learn from a 204 that the last guess was right.
  const waitMs = Math.max(
    passwords.accounts.waitMs(account),
    address === undefined ? 0 : (throttle?.waitMs(address) ?? 0),
  )
  if (waitMs > 0)
    throw new Failure('auth_throttled', {
      says: 'Too many failed sign-ins: wait, or ask an administrator for a link.',
      retryAfterMs: waitMs,
    })
  const found = await passwordFor(deps.database.orm, body.email, body.organization_id)
  if (!(await passwords.matches(body.password, found?.hash)) || !found) {
    passwords.accounts.failed(account)
    deps.world.log.warn('sign_in.refused', { by: 'password', address, request_id: call.requestId })
    throw new Failure('unauthenticated', { says: 'Wrong e-mail address or password.' })
  }
  return await enter(call, found, 'password')
}

/** Counted without keeping the address. */
function accountOf(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('base64')
}

async function redeem(call: Call<unknown, unknown, Static<typeof REDEEM>>): Promise<Answer> {
  const { deps, body } = call
  const { database, world, passwords } = deps
  // Looked at first: a password that will not do must not use the link up.
  const person = await personOfLink(database.orm, world, body.token, 'password')
  const member = person && (await readPassword(database.orm, person))
  if (!person || !member) throw badLink()
  demandGood(body.password, member.email)
  const hash = await passwords.hash(body.password)
  return await enter(call, person, 'password link', async ({ orm, note }) => {
    if (!(await redeemSignIn(orm, world, body.token, 'password'))) throw badLink()
    await setPassword(orm, world, person, hash)
    await endAccess(orm, person)
    note(factOf(person, 'password link'))
  })
}

function badLink(): Failure {
  return new Failure('unauthenticated', { says: 'This link is wrong, used or too old.' })
}

async function changeOwn(call: Call<unknown, unknown, Static<typeof CHANGE>>): Promise<Answer> {
  const { deps, body, caller, headers, url } = call
  const { database, world, passwords } = deps
  const person = personOf(call)
  const member = await readPassword(database.orm, person)
  if (!member) throw new Failure('not_found', { says: 'You are no member any more.' })
  demandGood(body.password, member.email)
  await demandCurrent(call, member)
  const after = await passwords.hash(body.password)
  return await write(call, async ({ orm, note }) => {
    if (!(await replacePassword(orm, world, person, { before: member.hash, after })))
      throw new Failure('conflict', { says: 'The password was changed meanwhile.' })
    await endAccess(orm, person)
    note(factOf(person, member.hash === undefined ? 'first password' : 'current password'))
    if (caller.key.short !== 'session') return { status: 204 }
    const session = await openSession(orm, world, person, headers.get('user-agent'))
    const seconds = Math.floor((session.expiresAtMs - world.clock.now()) / 1000)
    return { status: 204, cookies: [cookieFor({ url }, session.cookie, seconds)] }
  })
}

/** Who took over a session or a token must not be able to keep the account with it. */
async function demandCurrent(
  { deps, body, caller }: Call<unknown, unknown, Static<typeof CHANGE>>,
  member: { readonly email: string; readonly hash: string | undefined },
): Promise<void> {
  const { accounts, matches } = deps.passwords
  if (member.hash === undefined) {
    const { signedInAtMs } = caller.key
    if (signedInAtMs !== undefined && deps.world.clock.now() - signedInAtMs < LINK_MS.sign_in)
      return
    throw new Failure('permission_missing', {
      says: 'Sign in again to set a first password, or ask an administrator for a link.',
    })
  }
  const account = accountOf(member.email)
  const waitMs = accounts.waitMs(account)
  if (waitMs > 0) throw new Failure('auth_throttled', { retryAfterMs: waitMs })
  if (await matches(body.current_password ?? '', member.hash)) return
  accounts.failed(account)
  throw new Failure('permission_missing', { says: 'The current password is wrong.' })
}

function makeLink(call: Call<Static<typeof ID_PARAMS>, unknown, unknown>): Promise<Answer> {
  const { caller, params, deps } = call
  const { organizationId } = caller
  return write(call, async ({ orm, note }) => {
    const member = await readMember(orm, { organizationId, workspaceId: undefined }, params.id)
    if (!member) throw new Failure('not_found', { says: 'There is no such member.' })
    const person = { organizationId, userId: member.userId }
    const token = await mintSignIn(orm, deps.world, person, 'password')
    note({
      operation: 'create_password_link',
      resource: { kind: 'organization_member', id: member.id },
      details: { user_id: member.userId },
    })
    const path = `${deps.basePath}/console#password-token=${token}`
    const expires_at = iso(deps.world.clock.now() + LINK_MS.password)
    return { status: 201, body: { token, path, expires_at } }
  })
}

function personOf({ caller }: Call<unknown, unknown, unknown>): Person {
  const { organizationId, key } = caller
  if (key.userId !== undefined) return { organizationId, userId: key.userId }
  throw new Failure('permission_missing', { says: 'A service key has no password.' })
}

function demandGood(given: string, email: string): void {
  const mistakes = passwordMistakes(given, email)
  if (mistakes.length > 0) throw unprocessable(mistakes)
}

function factOf({ userId }: Person, by: string) {
  return {
    operation: 'set_password' as const,
    resource: { kind: 'user', id: userId },
    details: { by },
  }
}
