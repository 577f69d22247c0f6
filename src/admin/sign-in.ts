import { Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import { closeSession, listSessions, type Person, redeemSignIn } from '../store/sign-in.ts'
import { enter } from './enter.ts'
import type { Caller } from './guard.ts'
import { ID_PARAMS } from './id-params.ts'
import { type Answer, type Call, route } from './route.ts'
import { iso } from './run-shape.ts'
import { moment, uuid } from './scalar-shapes.ts'
import { cookieFor } from './session-cookie.ts'
import { write } from './write.ts'

const shared = { tag: 'console', needs: [], scope: 'organization' } as const
const WHO = t.Object(
  {
    organization_id: uuid(),
    user_id: t.Union([uuid(), t.Null()], { description: 'Null for a service key.' }),
    session_id: t.Union([uuid(), t.Null()], { description: 'Null for a key.' }),
    permissions: t.Array(t.String(), { description: 'In the organisation.' }),
    workspaces: t.Array(t.Object({ id: uuid(), permissions: t.Array(t.String()) })),
  },
  { description: 'Who asks.' },
)

/** Signing in at the console, and what is signed in. */
export const SIGN_IN_ROUTES = [
  route({
    method: 'POST',
    path: '/auth/sign-in',
    tag: 'console',
    summary: 'Sign in with a one-time token',
    says: 'The token of the first screen works once, within 15 minutes. The answer sets the session cookie: 30 minutes without a request or 12 hours end it.',
    needs: [],
    scope: 'open',
    repeatable: false,
    body: t.Object(
      { token: t.String({ maxLength: 200 }) },
      { additionalProperties: false, examples: [{ token: 'the token of the sign-in link' }] },
    ),
    answer: { status: 204, says: 'Signed in.' },
    handle: (call) => signIn(call, call.body.token),
  }),
  route({
    ...shared,
    method: 'GET',
    path: '/auth/session',
    summary: 'Who am I',
    says: 'What the session, or the key, may do.',
    answer: { status: 200, says: 'Who asks.', shape: WHO },
    handle: async ({ caller }) => ({ status: 200, body: whoOnWire(caller) }),
  }),
  route({
    ...shared,
    method: 'POST',
    path: '/auth/sign-out',
    summary: 'Sign out',
    says: 'Ends this session.',
    repeatable: false,
    answer: { status: 204, says: 'Signed out.' },
    handle: (call) => end(call, call.caller.key.id),
  }),
  route({
    ...shared,
    method: 'GET',
    path: '/auth/sessions',
    summary: 'List my sessions',
    says: 'Those of the person that have not ended, newest first. A bare array.',
    answer: {
      status: 200,
      says: 'The sessions.',
      shape: t.Array(
        t.Object({
          id: uuid(),
          current: t.Boolean(),
          user_agent: t.Union([t.String(), t.Null()]),
          created_at: moment(),
          last_seen_at: moment(),
        }),
      ),
    },
    async handle({ deps, caller }) {
      const person = personOf(caller)
      const rows = person ? await listSessions(deps.database.orm, deps.world, person) : []
      return {
        status: 200,
        body: rows.map((row) => ({
          id: row.id,
          current: row.id === caller.key.id,
          user_agent: row.userAgent ?? null,
          created_at: iso(row.createdAtMs),
          last_seen_at: iso(row.lastSeenAtMs),
        })),
      }
    },
  }),
  route({
    ...shared,
    method: 'DELETE',
    path: '/auth/sessions/:id',
    summary: 'End one of my sessions',
    says: 'At once.',
    params: ID_PARAMS,
    answer: { status: 204, says: 'Ended.' },
    handle: (call) => end(call, call.params.id),
  }),
]

async function signIn(call: Call<unknown, unknown, unknown>, token: string): Promise<Answer> {
  const { database, world } = call.deps
  const person = await redeemSignIn(database.orm, world, token)
  if (!person)
    throw new Failure('unauthenticated', { says: 'This sign-in link is wrong, used or too old.' })
  return await enter(call, person, 'one-time token')
}

function end(call: Call<unknown, unknown, unknown>, id: string): Promise<Answer> {
  const { caller, url } = call
  const person = personOf(caller)
  return write(call, async ({ orm, note }) => {
    if (!person || !(await closeSession(orm, person, id)))
      throw new Failure('not_found', { says: 'There is no such session.' })
    note({ operation: 'sign_out', resource: { kind: 'session', id }, details: {} })
    return id === caller.key.id
      ? { status: 204, cookies: [cookieFor({ url }, '', 0)] }
      : { status: 204 }
  })
}

function personOf({ organizationId, key }: Caller): Person | undefined {
  return key.userId === undefined ? undefined : { organizationId, userId: key.userId }
}

function whoOnWire({ organizationId, key, permissions }: Caller): Record<string, unknown> {
  return {
    organization_id: organizationId,
    user_id: key.userId ?? null,
    session_id: key.short === 'session' ? key.id : null,
    permissions: [...permissions].sort(),
    workspaces: key.workspaces.map((each) => ({
      id: each.workspaceId,
      permissions: [...each.permissions].sort(),
    })),
  }
}
