import * as oidc from 'openid-client'
import { Failure } from '../base/failure.ts'
import { LIMITS } from '../base/limits.ts'
import type { World } from '../base/world.ts'
import type { Identity, IdentityDoor, IdentitySettings } from './identity-door.ts'

/**
 * Speaks OpenID Connect with one provider. Discovery happens at the first sign-in, not at the start: a provider that is away must not
 * keep the gateway from serving. Sources: OpenID Connect Core 1.0, RFC 9700.
 */
export function openidDoor(settings: IdentitySettings, world: World): IdentityDoor {
  const discover = discovery(settings, world)
  return {
    settings,
    async begin(redirectUri) {
      const config = await discover()
      const verifier = oidc.randomPKCECodeVerifier()
      const flow = {
        redirectUri,
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier,
      }
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      return { url, flow }
    },
    async finish(url, flow) {
      const config = await discover()
      try {
        const tokens = await oidc.authorizationCodeGrant(config, url, {
          expectedState: flow.state,
          expectedNonce: flow.nonce,
          pkceCodeVerifier: flow.verifier,
          idTokenExpected: true,
        })
        const claims = tokens.claims()
        if (!claims) throw refused()
        const told =
          claims.email === undefined && config.serverMetadata().userinfo_endpoint !== undefined
            ? await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)
            : claims
        return identityOf(claims, told)
      } catch (cause) {
        throw failureOf(cause, world)
      }
    },
  }
}

function discovery(settings: IdentitySettings, world: World): () => Promise<oidc.Configuration> {
  const { issuer, clientId, clientSecret, allowInsecure } = settings
  let known: { readonly config: Promise<oidc.Configuration>; readonly untilMs: number } | undefined
  const run = async (): Promise<oidc.Configuration> => {
    try {
      const secret = clientSecret?.reveal()
      return await oidc.discovery(issuer, clientId, secret ?? {}, authentication(secret), {
        timeout: LIMITS.identityProviderMs / 1000,
        // The signature too: the answer came over TLS, but perhaps through somebody's proxy.
        execute: [
          oidc.enableNonRepudiationChecks,
          ...(allowInsecure ? [oidc.allowInsecureRequests] : []),
        ],
      })
    } catch (cause) {
      world.log.warn('identity_provider.not_discovered', {
        issuer: issuer.href,
        code: codeOf(cause),
      })
      if (known)
        known = { ...known, untilMs: world.clock.monotonic() + LIMITS.identityProviderRetryMs }
      throw new Failure('identity_provider_failed', {
        says: 'The identity provider could not be reached: sign in by another way, or try again.',
        retryAfterMs: LIMITS.identityProviderRetryMs,
        inside: cause,
      })
    }
  }
  return () => {
    const nowMs = world.clock.monotonic()
    if (!known || known.untilMs <= nowMs)
      known = { config: run(), untilMs: nowMs + LIMITS.identityProviderFreshMs }
    return known.config
  }
}

/** Basic is the standard's default; some providers only take the secret in the body, and say so. */
function authentication(secret: string | undefined): oidc.ClientAuth {
  if (secret === undefined) return oidc.None()
  const basic = oidc.ClientSecretBasic(secret)
  const post = oidc.ClientSecretPost(secret)
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported
    const chosen =
      methods?.includes('client_secret_post') && !methods.includes('client_secret_basic')
        ? post
        : basic
    return chosen(server, client, body, headers)
  }
}

function identityOf(
  claims: { readonly iss: string; readonly sub: string },
  told: { readonly [claim: string]: unknown },
): Identity {
  const { email, name } = told
  if (typeof email !== 'string' || email.length > 254 || !/^[^\s@<>"]+@[^\s@<>"]+$/.test(email))
    throw new Failure('sign_in_refused', {
      says: 'The identity provider told no e-mail address: allow the scope email.',
    })
  // Whoever can enter any address there could else become anybody here.
  if (told.email_verified !== true)
    throw new Failure('sign_in_refused', {
      says: 'The identity provider has not verified this e-mail address.',
    })
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email,
    name: typeof name === 'string' ? name.slice(0, 200) : '',
  }
}

function refused(): Failure {
  return new Failure('unauthenticated', {
    says: 'The sign-in at the identity provider could not be verified: try again.',
  })
}

/** What goes wrong on the provider's side, as against an answer that must not be believed. */
const PROVIDER_FAULTS = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_PARSE_ERROR',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_MISSING_SERVER_METADATA',
  'OAUTH_INVALID_SERVER_METADATA',
  'OAUTH_HTTP_REQUEST_FORBIDDEN',
])

/** Only codes are logged: messages and causes hold tokens. */
function failureOf(cause: unknown, world: World): Failure {
  if (cause instanceof Failure) return cause
  const code = codeOf(cause)
  world.log.warn('sign_in.identity_refused', { code })
  if (cause instanceof oidc.AuthorizationResponseError)
    return new Failure('unauthenticated', {
      says: `The identity provider refused: ${word(cause.error)}.`,
    })
  // `invalid_grant` is a used or foreign code; any other word is about how this gateway is set up there.
  const isRefusal =
    cause instanceof oidc.ClientError
      ? !PROVIDER_FAULTS.has(code)
      : cause instanceof oidc.ResponseBodyError && cause.error === 'invalid_grant'
  return isRefusal ? refused() : new Failure('identity_provider_failed', { inside: code })
}

function codeOf(cause: unknown): string {
  if (cause instanceof oidc.ResponseBodyError) return word(cause.error)
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : cause instanceof Error ? cause.name : 'unknown'
}

function word(text: string): string {
  return /^[\w.-]{1,60}$/.test(text) ? text : 'an error without a name'
}
