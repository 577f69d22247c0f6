import { Failure } from '../base/failure.ts'
import { LIMITS } from '../base/limits.ts'
import {
  firstOrganization,
  linkIdentity,
  membershipOf,
  spendState,
  userOfIdentity,
} from '../store/identities.ts'
import { insertMember, userOf } from '../store/memberships.ts'
import { readRole } from '../store/roles.ts'
import type { Person } from '../store/sign-in.ts'
import { enter } from './enter.ts'
import type { KeptFlow } from './identity.ts'
import type { Identity, IdentitySettings } from './identity-door.ts'
import type { Answer, Call } from './route.ts'

/**
 * Opens a session for whom the identity provider vouches for: a member by its linked identity, else by its verified
 * address; somebody new when the settings say as what. A `state` works once, whatever the provider thinks of its code.
 * Fails with `sign_in_refused`, `unauthenticated`, `conflict`.
 */
export async function enterAs(
  call: Call<unknown, unknown, unknown>,
  settings: IdentitySettings,
  identity: Identity,
  flow: KeptFlow,
): Promise<Answer> {
  const { database, world } = call.deps
  demandDomain(identity.email, settings.emailDomains)
  const userId = await userOfIdentity(database.orm, identity, identity.email)
  if (userId === 'taken')
    throw new Failure('sign_in_refused', {
      says: 'This e-mail address belonged to somebody else at the identity provider: ask an administrator.',
    })
  const member =
    userId === undefined ? undefined : await membershipOf(database.orm, userId, flow.organizationId)
  const newcomer = member ? undefined : await newcomerOf(call, settings, identity, flow, userId)
  const person = member ?? newcomer?.person
  if (!person)
    throw new Failure('sign_in_refused', {
      says: 'You are no member here: ask an administrator to add your e-mail address.',
    })
  return await enter(call, person, 'identity provider', async ({ orm, note }) => {
    if (!(await spendState(orm, world, flow.state, LIMITS.identitySignInMs)))
      throw new Failure('unauthenticated', { says: 'This sign-in was used already: start again.' })
    if (newcomer) {
      const place = { organizationId: person.organizationId, workspaceId: undefined }
      const { roleId } = newcomer
      const id = await insertMember(orm, world, place, { userId: person.userId, roleId })
      note({
        operation: 'add_organization_member',
        resource: { kind: 'organization_member', id },
        details: { email: identity.email, role_id: roleId, by: 'identity provider' },
      })
    }
    await linkIdentity(orm, identity, person.userId)
  })
}

function demandDomain(email: string, domains: readonly string[]): void {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
  if (domains.length > 0 && !domains.includes(domain))
    throw new Failure('sign_in_refused', {
      says: 'Addresses of this domain may not sign in here (OIDC_ALLOWED_DOMAINS).',
    })
}

/** Somebody new joins the first organisation only: a tenant decides itself who belongs to it. */
async function newcomerOf(
  { deps }: Call<unknown, unknown, unknown>,
  { defaultRole }: IdentitySettings,
  { email, name }: Identity,
  { organizationId: wanted }: KeptFlow,
  known: string | undefined,
): Promise<{ readonly person: Person; readonly roleId: string } | undefined> {
  const { orm } = deps.database
  if (defaultRole === undefined) return undefined
  const organizationId = await firstOrganization(orm)
  if (organizationId === undefined || (wanted ?? organizationId) !== organizationId)
    return undefined
  if (known !== undefined && (await membershipOf(orm, known, organizationId))) return undefined
  const role = await readRole(orm, organizationId, { name: defaultRole })
  if (!role) return undefined
  const userId = known ?? (await userOf(orm, deps.world, email, name))
  return { person: { organizationId, userId }, roleId: role.id }
}
