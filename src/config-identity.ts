import type { IdentitySettings } from './admin/identity-door.ts'
import { secret } from './base/secret.ts'

/** The variables of signing in, as `sluice doctor` lists them. */
export const IDENTITY_VARIABLES = [
  {
    name: 'SLUICE_PUBLIC_URL',
    fallback: '(as requested)',
    says: 'origin that browsers use, for the way back from the identity provider',
  },
  {
    name: 'OIDC_ISSUER',
    fallback: '(none)',
    says: 'OpenID Connect provider that people sign in at; its callback is <url>/api/v1/auth/oidc/callback',
  },
  { name: 'OIDC_CLIENT_ID', fallback: '(none)', says: 'what the provider calls this gateway' },
  { name: 'OIDC_CLIENT_SECRET', fallback: '(public client)', says: 'its secret there' },
  {
    name: 'OIDC_ALLOWED_DOMAINS',
    fallback: '(every domain)',
    says: 'domains of e-mail addresses that may sign in, separated by commas',
  },
  {
    name: 'OIDC_DEFAULT_ROLE',
    fallback: '(members only)',
    says: 'makes newcomers members: ORGANIZATION_USER or ORGANIZATION_VIEWER',
  },
] as const

const ROLES = ['ORGANIZATION_USER', 'ORGANIZATION_VIEWER'] as const
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/

/** The settings of signing in at an identity provider; undefined without `OIDC_ISSUER`. Adds to `mistakes`. */
export function readIdentity(
  given: (name: string) => string | undefined,
  allowInsecure: boolean,
  mistakes: string[],
): IdentitySettings | undefined {
  const publicOrigin = originOf(given('SLUICE_PUBLIC_URL'), mistakes)
  const told = given('OIDC_ISSUER')
  if (told === undefined) {
    for (const name of ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_DEFAULT_ROLE'])
      if (given(name) !== undefined) mistakes.push(`${name}: needs OIDC_ISSUER`)
    return undefined
  }
  const issuer = issuerOf(told, allowInsecure, mistakes)
  const clientId = given('OIDC_CLIENT_ID')
  if (clientId === undefined) mistakes.push('OIDC_ISSUER: needs OIDC_CLIENT_ID')
  const domains = domainsOf(given('OIDC_ALLOWED_DOMAINS'), mistakes)
  const defaultRole = roleOf(given('OIDC_DEFAULT_ROLE'), mistakes)
  if (defaultRole !== undefined && domains === undefined)
    mistakes.push(
      'OIDC_DEFAULT_ROLE: needs OIDC_ALLOWED_DOMAINS (* for everybody with an account at the provider)',
    )
  const clientSecret = given('OIDC_CLIENT_SECRET')
  if (!issuer || clientId === undefined) return undefined
  return {
    issuer,
    clientId,
    clientSecret: clientSecret === undefined ? undefined : secret(clientSecret),
    emailDomains: domains ?? [],
    defaultRole,
    publicOrigin,
    allowInsecure,
  }
}

function originOf(text: string | undefined, mistakes: string[]): string | undefined {
  if (text === undefined) return undefined
  const url = URL.parse(text)
  const isOrigin =
    url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` && !url.username
  if (isOrigin) return url.origin
  mistakes.push('SLUICE_PUBLIC_URL: must be an origin like https://gateway.example.com')
  return undefined
}

function issuerOf(text: string, allowInsecure: boolean, mistakes: string[]): URL | undefined {
  const url = URL.parse(text)
  const isRight = url?.protocol === 'https:' || (allowInsecure && url?.protocol === 'http:')
  if (!url || !isRight || url.search || url.hash || url.username || url.password) {
    mistakes.push('OIDC_ISSUER: must be an https URL without credentials, query and fragment')
    return undefined
  }
  return url
}

/** Undefined when nothing is said; empty for `*`. */
function domainsOf(text: string | undefined, mistakes: string[]): string[] | undefined {
  if (text === undefined) return undefined
  if (text === '*') return []
  const domains = text.split(',').map((each) => each.trim().toLowerCase())
  const wrong = domains.filter((each) => !DOMAIN.test(each))
  if (wrong.length > 0)
    mistakes.push('OIDC_ALLOWED_DOMAINS: must be domains like example.com, separated by commas')
  return domains
}

function roleOf(text: string | undefined, mistakes: string[]): (typeof ROLES)[number] | undefined {
  if (text === undefined) return undefined
  const found = ROLES.find((each) => each === text)
  if (!found) mistakes.push(`OIDC_DEFAULT_ROLE=${text}: must be ${ROLES.join(' or ')}`)
  return found
}
