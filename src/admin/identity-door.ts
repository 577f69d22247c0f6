import type { Secret } from '../base/secret.ts'
import type { World } from '../base/world.ts'

/** Where people sign in, and who of them may. Only configuration sets it. */
export interface IdentitySettings {
  readonly issuer: URL
  readonly clientId: string
  /** Undefined for a public client. */
  readonly clientSecret: Secret | undefined
  /** Lower case; empty means every domain. */
  readonly emailDomains: readonly string[]
  /** The organisation role of people who are no members yet; undefined: they may not sign in. */
  readonly defaultRole: 'ORGANIZATION_USER' | 'ORGANIZATION_VIEWER' | undefined
  /** The origin that browsers use; undefined: the one each request names. */
  readonly publicOrigin: string | undefined
  /** Allows http, for a provider on loopback. */
  readonly allowInsecure: boolean
}

/** What must come back unchanged from the identity provider. Kept by the browser, sealed. */
export interface IdentityFlow {
  readonly redirectUri: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** Whom the identity provider vouches for. */
export interface Identity {
  readonly issuer: string
  readonly subject: string
  readonly email: string
  readonly name: string
}

/** Signing in at an OpenID Connect provider: authorization code with PKCE, state and nonce. */
export interface IdentityDoor {
  readonly settings: IdentitySettings
  /** Where to send the browser. Fails with `identity_provider_failed`. */
  begin(redirectUri: string): Promise<{ readonly url: URL; readonly flow: IdentityFlow }>
  /**
   * Who came back to `url`. Fails with `unauthenticated` when anything does not fit, `sign_in_refused` without a verified
   * address, `identity_provider_failed`.
   */
  finish(url: URL, flow: IdentityFlow): Promise<Identity>
}

/**
 * The door to one provider. The library behind it (80 ms, 5 MB) is loaded at the first sign-in: most processes never
 * see one.
 */
export function identityDoor(settings: IdentitySettings, world: World): IdentityDoor {
  let opened: Promise<IdentityDoor> | undefined
  const open = (): Promise<IdentityDoor> => {
    opened ??= import('./openid.ts').then(({ openidDoor }) => openidDoor(settings, world))
    return opened
  }
  return {
    settings,
    begin: async (redirectUri) => await (await open()).begin(redirectUri),
    finish: async (url, flow) => await (await open()).finish(url, flow),
  }
}
