import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, ask } from '../client.ts'
import { useSession } from '../session.tsx'

/** One that a policy can be about, or that money can be spent by. */
export interface Named {
  readonly id: string
  readonly name: string
}

/** The names behind ids, as far as the role may know them. */
export interface Names {
  readonly workspaces: readonly Named[]
  readonly keys: readonly Named[]
  readonly users: readonly Named[]
  /** The name behind an id, or the start of the id. */
  of(id: string): string
}

const NAMED_MAX = 100
const QUIET_MS = 60_000
const SHOWN_UNITS = 8

/** Asks for workspaces, keys and members; what may not be seen is left out, and its ids stay ids. */
export function useNames(): Names {
  const { workspaces, workspace, may } = useSession()
  const keys = useQuery({
    queryKey: ['keys', workspace?.id, 'names'],
    queryFn: () => ask(api.orgs.current['service-keys'].get()),
    enabled: may('workspaces:manage-keys') || may('organization:manage'),
    staleTime: QUIET_MS,
  })
  const whole = may('organization:read')
  const members = useQuery({
    queryKey: ['members', workspace?.id, 'names', whole],
    queryFn: () =>
      whole
        ? ask(api.orgs.current.members.get({ query: { limit: NAMED_MAX } }))
        : ask(api.workspaces.current.members.get({ query: { limit: NAMED_MAX } })),
    enabled: whole || may('workspaces:read'),
    staleTime: QUIET_MS,
  })
  return useMemo(() => {
    const named = {
      workspaces,
      keys: (keys.data ?? []).map(({ id, description, short_key }) => ({
        id,
        name: description === '' ? short_key : `${description} (${short_key})`,
      })),
      users: (members.data?.data ?? []).map(({ user_id, full_name, email }) => ({
        id: user_id,
        name: full_name === '' ? email : full_name,
      })),
    }
    const known = new Map(
      [...named.workspaces, ...named.keys, ...named.users].map(({ id, name }) => [id, name]),
    )
    return { ...named, of: (id) => known.get(id) ?? shortened(id) }
  }, [workspaces, keys.data, members.data])
}

function shortened(id: string): string {
  return /^[0-9a-f-]{36}$/.test(id) ? `…${id.slice(-SHOWN_UNITS)}` : id
}
