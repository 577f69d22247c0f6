import { useQuery } from '@tanstack/react-query'
import { Navigate } from '@tanstack/react-router'
import { api, ask } from './client.ts'
import { Loading } from './parts/states.tsx'
import { useSession } from './session.tsx'

/** `/console` itself: the overview once there is something to see, else the way to the first call. */
export function HomeRedirect() {
  const { workspace } = useSession()
  const newest = useQuery({
    queryKey: ['requests', workspace?.id, 'any'],
    queryFn: () => ask(api.requests.get({ query: { limit: 1 } })),
    retry: false,
  })
  if (newest.isPending) return <Loading what="the console" />
  const isEmpty = newest.data === undefined || newest.data.data.length === 0
  return (
    <Navigate
      to={isEmpty ? '/start' : '/overview'}
      search={(old: Record<string, unknown>) => old}
      replace
    />
  )
}
