import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react'
import type { Permission } from '../base/permission.ts'
import { api, ask, chooseTenant, holdsKey, signWithKey } from './client.ts'

/** A workspace that the person may look at. */
export interface Workspace {
  readonly id: string
  readonly name: string
}

/** Who is signed in, and where they look. */
export interface Session {
  readonly userId: string | null
  readonly organizationId: string
  readonly workspaces: readonly Workspace[]
  readonly workspace: Workspace | undefined
  /** True when the role allows it in the organisation or in the chosen workspace. */
  may(permission: Permission): boolean
  /** Goes to the same page about another workspace. */
  choose(workspaceId: string): void
  signOut(): Promise<void>
}

const Context = createContext<Session | undefined>(undefined)

/** The session of the page. Only below {@link SessionProvider}. */
export function useSession(): Session {
  const session = useContext(Context)
  if (!session) throw new Error('no session here')
  return session
}

/** Asks who is signed in, unless nobody can be: the answer for the sign-in gate. */
export function useWho(enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: ['who'],
    queryFn: async () => {
      const [who, workspaces] = await Promise.all([
        ask(api.auth.session.get()),
        ask(api.workspaces.get()),
      ])
      return { who, workspaces }
    },
    retry: false,
    staleTime: 60_000,
  })
}

/** What `useWho` found, once it has. */
export type Who = NonNullable<ReturnType<typeof useWho>['data']>

/** Makes the session of `found` known below; the workspace is the one of the address, else the first. */
export function SessionProvider({ found, children }: { found: Who; children: ReactNode }) {
  const { w } = useSearch({ strict: false }) as { w?: string }
  const navigate = useNavigate()
  const queries = useQueryClient()
  const wanted = found.workspaces.find(({ id }) => id === w) ?? found.workspaces[0]
  const workspaceId = wanted?.id
  // Before any child asks: effects would come too late for the first request.
  chooseTenant(workspaceId ?? null)
  const session = useMemo<Session>(() => {
    const workspaces = found.workspaces.map((each) => ({ id: each.id, name: each.display_name }))
    const own = found.who.workspaces.find(({ id }) => id === workspaceId)
    const held = new Set([...found.who.permissions, ...(own?.permissions ?? [])])
    return {
      userId: found.who.user_id,
      organizationId: found.who.organization_id,
      workspaces,
      workspace: workspaces.find(({ id }) => id === workspaceId),
      may: (permission) => held.has(permission),
      choose: (id) =>
        void navigate({ to: '.', search: (old: Record<string, unknown>) => ({ ...old, w: id }) }),
      async signOut() {
        if (holdsKey()) signWithKey(null)
        else await ask(api.auth['sign-out'].post()).catch(() => undefined)
        queries.clear()
        window.dispatchEvent(new Event('sluice:signed-out'))
      },
    }
  }, [found, workspaceId, navigate, queries])
  useEffect(() => () => chooseTenant(null), [])
  return <Context value={session}>{children}</Context>
}
