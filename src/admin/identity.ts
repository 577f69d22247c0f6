import { Type as t } from '@sinclair/typebox'
import { Failure } from '../base/failure.ts'
import { isJsonObject } from '../base/json.ts'
import { LIMITS } from '../base/limits.ts'
import type { IdentityDoor, IdentityFlow } from './identity-door.ts'
import { enterAs } from './identity-entry.ts'
import { type Answer, type Call, route } from './route.ts'
import { uuid } from './scalar-shapes.ts'
import { openText, sealText } from './sealed-text.ts'
import { cookieFor, cookieOf, isLoopback } from './session-cookie.ts'

const open = { method: 'GET', tag: 'console', needs: [], scope: 'open' } as const
const CALLBACK = '/api/v1/auth/oidc/callback'
const METHODS = t.Object(
  {
    one_time_link: t.Boolean({ description: 'The link of the first screen.' }),
    password: t.Boolean(),
    identity_provider: t.Union([
      t.Object({
        issuer: t.String(),
        start_path: t.String({ description: 'Where the browser goes to sign in.' }),
      }),
      t.Null(),
    ]),
  },
  {
    examples: [
      {
        one_time_link: true,
        password: true,
        identity_provider: {
          issuer: 'https://id.example.com/',
          start_path: '/api/v1/auth/oidc/start',
        },
      },
    ],
  },
)

/** Signing in at the identity provider, and which ways of signing in there are. */
export const IDENTITY_ROUTES = [
  route({
    ...open,
    path: '/auth/methods',
    summary: 'How one can sign in',
    says: 'For the sign-in page.',
    answer: { status: 200, says: 'The ways.', shape: METHODS },
    async handle({ deps }) {
      const { identity, basePath } = deps
      const identity_provider = identity
        ? {
            issuer: identity.settings.issuer.href,
            start_path: `${basePath}/api/v1/auth/oidc/start`,
          }
        : null
      return { status: 200, body: { one_time_link: true, password: true, identity_provider } }
    },
  }),
  route({
    ...open,
    path: '/auth/oidc/start',
    isPage: true,
    summary: 'Sign in at the identity provider',
    says: 'Sends the browser there (OpenID Connect, authorization code with PKCE). A browser is sent back to the console when that fails: `#sign-in-failed=` and the failure code.',
    query: t.Object(
      { organization_id: t.Optional(uuid('For members of several organisations.')) },
      { additionalProperties: false },
    ),
    answer: { status: 303, says: 'To the identity provider.' },
    fails: ['not_found', 'identity_provider_failed'],
    handle: (call) => start(call, call.query.organization_id),
  }),
  route({
    ...open,
    path: '/auth/oidc/callback',
    isPage: true,
    summary: 'Come back from the identity provider',
    says: 'Where the identity provider sends the browser: register this address there. Sets the session cookie.',
    query: t.Object(
      {
        code: t.Optional(t.String({ maxLength: 4000 })),
        state: t.Optional(t.String({ maxLength: 500 })),
        iss: t.Optional(t.String({ maxLength: 500 })),
        error: t.Optional(t.String({ maxLength: 500 })),
      },
      // Providers add their own.
      { additionalProperties: true },
    ),
    answer: { status: 303, says: 'Signed in; to the console.' },
    fails: ['not_found', 'sign_in_refused', 'conflict', 'identity_provider_failed'],
    handle: (call) => finish(call),
  }),
]

async function start(
  call: Call<unknown, unknown, unknown>,
  organizationId: string | undefined,
): Promise<Answer> {
  const { deps, url } = call
  const door = doorOf(call)
  const { publicOrigin } = door.settings
  const origin = publicOrigin ?? (isLoopback(url) ? url.origin : `https://${url.host}`)
  const begun = await door.begin(`${origin}${deps.basePath}${CALLBACK}`)
  const text = JSON.stringify({
    ...begun.flow,
    organizationId,
    endsAtMs: deps.world.clock.now() + LIMITS.identitySignInMs,
  })
  const sealed = Buffer.from(sealText(flowKey(call), text)).toString('base64url')
  return {
    status: 303,
    headers: { location: begun.url.href },
    cookies: [cookieFor({ url }, sealed, LIMITS.identitySignInMs / 1000, 'flow')],
  }
}

async function finish(call: Call<unknown, unknown, unknown>): Promise<Answer> {
  const { deps, url } = call
  const door = doorOf(call)
  const flow = flowOf(call)
  const back = new URL(flow.redirectUri)
  back.search = url.search
  const identity = await door.finish(back, flow)
  const entered = await enterAs(call, door.settings, identity, flow)
  return {
    status: 303,
    headers: { location: `${deps.basePath}/console` },
    cookies: [...(entered.cookies ?? []), cookieFor({ url }, '', 0, 'flow')],
  }
}

function doorOf({ deps }: Call<unknown, unknown, unknown>): IdentityDoor {
  if (deps.identity) return deps.identity
  throw new Failure('not_found', { says: 'No identity provider is configured (OIDC_ISSUER).' })
}

/** A sign-in under way, as the browser keeps it. */
export interface KeptFlow extends IdentityFlow {
  readonly organizationId: string | undefined
}

/** Only the browser that started a sign-in can end it: else a link would sign its visitor in as somebody else. */
function flowOf(call: Call<unknown, unknown, unknown>): KeptFlow {
  const { headers, url, deps } = call
  const cookie = cookieOf(headers, url, 'flow')
  const kept = cookie === undefined ? undefined : openFlow(flowKey(call), cookie)
  if (!kept || kept.endsAtMs <= deps.world.clock.now())
    throw new Failure('unauthenticated', {
      says: 'This sign-in was not started in this browser, or took longer than ten minutes: start again.',
    })
  return kept
}

function openFlow(
  key: Uint8Array,
  cookie: string,
): (KeptFlow & { readonly endsAtMs: number }) | undefined {
  try {
    const read: unknown = JSON.parse(openText(key, Buffer.from(cookie, 'base64url')))
    if (!isJsonObject(read)) return undefined
    const { redirectUri, state, nonce, verifier, organizationId, endsAtMs } = read
    if (
      typeof redirectUri !== 'string' ||
      typeof state !== 'string' ||
      typeof nonce !== 'string' ||
      typeof verifier !== 'string' ||
      typeof endsAtMs !== 'number'
    )
      return undefined
    const organization = typeof organizationId === 'string' ? organizationId : undefined
    return { redirectUri, state, nonce, verifier, organizationId: organization, endsAtMs }
  } catch {
    return undefined
  }
}

function flowKey({ deps }: Call<unknown, unknown, unknown>): Uint8Array {
  return deps.keyring.derive('sign-in flow')
}
