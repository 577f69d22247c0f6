import { type Change, change } from '../store/change.ts'
import { openSession, type Person } from '../store/sign-in.ts'
import type { Answer, Call } from './route.ts'
import { cookieFor } from './session-cookie.ts'
import { asConflict } from './write.ts'

/** How a person showed who it is, as the audit log says it. */
export type SignInWay = 'one-time token' | 'password' | 'password link' | 'identity provider'

/**
 * Opens a session for `person` and sets its cookie: 204. `also` runs in the same transaction, before it. The audit rows
 * name the organisation signed in to, which an open route only knows once the person is known.
 */
export async function enter(
  call: Call<unknown, unknown, unknown>,
  person: Person,
  by: SignInWay,
  also: (change: Change) => Promise<void> = async () => {},
): Promise<Answer & { readonly status: 204 }> {
  const { deps, headers, url, requestId } = call
  const { database, world } = deps
  const { organizationId, userId } = person
  const actor = { organizationId, userId, keyId: undefined, keyShort: undefined, requestId }
  const opened = await change(database, world, actor, async (under) => {
    await also(under)
    const session = await openSession(under.orm, world, person, headers.get('user-agent'))
    under.note({
      operation: 'sign_in',
      resource: { kind: 'session', id: session.id },
      details: { by },
    })
    return session
  }).catch((cause) => {
    throw asConflict(cause)
  })
  const seconds = Math.floor((opened.expiresAtMs - world.clock.now()) / 1000)
  return { status: 204, cookies: [cookieFor({ url }, opened.cookie, seconds)] }
}
