import { useQuery } from '@tanstack/react-query'
import { readExports } from '../exports/destinations.tsx'
import { ButtonLink } from '../parts/button.tsx'
import { useSession } from '../session.tsx'

/** How many webhooks are told of issues, leading to where they are listed; nothing for who may not see them. */
export function Webhooks() {
  const { workspace, may } = useSession()
  const mayRead = may('organization:manage')
  const found = useQuery({
    queryKey: ['exports', workspace?.id],
    queryFn: readExports,
    enabled: mayRead,
  })
  if (!mayRead || !found.data) return null
  const names = found.data.data.filter((each) => each.gets === 'issues').map(({ name }) => name)
  return (
    <ButtonLink
      to="/settings/exports"
      search={((old: Record<string, unknown>) => ({ w: old.w })) as never}
    >
      {names.length === 0 ? 'No webhook' : `Told to ${names.join(', ')}`}
    </ButtonLink>
  )
}
