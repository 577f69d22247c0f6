import { useQuery } from '@tanstack/react-query'
import { api, ask } from '../client.ts'
import { useSession } from '../session.tsx'

/** Where somebody is a member: in the organisation, or in the workspace that is looked at. */
export type At = 'organization' | 'workspace'

const PAGE_ROWS = 100
/** More people than this are found by the API, not by reading a list. */
const PEOPLE_MAX = 2_000

const organization = api.orgs.current.members
const workspace = api.workspaces.current.members

async function list(at: At) {
  const rows = []
  let cursor: string | undefined
  do {
    const query = { limit: PAGE_ROWS, ...(cursor === undefined ? {} : { cursor }) }
    const page = await ask(
      at === 'organization' ? organization.get({ query }) : workspace.get({ query }),
    )
    rows.push(...page.data)
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined && rows.length < PEOPLE_MAX)
  return rows
}

/** A member as the API gives it. */
export type Member = Awaited<ReturnType<typeof list>>[number]

/** The people of a place; asked only by who may read them. */
export function useMembers(at: At) {
  const session = useSession()
  return useQuery({
    queryKey: ['members', at, session.workspace?.id],
    queryFn: () => list(at),
    enabled: session.may(at === 'organization' ? 'organization:read' : 'workspaces:read'),
  })
}

/** Both places take the same changes. */
export const memberRoutes = {
  add: (at: At, body: { email: string; full_name?: string; role_id: string }) =>
    ask(at === 'organization' ? organization.post(body) : workspace.post(body)),
  giveRole: (at: At, id: string, roleId: string) => {
    const body = { role_id: roleId }
    return ask(
      at === 'organization' ? organization({ id }).patch(body) : workspace({ id }).patch(body),
    )
  },
  remove: (at: At, id: string) =>
    ask(at === 'organization' ? organization({ id }).delete() : workspace({ id }).delete()),
  passwordLink: (id: string) => ask(organization({ id })['password-link'].post()),
}
