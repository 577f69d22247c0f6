import { createHash, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'

/** What the provider is to say and do wrong. Everything absent is as it should be. */
export interface Mischief {
  /** Members of the ID token to replace; undefined leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Signed with a key that the provider does not publish, or not at all. */
  readonly signature?: 'foreign' | 'none'
  /** Gives tokens for a code again and again. */
  readonly reusesCodes?: true
  /** The whole answer of the token endpoint. */
  readonly tokenAnswer?: () => Response
}

/** Who is signed in there. */
export interface Person {
  readonly sub: string
  readonly email?: string
  readonly email_verified?: boolean
  readonly name?: string
}

export type IdentityProvider = Awaited<ReturnType<typeof startIdentityProvider>>

const CLIENT = { id: 'sluice', secret: ['idp', 'secret', 'of', 'a', 'test'].join('-') }

/**
 * An OpenID Connect provider on loopback: discovery, keys, authorization code with PKCE, tokens signed with RS256, user
 * info. It keeps to the rules (a code works once, for the client, redirect and verifier it was made for) unless told.
 */
export async function startIdentityProvider() {
  const keys = await generateKeyPair('RS256')
  const foreign = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  const codes = new Map<string, URLSearchParams>()
  let person: Person = { sub: 'ada', email: 'ada@example.com', email_verified: true, name: 'Ada' }
  let mischief: Mischief = {}
  let isAway = false
  const asked: string[] = []

  const idToken = async (nonce: string | null): Promise<string> => {
    const nowS = Math.floor(Date.now() / 1000)
    const claims: Record<string, unknown> = {
      iss: url,
      aud: CLIENT.id,
      iat: nowS,
      exp: nowS + 300,
      nonce: nonce ?? undefined,
      ...person,
      ...mischief.claims,
    }
    for (const [name, value] of Object.entries(claims)) if (value === undefined) delete claims[name]
    if (mischief.signature === 'none') return new UnsecuredJWT(claims).encode()
    const key = mischief.signature === 'foreign' ? foreign.privateKey : keys.privateKey
    return await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(key)
  }

  const token = async (request: Request): Promise<Response> => {
    if (mischief.tokenAnswer) return mischief.tokenAnswer()
    const body = new URLSearchParams(await request.text())
    if (!isClient(request)) return Response.json({ error: 'invalid_client' }, { status: 401 })
    const code = body.get('code') ?? ''
    const grant = codes.get(code)
    if (!mischief.reusesCodes) codes.delete(code)
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url')
    const fits =
      grant?.get('code_challenge') === challenge &&
      grant.get('redirect_uri') === body.get('redirect_uri')
    if (!grant || !fits) return Response.json({ error: 'invalid_grant' }, { status: 400 })
    return Response.json({
      access_token: randomUUID(),
      token_type: 'Bearer',
      expires_in: 300,
      id_token: await idToken(grant.get('nonce')),
    })
  }

  const authorize = ({ searchParams }: URL): Response => {
    const back = URL.parse(searchParams.get('redirect_uri') ?? '')
    const isRight =
      back &&
      searchParams.get('client_id') === CLIENT.id &&
      searchParams.get('response_type') === 'code' &&
      searchParams.get('code_challenge_method') === 'S256'
    if (!isRight) return new Response('bad request', { status: 400 })
    const code = randomUUID()
    codes.set(code, searchParams)
    back.searchParams.set('code', code)
    back.searchParams.set('state', searchParams.get('state') ?? '')
    return new Response(null, { status: 302, headers: { location: back.href } })
  }

  const server: Bun.Server<unknown> = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request: Request): Promise<Response> {
      const at = new URL(request.url)
      asked.push(at.pathname)
      if (isAway) return new Response('away', { status: 503 })
      switch (at.pathname) {
        case '/.well-known/openid-configuration':
          return Response.json({
            issuer: url,
            authorization_endpoint: `${url}/authorize`,
            token_endpoint: `${url}/token`,
            jwks_uri: `${url}/keys`,
            userinfo_endpoint: `${url}/userinfo`,
            response_types_supported: ['code'],
            subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: ['RS256'],
          })
        case '/keys':
          return Response.json({ keys: [jwk] })
        case '/authorize':
          return authorize(at)
        case '/token':
          return await token(request)
        case '/userinfo':
          return Response.json(person)
        default:
          return new Response('not found', { status: 404 })
      }
    },
  })
  const url: string = `http://127.0.0.1:${server.port}`
  return {
    /** The issuer. */
    url,
    client: CLIENT,
    /** Paths asked for, in order. */
    asked,
    /** Who is signed in there from now on, and what goes wrong. */
    be(next: Person, wrong: Mischief = {}): void {
      person = next
      mischief = wrong
    },
    /** Answers everything with 503, or no longer. */
    goAway(away: boolean): void {
      isAway = away
    },
    close: () => server.stop(true),
  }
}

function isClient(request: Request): boolean {
  const basic = /^Basic (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''
  const [id, given] = atob(basic).split(':').map(decodeURIComponent)
  return id === CLIENT.id && given === CLIENT.secret
}
