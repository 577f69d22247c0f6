import { useQuery } from '@tanstack/react-query'
import type { Permission } from '../../base/permission.ts'
import { api, ask } from '../client.ts'
import { useSession } from '../session.tsx'

const list = () => ask(api.orgs.current.roles.get())

/** A role as the API gives it. */
export type Role = Awaited<ReturnType<typeof list>>[number]

/** The roles of the organisation; asked only by who may read them. */
export function useRoles() {
  const { workspace, may } = useSession()
  return useQuery({
    queryKey: ['roles', workspace?.id],
    queryFn: list,
    enabled: may('organization:read'),
  })
}

/** The roles of a scope, parted by whether this person may give them: nobody gives what they do not hold. */
export function useGrantable(scope: Role['access_scope']): {
  readonly roles: readonly Role[]
  /** The others, each with the first permission that is missing. */
  readonly withheld: readonly { readonly role: Role; readonly missing: string }[]
} {
  const { may } = useSession()
  const all = (useRoles().data ?? []).filter((role) => role.access_scope === scope)
  const missing = (role: Role) => role.permissions.find((each) => !may(each as Permission))
  return {
    roles: all.filter((role) => missing(role) === undefined),
    withheld: all.flatMap((role) => {
      const lacking = missing(role)
      return lacking === undefined ? [] : [{ role, missing: lacking }]
    }),
  }
}
